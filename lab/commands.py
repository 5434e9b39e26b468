#!/usr/bin/env python3
"""Runs every command that the page for people on call shows, and keeps what it printed. Root, Python 3.9.

    python3 lab/commands.py > content/reference/commands.json

Two network namespaces, joined by a veth pair, are brought into trouble first: a server that leaks (CLOSE-WAIT),
connections nobody accepts, a client whose ports are in TIME-WAIT, peers that do not read or do not answer. PID and
ADDRESS stand for what differs from host to host; everything else is run as it is printed, and stopped after ten
seconds if it does not end. Nothing is left behind.
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
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import measure  # noqa: E402

SERVER = "10.99.1.1"
# A host that is there for ARP and answers nothing, and a client to which nothing gets through.
SILENT = "10.99.2.2"
LOST = "10.99.0.2"
LIBC = ctypes.CDLL(None)

# id, where (0 client, 1 server, None: this host), what it does to the host, command.
COMMANDS = [
    ("states", 1, "reads", "ss -tan | awk 'NR > 1 {print $1}' | sort | uniq -c | sort -rn"),
    ("listeners", 1, "reads", "ss -tlnp"),
    ("close-wait", 1, "reads", "ss -tanop state close-wait"),
    ("descriptors", 1, "reads", "ls /proc/PID/fd | wc -l; grep 'open files' /proc/PID/limits"),
    ("backtrace", 1, "stops", "gdb -p PID -batch -ex 'thread apply all bt' > threads.1 2>&1"),
    ("fin-wait", 0, "reads", "ss -tanop state fin-wait-2"),
    ("not-acknowledged", 0, "reads", "ss -tanop state fin-wait-1 state last-ack state closing"),
    ("wire", 0, "reads", "tcpdump -nni any 'host ADDRESS and tcp port 7000'"),
    ("time-wait-by-address", 0, "reads",
     """ss -Htan state time-wait | awk '{print "local " $3; print "peer " $4}' | sort | uniq -c | sort -rn | head -3"""),
    ("settings", 0, "reads",
     "sysctl net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_tw_reuse net.ipv4.tcp_timestamps"),
    ("port-holder", 1, "reads", "ss -tanp 'sport = :7001'"),
    ("syn-sent", 0, "reads", "ss -tan state syn-sent"),
    ("route", 0, "reads", "ip route get ADDRESS; ip neigh show to ADDRESS"),
    ("counters", 1, "reads",
     "nstat -asz TcpExtListenOverflows TcpExtTCPAbortOnClose TcpExtTCPAbortOnData TcpExtTCPAbortOnTimeout TcpOutRsts"),
    ("sockstat", 0, "reads", "grep TCP: /proc/net/sockstat"),
    ("most-files", None, "reads",
     "find /proc/[0-9]*/fd -type l -printf '%h\\n' 2>/dev/null | sort | uniq -c | sort -rn | head -3"),
    ("open-files", None, "reads", "sysctl fs.file-nr"),
    ("conntrack", None, "reads", "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max"),
    ("log", None, "reads", "dmesg -T | grep -iE 'tcp_mem|orphaned|table full|syn flooding|file-max'"),
    ("inside", None, "reads", "nsenter -t PID -n ss -tanp state close-wait"),
    ("inside-settings", None, "reads", "nsenter -t PID -n sysctl net.ipv4.tcp_tw_reuse"),
    ("kill-socket", 1, "changes", "ss -tnK state close-wait 'sport = :7000'"),
    ("set-reserved", 0, "changes", "sysctl -w net.ipv4.ip_local_reserved_ports=11211,27017,30000-32767"),
    ("set-range", 0, "changes", "sysctl -w net.ipv4.ip_local_port_range='10000 60999'"),
    ("set-reuse", 0, "changes", "sysctl -w net.ipv4.tcp_tw_reuse=1"),
    ("set-fin-timeout", 0, "changes", "sysctl -w net.ipv4.tcp_fin_timeout=30"),
    ("set-open-files", None, "changes", "prlimit --pid PID --nofile=20000"),
    ("set-inside", None, "changes", "nsenter -t PID -n sysctl -w net.ipv4.tcp_tw_reuse=1"),
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
        conn, (peer, _) = listener.accept()
        if peer == LOST:
            words = ("ip", "neigh", "replace", LOST, "lladdr", "02:00:00:00:00:09", "dev", "lastack1")
            subprocess.run(words, check=True)
        if number < 3:  # these three stay open
            held.append(conn)
            continue
        while conn.recv(100):
            pass
        conn.close()


def clients(ready):
    """Seven clients of the leaky server, 237 that close first, one of a host that does not answer, and two that close
    towards a program that does not read and a host that went silent."""
    for _ in range(7):
        conn = socket.create_connection((SERVER, 7000))
        conn.sendall(b"x" * 18)
        conn.close()
    held = [socket.create_connection((SERVER, 7001)) for _ in range(3)]
    for _ in range(237):
        socket.create_connection((SERVER, 7001)).close()
    silent = socket.socket()
    silent.setblocking(False)
    silent.connect_ex((SILENT, 7000))
    unread = held.pop()
    unread.setblocking(False)
    try:
        while True:
            unread.send(b"x" * 10000)
    except BlockingIOError:
        unread.close()
    lost = socket.create_connection((SERVER, 7001), source_address=(LOST, 0))
    time.sleep(0.5)
    lost.close()
    time.sleep(0.5)
    ready()
    # Something for tcpdump to see.
    while True:
        time.sleep(0.7)
        held.append(socket.create_connection((SERVER, 7001)))
        held.pop().close()


def main():
    pair = measure.Pair(2)
    folder = tempfile.TemporaryDirectory()
    children = []
    try:
        for holder in pair.holders:
            subprocess.run(("nsenter", "-t", str(holder), "-n", "sysctl", "-qw", "net.ipv4.tcp_tw_reuse=2"), check=True)
        children.append(within(pair, 1, leaky))
        server = children[0]
        children.append(within(pair, 1, closing))
        silence = ("lladdr", "02:00:00:00:00:09", "dev", "lastack0")
        subprocess.run(("nsenter", "-t", str(pair.holders[0]), "-n", "ip", "neigh", "add", SILENT) + silence, check=True)
        children.append(within(pair, 0, clients))
        commands = []
        for name, index, does, command in COMMANDS:
            words = ["timeout", "-s", "INT", "10", "sh", "-c", command.replace("PID", str(server)).replace("ADDRESS", SILENT)]
            if index is not None:
                words = ["nsenter", "-t", str(pair.holders[index]), "-n"] + words
            done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder.name, check=False)
            output = "\n".join(line.rstrip() for line in done.stdout.decode().rstrip().split("\n"))
            commands.append({"id": name, "command": command, "does": does, "output": output})
        version = subprocess.run(("ss", "-V"), stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        json.dump({
            "format": "lastack-commands/2",
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
        folder.cleanup()


if __name__ == "__main__":
    main()
