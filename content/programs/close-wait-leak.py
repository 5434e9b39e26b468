"""A server that answers and then forgets: each client that leaves remains as CLOSE_WAIT.

    python3 close-wait-leak.py 8080          forgets
    python3 close-wait-leak.py 8080 fixed    closes

Speak to it with: echo hello | nc -N 127.0.0.1 8080
Look at it with:  ss -tanp state close-wait '( sport = :8080 )'
"""

import socket
import sys
import threading

port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
fixed = "fixed" in sys.argv[2:]

# The leak. Python closes a socket when nothing refers to it any more, so a variable that goes out
# of scope would hide the mistake. A table of sessions that nobody clears keeps every one of them.
sessions: dict[int, socket.socket] = {}


def serve(number: int, conn: socket.socket) -> None:
    sessions[number] = conn
    try:
        while line := conn.recv(1024):
            conn.sendall(b"you said " + line)
        # recv() returned nothing: end of file. The kernel has done its part, the socket is in
        # CLOSE_WAIT. From here on it waits for this program and for nobody else.
    finally:
        if fixed:
            del sessions[number]
            conn.close()


listener = socket.create_server(("127.0.0.1", port), backlog=64)
print(f"listening on {listener.getsockname()[1]}", flush=True)
number = 0
while True:
    accepted, _ = listener.accept()
    number += 1
    threading.Thread(target=serve, args=(number, accepted), daemon=True).start()
