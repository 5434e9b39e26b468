/* A server that answers and then forgets: each client that leaves remains as CLOSE_WAIT.
 *
 *     cc -Wall -Wextra -pthread -o close-wait-leak close-wait-leak.c
 *     ./close-wait-leak 8080          forgets
 *     ./close-wait-leak 8080 fixed    closes
 *
 * Speak to it with: echo hello | nc -N 127.0.0.1 8080
 * Look at it with:  ss -tanp state close-wait '( sport = :8080 )'
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool fixed;

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static bool answer(int conn) {
    char line[1024];
    ssize_t got = recv(conn, line, sizeof line, 0);
    if (got <= 0)
        return false; /* 0: end of file. The socket is in CLOSE_WAIT and waits for this program. */
    return send(conn, line, (size_t)got, MSG_NOSIGNAL) == got;
}

static void *serve(void *argument) {
    int conn = (int)(intptr_t)argument;
    while (answer(conn))
        ;
    /* The leak. `conn` is a number on this thread's stack; when the thread ends, the number is gone
     * and the descriptor is not. Nothing in C will find it again. */
    if (fixed)
        close(conn);
    return NULL;
}

int main(int argc, char **argv) {
    fixed = argc > 2 && strcmp(argv[2], "fixed") == 0;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 8080)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t length = sizeof address;
    int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        fail("socket");
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        fail("setsockopt");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0)
        fail("bind");
    if (listen(listener, 64) < 0)
        fail("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        fail("getsockname");
    printf("listening on %d\n", ntohs(address.sin_port));
    fflush(stdout);

    for (;;) {
        int conn = accept(listener, NULL, NULL);
        if (conn < 0)
            fail("accept");
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)conn) != 0)
            fail("pthread_create");
        pthread_detach(thread);
    }
}
