"""What an experiment from somebody else may use: steps, time, memory, events. And what is said where Linux lacks something.

The live ones lower a bound, so that it is reached in a moment."""

import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import lastack_lab as lab
from build import (
    PAUSE, accept, at, call, connecting, experiment, listening, program, send, sleep, socket_,
)
from live import COMMAND, LiveCase, changed_lab, children_of

X = {"variable": "x"}
PUT = {"op": "put", "queue": "q", "value": X}


def set_x(value):
    return {"op": "set", "variable": "x", "value": value}


def add_x(value):
    return {"op": "add", "variable": "x", "value": value}


def loop(*body):
    return {"op": "loop", "times": None, "body": list(body)}


def get(timeout):
    return {"op": "get", "queue": "nothing", "as": "y", "timeout": timeout, "on_error": "continue"}


def alone(*steps, until_ms=2000, **routines):
    return experiment([program("p", "A", list(steps), **routines)], until_ms)


# Computes and never waits: a getsockopt() takes a while, so it is far from the bound on steps.
BURN = [socket_("s"), loop(call("getsockopt", fd="s", option="SO_ERROR"))]


class Counters(unittest.TestCase):
    def test_threads_that_count_at_once_lose_nothing(self):
        totals, interval = lab.Totals(2), sys.getswitchinterval()
        self.addCleanup(sys.setswitchinterval, interval)
        sys.setswitchinterval(1e-6)
        count = lambda: [totals.add(1, 2, 1) for _ in range(20_000)]  # noqa: E731
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(totals.add(0, 2, 0), 80_000)

    def test_every_event_counts_and_every_socket_at_a_probe(self):
        with mock.patch.object(lab, "MAX_EVENTS", 100):
            recorder = lab.Recorder()
            for t in range(100):
                recorder.add(t, "timer", "A")
            with self.assertRaisesRegex(lab.RunFailed, "more than 100 events"):
                recorder.add(100, "timer", "A")
            recorder = lab.Recorder()
            recorder.add(0, "probe", "A", sockets=[{}] * 60)
            with self.assertRaisesRegex(lab.RunFailed, "more than 100 events"):
                recorder.add(1, "probe", "A", sockets=[{}] * 60)


class Bounds(LiveCase):
    def stopped(self, experiment_, change, said):
        self.assertIn(said, self.run_lab(experiment_, code=1, command=changed_lab(change)))

    def test_waiting_for_nothing_is_no_wait(self):
        nonblocking = [call("nonblock", fd="listener", on=True), loop(accept(on_error="continue"))]
        for name, steps in {
            "sleep 0": [set_x(1), loop(PUT, sleep(0))],
            "a time that has passed": [loop(at(0))],
            "get": [loop(get(0))],
            "poll": [*listening(), loop(call("poll", fd="listener", events=["in"], timeout=0))],
            "accept that does not wait": [*listening(), *nonblocking],
        }.items():
            with self.subTest(name):
                self.stopped(alone(*steps, until_ms=1000), "lab.MAX_STEPS_WITHOUT_WAITING = 2000", "took 2000 steps without waiting")

    def test_whoever_waits_may_go_on(self):
        few = changed_lab("lab.MAX_STEPS_WITHOUT_WAITING = 20")
        self.run_lab(alone(*[set_x(1), sleep(10), add_x(1), get(10_000)] * 20, until_ms=1000), command=few)

    def test_numbers_do_not_grow(self):
        self.stopped(alone(set_x(1), loop(add_x(X))), "", "variable x is beyond 2^53")

    def test_a_queue_does_not_grow_for_ever(self):
        fill = [add_x(1), PUT] * 500
        said = self.run_lab(alone(set_x(1 << 40), loop(*fill, get(1))), code=1, command=changed_lab("lab.MAX_MEMORY = 1 << 20"))
        self.assertRegex(said, "more than 1 MiB of memory|can't allocate")  # whoever asked last, Python or the C library

    def test_what_is_sent_is_not_built(self):
        server = [*listening(), accept(), PAUSE]
        client = [*connecting(), send("conn", 1 << 30), PAUSE]
        trace = self.run_lab(
            experiment([program("server", "B", server), program("client", "A", client, start=50)], 500),
            command=changed_lab("lab.MAX_MEMORY = 64 << 20"),
        )
        self.assertEqual([event["args"] for event in trace.of("call", op="send")], [{"bytes": 1 << 30}])
        self.assertEqual(trace.of("return", op="send"), [])

    def test_segments_that_answer_each_other_for_ever(self):
        inject = {
            "at": 200_000, "do": "inject", "to": "A", "connection": 1, "flags": ["ACK", "PSH"], "bytes": 10,
            "seq": {"base": "rcv_nxt", "plus": 0}, "ack": {"base": "snd_nxt", "plus": 0}, "tsval": {"base": "last", "plus": 0},
        }
        server, client = [*listening(), accept(), PAUSE], [*connecting(), PAUSE]
        self.stopped(
            experiment(
                [program("server", "B", server), program("client", "A", client, start=50)], 2000, events=[inject],
                sysctl={host: {"net.ipv4.tcp_invalid_ratelimit": "0"} for host in "AB"},
            ),
            "lab.MAX_EVENTS = 1000", "more than 1000 events",
        )

    def lab_at_work(self, experiment_, command=COMMAND):
        """A running lab and the process of its program p."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = os.path.join(folder.name, "e.json")
        with open(file, "w") as handle:
            lab.json.dump(experiment_, handle)
        running = subprocess.Popen([*command, file, "--quiet"], stderr=subprocess.PIPE, text=True)
        self.addCleanup(running.stderr.close)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        for _ in range(400):
            for pid in children_of(running.pid):
                limited = resource.prlimit(pid, resource.RLIMIT_DATA)[0] != resource.RLIM_INFINITY
                if limited and lab.read_file("/proc/%d/comm" % pid) == "p":
                    return running, pid
            time.sleep(0.01)
        self.fail("program p was not started")

    @staticmethod
    def urgent(pid):
        """How many threads of a process go before all other work."""
        return sum(os.sched_getscheduler(int(thread)) == os.SCHED_RR for thread in os.listdir("/proc/%d/task" % pid))

    def test_a_thread_that_computes_loses_its_right_to_go_first(self):
        main = [{"op": "spawn", "routine": "burn", "name": "burn", "times": 1}, PAUSE]
        # This test is ordinary work too and may see late what happened: the run lasts until it has looked.
        lasting = changed_lab("lab.MAX_STEPS_WITHOUT_WAITING = lab.MAX_EVENTS = 1 << 40")
        running, pid = self.lab_at_work(alone(*main, until_ms=30_000, burn=BURN), lasting)
        if not self.urgent(pid):
            self.skipTest("real-time scheduling is not permitted here")
        try:
            for _ in range(2000):  # until main and burn are ordinary work and only the thread that sees to it is not
                if (len(os.listdir("/proc/%d/task" % pid)), self.urgent(pid)) == (3, 1):
                    return
                time.sleep(0.01)
        except OSError:
            self.fail("the run ended: " + running.communicate()[1])
        self.fail("%d threads still go first" % self.urgent(pid))

    def test_the_kernel_ends_a_program_that_keeps_computing(self):
        for change in ("lab.MAX_COMPUTING = 1", "lab.MOST_URGENT = 600_000"):
            with self.subTest(change):
                keeps_its_right = changed_lab("lab.hurry_no_more = lambda: None; " + change)
                running, pid = self.lab_at_work(alone(*BURN, until_ms=4000), keeps_its_right)  # it does not last so long
                if "URGENT" in change and not self.urgent(pid):
                    self.skipTest("real-time scheduling is not permitted here")
                self.assertRegex(running.communicate()[1], "program p died without a word: .* computed")
                self.assertEqual(running.returncode, 1)

    def test_the_bounds_the_kernel_holds(self):
        _, pid = self.lab_at_work(alone(PAUSE))
        limits = dict(re.findall(r"^Max (.*?)  +(\S+ +\S+)", lab.read_file("/proc/%d/limits" % pid), re.M))
        self.assertEqual(limits["cpu time"].split(), ["60", "60"])
        self.assertEqual(limits["realtime timeout"].split(), ["500000", "2000000"])
        self.assertLess(int(limits["data size"].split()[0]), 3 << 29)  # 1 GiB for one program, and what it began with


class Lacking(LiveCase):
    """A Linux that lacks something: one line says what, whatever it is."""

    def missing(self, change, experiment_=None):
        said = self.run_lab(experiment_ or alone(PAUSE, until_ms=200), code=3, command=changed_lab("import errno, os\n" + change))
        self.assertRegex(said, r"\Alastack_lab: cannot run here: [^\n]+\n\Z")
        return said

    def test_a_part_of_the_kernel(self):
        netlink = (
            "def refuse(self, family, real=lab.Netlink.__init__):\n"
            "    if family in %s: raise OSError(errno.EPROTONOSUPPORT, 'Protocol not supported')\n"
            "    real(self, family)\n"
            "lab.Netlink.__init__ = refuse"
        )
        self.assertIn("Protocol not supported", self.missing(netlink % "(lab.NETLINK_ROUTE,)"))
        self.assertIn("CONFIG_INET_DIAG", self.missing(netlink % "(lab.NETLINK_SOCK_DIAG,)"))
        self.assertIn("CONFIG_PACKET", self.missing("lab.socket.AF_PACKET = 45"))
        direct = experiment([], 200, link="direct")
        self.assertIn("CONFIG_VETH", self.missing("real = lab.attribute\nlab.attribute = lambda kind, data: real(kind, b'veht' if data == b'veth' else data)", direct))

    def test_a_process(self):
        fork = "def fork(): raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))\nlab.Tracepoint.start_janitor = lambda self: os.open('/dev/null', 0)\nlab.os.fork = fork"
        self.assertIn("temporarily unavailable", self.missing(fork))


if __name__ == "__main__":
    unittest.main()
