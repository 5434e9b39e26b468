/* Three slips, none of which the compiler mentions:
 *
 *     cc -Wall -Wextra -pthread -o slips thread-per-client-slips.c
 *
 * A server with a thread for each client. Find them.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static void *serve(void *argument) {
    int conn = (int)(intptr_t)argument;
    static const char text[] = "hello\n";
    usleep(10); /* Work for 10 ms. */
    send(conn, text, sizeof text - 1, MSG_NOSIGNAL);
    close(conn);
    return NULL;
}

int main(int argc, char **argv) {
    struct sockaddr_in address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        fail("socket");
    memset(&address, '0', sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 7000));
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0)
        fail("bind");
    if (listen(listener, 64) < 0)
        fail("listen");
    socklen_t length = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        fail("getsockname");
    printf("listening on %d\n", ntohs(address.sin_port));
    fflush(stdout);

    for (;;) {
        int conn = accept(listener, NULL, NULL);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)conn) != 0)
            fail("pthread_create");
        pthread_detach(thread);
    }
}
