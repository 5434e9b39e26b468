/* A server with a thread for each client. It sends the time and closes first, so TIME_WAIT stays
 * on its own side, and on its own port.
 *
 *     cc -Wall -Wextra -pthread -o thread-per-client thread-per-client.c
 *     ./thread-per-client 7000          without SO_REUSEADDR
 *     ./thread-per-client 7000 reuse    with it
 *
 * Speak to it with: nc 127.0.0.1 7000
 * Look at it with:  ss -tan state time-wait '( sport = :7000 )'
 * Then stop it, start it again, and see what bind() says.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static void *serve(void *argument) {
    int conn = (int)(intptr_t)argument;
    char text[64];
    time_t now = time(NULL);
    struct tm parts;
    size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S\n", localtime_r(&now, &parts));
    if (send(conn, text, length, MSG_NOSIGNAL) < 0)
        perror("send");
    close(conn); /* The first FIN of the connection. */
    return NULL;
}

int main(int argc, char **argv) {
    /* Fields that are not named are zero. */
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 7000)),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        fail("socket");
    if (argc > 2 && strcmp(argv[2], "reuse") == 0) {
        /* Before bind(), which reads it; and on the first start, for the sake of the second. */
        int on = 1;
        if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
            fail("setsockopt");
    }
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
        if (conn < 0) {
            /* The client may have gone while it waited in the queue: that is no reason to stop. */
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            perror("accept");
            sleep(1); /* Out of descriptors, for instance. Asking again at once would only burn a CPU. */
            continue;
        }
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)conn) != 0) {
            fputs("pthread_create failed\n", stderr);
            close(conn);
            continue;
        }
        pthread_detach(thread);
    }
}
