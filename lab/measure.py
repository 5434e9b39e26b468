#!/usr/bin/env python3
"""Measures what the simulator does not model: time and memory. Root, Python 3.9, standard library.

    python3 lab/measure.py NAME > content/measurements/NAME.json

NAME is connect-latency, time-wait-memory, time-wait-cpu, natural-assassination or crowds; or pool-deadlock, followed
by the file dist/crowds/pool-deadlock.json. All run in network namespaces of their own and leave nothing behind. The
numbers belong to the machine that took them; the direction is what holds elsewhere. Each file says
which machine, kernel and method.
"""
import ctypes
import datetime
import errno
import json
import os
import platform
import re
import resource
import signal
import statistics
import socket
import subprocess
import sys
import time

CLONE_NEWNET, PR_SET_PDEATHSIG = 0x40000000, 1
LIBC = ctypes.CDLL(None, use_errno=True)


def enter(path):
    """Moves this process into the network namespace at `path`."""
    with open(path) as handle:
        if LIBC.setns(handle.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def fork():
    """As os.fork(); the child does not outlive its parent."""
    parent, child = os.getpid(), os.fork()
    if child == 0:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    return child


class Pair:
    """Two namespaces, client 10.99.0.1 and up, server 10.99.1.1, for as long as the object lives."""

    def __init__(self, clients):
        self.holders = []
        try:
            self.hold()
            self.hold()
            self.join(clients)
        except BaseException:
            self.close()
            raise
        time.sleep(0.5)

    def join(self, clients):
        inside = lambda index, *words: subprocess.run(("nsenter", "-t", str(self.holders[index]), "-n") + words, check=True)
        # Made where it stays: the machine's own network never has it.
        link = ("ip", "link", "add", "lastack0", "type", "veth", "peer", "name", "lastack1", "netns", str(self.holders[1]))
        inside(0, *link)
        for client in range(clients):
            inside(0, "ip", "addr", "add", "10.99.0.%d/16" % (client + 1), "dev", "lastack0")
        inside(1, "ip", "addr", "add", "10.99.1.1/16", "dev", "lastack1")
        for index in (0, 1):
            inside(index, "ip", "link", "set", "lastack%d" % index, "up")
            inside(index, "ip", "link", "set", "lo", "up")
            inside(index, "sysctl", "-qw", "net.ipv4.tcp_tw_reuse=0", "net.ipv4.tcp_max_tw_buckets=400000")

    def hold(self):
        """A process that keeps a new namespace alive."""
        ready, told = os.pipe()
        child = fork()
        if child == 0:
            if LIBC.unshare(CLONE_NEWNET) != 0:
                os._exit(1)
            os.write(told, b"x")
            signal.pause()
        self.holders.append(child)
        os.close(told)
        permitted = os.read(ready, 1) == b"x"
        os.close(ready)
        if not permitted:
            raise SystemExit("namespaces are not permitted here; run as root")

    def fork_into(self, index, work):
        child = fork()
        if child == 0:
            enter("/proc/%d/ns/net" % self.holders[index])
            work()
            os._exit(0)
        self.holders.append(child)
        return child

    def close(self):
        for child in reversed(self.holders):
            try:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            except (ProcessLookupError, ChildProcessError):
                pass


def listening(address="0.0.0.0", backlog=4096):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, 7000))
    listener.listen(backlog)
    return listener


def server(closes_first):
    listener = listening()
    while True:
        conn, _ = listener.accept()
        if not closes_first:
            conn.recv(1)
        conn.close()


def header(name, method):
    processor = re.search(r"model name\s*:\s*(.*)", open("/proc/cpuinfo").read())
    return {
        "format": "lastack-measurement/1",
        "id": name,
        "kernel": platform.release(),
        "date": datetime.date.today().isoformat(),
        "machine": "%s, %d CPUs%s" % (platform.machine(), os.cpu_count(), ", %s" % processor.group(1) if processor else ""),
        "method": method,
    }


def connect_latency(pair, most=18_000, bucket=500):
    """Time of connect() against the number of TIME-WAIT entries the client already holds."""
    pair.fork_into(1, lambda: server(False))
    time.sleep(0.3)
    enter("/proc/%d/ns/net" % pair.holders[0])
    rows, times = [], []
    for count in range(most):
        sock = socket.socket()
        began = time.perf_counter_ns()
        sock.connect(("10.99.1.1", 7000))
        times.append(time.perf_counter_ns() - began)
        sock.close()
        if len(times) == bucket:
            times.sort()
            rows.append([count + 1 - bucket, times[bucket // 2] // 1000, times[bucket * 95 // 100] // 1000])
            times = []
    first, last = map(int, open("/proc/sys/net/ipv4/ip_local_port_range").read().split())
    result = header(
        "connect-latency",
        "One client address connects %d times to one server port and closes first each time, tcp_tw_reuse=0, "
        "so that every connection leaves a TIME-WAIT on one of the %d ports (%d to %d). Time of connect() by "
        "clock_gettime, in groups of %d." % (most, last - first + 1, first, last, bucket),
    )
    result["columns"] = ["TIME-WAIT entries", "median, microseconds", "95th percentile, microseconds"]
    result["rows"] = rows
    return result


def slab(name):
    """Active objects and object size of a slab cache."""
    for line in open("/proc/slabinfo"):
        if line.startswith(name + " "):
            words = line.split()
            return int(words[1]), int(words[3])
    return None


def meminfo(name):
    return int(re.search(r"^%s:\s+(\d+)" % name, open("/proc/meminfo").read(), re.M).group(1)) * 1024


def time_wait_memory(pair, clients=8, each=9_000):
    """Kernel memory for many TIME-WAIT entries on one server port."""
    pair.fork_into(1, lambda: server(True))
    time.sleep(0.3)
    before, slab_before = meminfo("SUnreclaim"), slab("tw_sock_TCP")
    enter("/proc/%d/ns/net" % pair.holders[0])
    for client in range(clients):
        for count in range(each):
            sock = socket.socket()
            # A port of its own each time, or the new SYN would take the place of an old entry.
            sock.bind(("10.99.0.%d" % (client + 1), 20_000 + count))
            sock.connect(("10.99.1.1", 7000))
            while sock.recv(16):
                pass
            sock.close()
    enter("/proc/%d/ns/net" % pair.holders[1])
    waiting = sockstat_waiting()
    after, slab_after = meminfo("SUnreclaim"), slab("tw_sock_TCP")
    result = header(
        "time-wait-memory",
        "%d client addresses connect %d times each to one server port; the server closes first. Read while the "
        "entries wait: /proc/net/sockstat of the server, SUnreclaim of /proc/meminfo and tw_sock_TCP of "
        "/proc/slabinfo for the machine." % (clients, each),
    )
    result["columns"] = ["what", "value"]
    result["rows"] = [
        ["TIME-WAIT entries on one server port", waiting],
        ["bytes a slot of tw_sock_TCP", slab_after[1] if slab_after else None],
        ["growth of unreclaimable slab memory, bytes", after - before],
        ["growth in objects of tw_sock_TCP", slab_after[0] - slab_before[0] if slab_after and slab_before else None],
    ]
    return result


def sockstat_waiting():
    """TIME-WAIT entries of the present namespace."""
    return int(re.search(r"^TCP:.*\btw (\d+)", open("/proc/net/sockstat").read(), re.M).group(1))


def connect_from(client, first, count):
    """Connections from ports of their own of one client address; the server closes each of them first."""
    for port in range(first, first + count):
        sock = socket.socket()
        sock.bind(("10.99.0.%d" % client, port))
        sock.connect(("10.99.1.1", 7000))
        while sock.recv(16):
            pass
        sock.close()


def time_wait_cpu(pair, groups=12, size=2_000, fillers=5, each=20_000):
    """Processor time of a server for a connection, without and with a hundred thousand TIME-WAIT entries."""
    asked, ask = os.pipe()
    answered, answer = os.pipe()

    def serve():
        listener = listening()
        while True:
            count = int.from_bytes(os.read(asked, 4), "big")
            before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
            for _ in range(count):
                listener.accept()[0].close()
            after, took = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - began
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            os.write(answer, json.dumps([used, took, sockstat_waiting()]).encode() + b"\n")

    pair.fork_into(1, serve)
    time.sleep(0.3)
    enter("/proc/%d/ns/net" % pair.holders[0])
    answers = os.fdopen(answered)

    def round_of(client, first, count):
        os.write(ask, count.to_bytes(4, "big"))
        connect_from(client, first, count)
        return json.loads(answers.readline())

    rows, waiting = [], 0
    for phase in range(2):
        found, present = [], waiting
        for group in range(groups):
            used, took, waiting = round_of(fillers + 1 + phase, 10_000 + group * size, size)
            found.append((used * 1e6 / size, size / took))
        times = sorted(one for one, _ in found)
        rows.append([
            ("before", "after")[phase], present, round(statistics.median(times)), round(times[0]), round(times[-1]),
            round(statistics.median(rate for _, rate in found)),
        ])
        if phase == 0:
            for client in range(fillers):
                waiting = round_of(client + 1, 10_000, each)[2]
    result = header(
        "time-wait-cpu",
        "One server thread accepts and closes first. %d groups of %d connections each, before and after %d more "
        "connections had left their TIME-WAIT; every connection from a port of its own. Processor time of the server "
        "process by getrusage; it includes what the kernel does for packets while the process runs."
        % (groups, size, fillers * each),
    )
    result["columns"] = [
        "when", "TIME-WAIT entries at the beginning", "median, microseconds", "least, microseconds", "most, microseconds",
        "connections a second",
    ]
    result["rows"] = rows
    return result


def natural_assassination(pair, each=10_000):
    """TIME-WAIT entries that end early, because a late ACK is answered and the answer meets a socket that is gone."""

    def pinned(processor, work):
        os.sched_setaffinity(0, {processor})
        work()

    # On two processors an ACK and the FIN behind it can overtake each other.
    pair.fork_into(1, lambda: pinned(1, lambda: server(True)))
    time.sleep(0.3)
    rows, began = [], time.monotonic()
    for round_, protected in enumerate((0, 1, 0, 1)):
        enter("/proc/%d/ns/net" % pair.holders[1])
        with open("/proc/sys/net/ipv4/tcp_rfc1337", "w") as file:
            file.write(str(protected))
        before = sockstat_waiting()
        os.waitpid(pair.fork_into(0, lambda: pinned(0, lambda: connect_from(round_ + 1, 10_000, each))), 0)
        time.sleep(0.3)
        rows.append([round_ + 1, protected, each, each - (sockstat_waiting() - before)])
    if time.monotonic() - began > 59:
        raise SystemExit("this took more than a minute, so entries had come to their end: too busy a machine")
    result = header(
        "natural-assassination",
        "Four rounds of %d connections one after another, every connection from a port of its own, client and server "
        "on a processor each; the server closes first. All within a minute, so no TIME-WAIT has come to its end; what "
        "is missing in /proc/net/sockstat of the server was ended by a RST." % each,
    )
    result["columns"] = ["round", "tcp_rfc1337", "connections", "TIME-WAIT entries that ended early"]
    result["rows"] = rows
    return result


def use_up_ports():
    """connect() and close() towards one destination until it fails: how often it did not, and the error."""
    count, began = 0, time.monotonic()
    while time.monotonic() - began < 59:
        sock = socket.socket()
        try:
            sock.connect(("10.99.1.1", 7000))
        except OSError as error:
            return count, errno.errorcode[error.errno]
        sock.close()
        count += 1
    return count, None


def crowds(_, clients=8, connections=112_452):
    """What scenes of content/crowds come to on a kernel."""
    # Before other work of the machine, or the first entry ends before the last has come.
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))

    def scene(closes_first, run):
        """Its result, and TIME-WAIT on the side that closes first, counted before the first of them ends."""
        pair = Pair(clients)
        try:
            # There a RST does not end TIME-WAIT, so none is lost where an ACK and a FIN overtake each other.
            enter("/proc/%d/ns/net" % pair.holders[1 if closes_first else 0])
            with open("/proc/sys/net/ipv4/tcp_rfc1337", "w") as file:
                file.write("1")
            pair.fork_into(1, lambda: server(closes_first))
            time.sleep(0.3)
            enter("/proc/%d/ns/net" % pair.holders[0])
            began = time.monotonic()
            result = run()
            enter("/proc/%d/ns/net" % pair.holders[1 if closes_first else 0])
            waiting = sockstat_waiting()
            if time.monotonic() - began > 59:
                raise SystemExit("this took more than a minute, so entries had come to their end: too busy a machine")
            return result, waiting
        finally:
            pair.close()

    def visit_one_port():
        for client in range(clients):
            connect_from(client + 1, 10_000, connections // clients + (client < connections % clients))

    (opened, error), used_up = scene(False, use_up_ports)
    _, on_one_port = scene(True, visit_one_port)
    result = header(
        "crowds",
        "One destination: one client address connects to one server port and closes first, until connect() fails with "
        "%s. One server port: %d client addresses connect to it, each time from another port, and the server closes "
        "first. Both with tcp_tw_reuse=0, tcp_rfc1337=1 on the side that closes first, and real-time priority. The "
        "TIME-WAIT entries are counted by /proc/net/sockstat, before the first of them ends." % (error, clients),
    )
    result["columns"] = ["scene", "connections", "TIME-WAIT entries at once"]
    result["rows"] = [
        ["one destination until its ports are used up", opened, used_up],
        ["one server port, %d client addresses" % clients, connections, on_one_port],
    ]
    return result


def pool_deadlock(_):
    """What content/crowds/pool-deadlock.yaml comes to; its canonical JSON is the second argument."""
    lab = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lastack_lab.py")
    done = subprocess.run([sys.executable, lab, sys.argv[2], "--quiet", "-o", "-"], check=True, stdout=subprocess.PIPE)
    events = [json.loads(line) for line in done.stdout.splitlines() if b'"k":"probe"' in line]
    sockets = next(event["sockets"] for event in events if event["probe"] == "late" and event["host"] == "B")
    states = [one["state"] for one in sockets]
    result = header(
        "pool-deadlock",
        "lab/lastack_lab.py runs content/crowds/pool-deadlock.yaml. Sockets of the server by state at the probe \"late\", "
        "as sock_diag lists them; TIME-WAIT is left out, which depends on how fast the machine is.",
    )
    result["columns"] = ["state", "sockets of B"]
    result["rows"] = [[state, states.count(state)] for state in ("CLOSE-WAIT", "ESTABLISHED")]
    return result


# What to measure, and how many addresses the client needs for it.
MEASUREMENTS = {
    "connect-latency": (connect_latency, 1),
    "time-wait-memory": (time_wait_memory, 8),
    "time-wait-cpu": (time_wait_cpu, 7),
    "natural-assassination": (natural_assassination, 4),
    "crowds": (crowds, 1),
    "pool-deadlock": (pool_deadlock, 1),
}


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in MEASUREMENTS:
        raise SystemExit("usage: measure.py %s" % "|".join(MEASUREMENTS))
    measure, clients = MEASUREMENTS[sys.argv[1]]
    pair = Pair(clients)
    try:
        json.dump(measure(pair), sys.stdout, indent=1)
        print()
    finally:
        pair.close()


if __name__ == "__main__":
    main()
