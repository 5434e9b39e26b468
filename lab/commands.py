#!/usr/bin/env python3
"""Runs every command that the page for people on call shows, and keeps what it printed. Root, Python 3.9.

    python3 lab/commands.py > content/reference/commands.json

Two network namespaces, joined by a veth pair, are brought into trouble first: a server that leaks (CLOSE-WAIT),
connections nobody accepts, a client whose ports are in TIME-WAIT, a peer that does not answer. PID and ROOM stand
for numbers that differ from host to host; everything else is run as it is printed. Nothing is left behind.
"""
import ctypes
import datetime
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import measure  # noqa: E402

SERVER = "10.99.1.1"
LIBC = ctypes.CDLL(None)

# id, where (0 client, 1 server, None: this host), does it change anything, command.
COMMANDS = [
    ("states", 1, False, "ss -tan | awk 'NR > 1 {print $1}' | sort | uniq -c | sort -rn"),
    ("listeners", 1, False, "ss -tlnp"),
    ("close-wait", 1, False, "ss -tanop state close-wait"),
    ("descriptors", 1, False, "ls /proc/PID/fd | wc -l; grep 'open files' /proc/PID/limits"),
    ("waits", 1, False, "cat /proc/PID/wchan; echo"),
    ("backtrace", 1, False, "gdb -p PID -batch -ex 'thread apply all backtrace 3' 2>/dev/null | grep '^#'"),
    ("fin-wait", 0, False, "ss -tanop state fin-wait-1 state fin-wait-2"),
    ("time-wait-by-peer", 0, False, "ss -tan state time-wait | awk 'NR > 1 {print $4}' | sort | uniq -c | sort -rn | head -3"),
    ("settings", 0, False, "sysctl net.ipv4.ip_local_port_range net.ipv4.tcp_tw_reuse net.ipv4.tcp_timestamps"),
    ("port-holder", 1, False, "ss -tanp 'sport = :7001'"),
    ("syn-sent", 0, False, "ss -tan state syn-sent"),
    ("counters", 1, False, "nstat -az TcpExtListenOverflows TcpExtTCPAbortOnClose TcpExtTCPAbortOnData TcpExtTCPAbortOnTimeout TcpOutRsts"),
    ("sockstat", 0, False, "grep TCP: /proc/net/sockstat"),
    ("inside", None, False, "nsenter -t PID -n ss -tanp state close-wait"),
    ("inside-settings", None, False, "nsenter -t PID -n sysctl net.ipv4.tcp_tw_reuse"),
    ("wire", 0, False, "timeout 2 tcpdump -nni any -c 2 'tcp[tcpflags] & (tcp-fin|tcp-rst) != 0' 2>/dev/null"),
    ("kill-socket", 1, True, "ss -tK state close-wait 'sport = :7000'"),
    ("set-reuse", 0, True, "sysctl -w net.ipv4.tcp_tw_reuse=1"),
    ("set-range", 0, True, "sysctl -w net.ipv4.ip_local_port_range='10000 60999'"),
    ("set-fin-timeout", 0, True, "sysctl -w net.ipv4.tcp_fin_timeout=30"),
    ("set-inside", None, True, "nsenter -t PID -n sysctl -w net.ipv4.tcp_tw_reuse=1"),
]


def within(pair, index, body):
    """Forks a program into a namespace. It says when it is ready; returns its process id."""
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        measure.enter("/proc/%d/ns/net" % pair.holders[index])
        LIBC.prctl(15, b"server" if index == 1 else b"client", 0, 0, 0)
        body(lambda: os.write(told, b"."))
        signal.pause()
        os._exit(0)
    os.close(told)
    if os.read(ready, 1) != b".":
        raise RuntimeError("a program ended early")
    return child


def leaky(ready):
    """Reads requests to their end and never closes; three more connections it never accepts."""
    listener = measure.listening(SERVER, backlog=5)
    ready()
    kept = []
    for _ in range(4):
        conn = listener.accept()[0]
        while conn.recv(100):
            pass
        kept.append(conn)
    signal.pause()


def closing(ready):
    """Closes first for half of its clients, last for the others."""
    listener = socket.socket()
    listener.bind((SERVER, 7001))
    listener.listen(64)
    ready()
    held = []
    for number in range(1000):
        conn = listener.accept()[0]
        if number < 3:  # these three stay open
            held.append(conn)
            continue
        while conn.recv(100):
            pass
        conn.close()


def clients(ready):
    """Seven clients of the leaky server, 237 that close first, and one of a host that does not answer."""
    for _ in range(7):
        conn = socket.create_connection((SERVER, 7000))
        conn.sendall(b"x" * 18)
        conn.close()
    held = [socket.create_connection((SERVER, 7001)) for _ in range(3)]
    for _ in range(237):
        socket.create_connection((SERVER, 7001)).close()
    silent = socket.socket()
    silent.setblocking(False)
    silent.connect_ex(("10.99.2.2", 7000))
    time.sleep(0.5)
    ready()
    # Something for tcpdump to see.
    while True:
        time.sleep(0.7)
        held.append(socket.create_connection((SERVER, 7001)))
        held.pop().close()


def main():
    pair = measure.Pair(1)
    children = []
    try:
        for holder in pair.holders:
            subprocess.run(("nsenter", "-t", str(holder), "-n", "sysctl", "-qw", "net.ipv4.tcp_tw_reuse=2"), check=True)
        children.append(within(pair, 1, leaky))
        server = children[0]
        children.append(within(pair, 1, closing))
        # A host that is there for ARP and answers nothing.
        subprocess.run(("nsenter", "-t", str(pair.holders[0]), "-n", "ip", "neigh", "add", "10.99.2.2", "lladdr",
                        "02:00:00:00:00:09", "dev", "lastack0"), check=True)
        children.append(within(pair, 0, clients))
        commands = []
        for name, index, changes, command in COMMANDS:
            words = ["sh", "-c", command.replace("PID", str(server))]
            if index is not None:
                words = ["nsenter", "-t", str(pair.holders[index]), "-n"] + words
            done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            output = "\n".join(line.rstrip() for line in done.stdout.decode().rstrip().split("\n"))
            commands.append({"id": name, "command": command, "changes": changes, "output": output})
        version = subprocess.run(("ss", "-V"), stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        json.dump({
            "format": "lastack-commands/1",
            "kernel": platform.release(),
            "date": datetime.date.today().isoformat(),
            "tools": version,
            "commands": commands,
        }, sys.stdout, indent=1)
        print()
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        pair.close()


if __name__ == "__main__":
    main()
