"""Runs on this machine's kernel, where it permits them. Each takes a second or two."""

import collections
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from build import (
    PAUSE, accept, at, call, close, connecting, endpoint, experiment, fault, listening, program, recv, send, sleep,
    small_close, socket_,
)
from live import COMMAND, LiveCase, Trace, children_of


class Live(LiveCase):
    def check_small_close(self, trace):
        self.assertEqual(trace.path("B1"), ["LISTEN"])
        self.assertEqual(trace.path("A1")[:1] + trace.path("A1")[-1:], ["SYN-SENT", "TIME-WAIT"])
        self.assertEqual(trace.path("B2")[-2:], ["LAST-ACK", "CLOSED"])
        self.assertEqual(
            trace.flags(), ["A S", "B S.", "A .", "A P.", "B .", "A F.", "B .", "B F.", "A ."]
        )
        self.assertEqual(len(trace.of("arrive")), 9)
        self.assertEqual(trace.result("server", "accept"), 4)
        self.assertEqual([trace.result("server", "recv", n) for n in (0, 1)], [26, 0])
        self.assertTrue(38 <= trace.spends("A1", "FIN-WAIT-1") <= 60, trace.spends("A1", "FIN-WAIT-1"))
        self.assertEqual(trace.of("timer", sock="A1", timer="timewait")[0]["act"], "seen")

    def test_a_descriptor_that_connects_again_has_the_port_it_got_then(self):
        client = [
            socket_("conn"),
            call("connect", fd="conn", to=endpoint("10.0.0.2", 7001), **{"on_error": "continue"}),
            call("connect", fd="conn", to=endpoint("10.0.0.2", 7000)),
            sleep(200),
        ]
        server = [*listening(), accept(), PAUSE]
        trace = self.run_lab(experiment([program("server", "B", server), program("client", "A", client, start=100)]))
        self.assertEqual(trace.result("client", "connect"), "ECONNREFUSED")
        syns = trace.of("send", host="A", flags="S")
        self.assertNotEqual(syns[0]["src"], syns[1]["src"])
        ends = [(event["sock"], event["local"], event["remote"]) for event in trace.of("sock", host="A")]
        self.assertEqual(ends, [(syn["sock"], syn["src"], syn["dst"]) for syn in syns])

    def test_four_segments(self):
        trace = self.run_lab(experiment(small_close(), probes=[{"name": "p", "at": 1_000_000, "capture": True}]))
        self.check_small_close(trace)
        row = trace.of("probe", probe="p", host="A")[0]["sockets"][0]
        self.assertEqual((row["state"], row["timer"]["name"], row["mini"], row["holder"]), ("TIME-WAIT", "timewait", True, None))
        row = trace.of("probe", probe="p", host="B")[0]["sockets"][0]
        self.assertEqual((row["state"], row["holder"]), ("LISTEN", {"program": "server", "fd": 3}))
        self.assertEqual(trace.of("probe", probe="end", host="B")[0]["counters"]["TcpPassiveOpens"], 1)
        captures = {event["tool"]: event["text"] for event in trace.of("capture", host="B")}
        self.assertIn("/proc/net/sockstat", captures)
        main, *frames = captures["threads"].splitlines()[1:]
        self.assertEqual(main, "Thread main (most recent call first):")
        self.assertIn(" in step_pause", frames[0])
        self.assertNotIn("/", captures["threads"])
        self.assertEqual(sorted(trace.header["late_us"]), ["relay", "steps"])
        self.assertIn("python", trace.header["tools"])
        if "tcpdump" in trace.header["tools"] and os.getuid() == 0:
            flags = [line.split("Flags [")[1].split("]")[0] for line in captures["tcpdump -nn"].splitlines()]
            self.assertEqual(flags, ["S", "S.", ".", "P.", ".", "F.", ".", "F.", "."])
        self.assertEqual([e["t"] for e in trace.events], sorted(e["t"] for e in trace.events))

    def test_where_threads_stand(self):
        server = [*listening(), {"op": "spawn", "routine": "taker", "name": "taker", "times": 2}, PAUSE]
        trace = self.run_lab(
            experiment([program("server", "B", server, taker=[accept(), PAUSE])], 600, probes=[{"name": "p", "at": 300_000, "capture": True}])
        )
        text = trace.of("capture", tool="threads")[0]["text"]
        self.assertEqual(text.count("in call_accept"), 2)
        self.assertEqual([line.split()[1] for line in text.splitlines() if line.startswith("Thread")], ["main", "taker-1", "taker-2"])
        self.assertEqual([event["value"] for event in trace.of("return", op="socket")], [3])  # dumping takes no descriptor

    def test_a_download_with_its_prediction(self):
        plain = experiment(small_close(), 1000)
        trace = self.run_lab(plain)
        prediction = {"header": dict(trace.header, kernel="6.1.0"), "events": trace.events}
        changes = [{"from": None, "backports": [], "what": "as ever."}, {"from": "6.2", "backports": [], "what": "as now."}]
        download = {
            "format": "lastack-download/1", "hash": "0" * 64, "experiment": plain, "prediction": prediction,
            "dated": [{"about": "A thing", "changes": changes}],
        }
        written = json.dumps(plain, indent=1, ensure_ascii=False) + "\n"
        download["hash"] = prediction["header"]["hash"] = hashlib.sha256(written.encode()).hexdigest()
        said = self.report(download)
        self.assertIn("Our recording on Linux 6.1.0 shows:", said)
        self.assertIn("This kernel did what our recording shows.", said)
        self.assertNotIn("A thing", said)
        for event in prediction["events"]:
            if event["k"] == "send" and event["flags"] == "F.":
                event["flags"] = "R"
        self.assertIn("which 6.1.0 has not. A thing:\n    here: as now.\n    before: as ever.\n", self.report(download))
        download["experiment"] = dict(plain, title="Changed \x1b[31m")
        self.assertNotIn("shows:", self.report(download))  # the prediction is for another experiment

    def report(self, content):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "e.json")
            with open(file, "w") as handle:
                json.dump(content, handle)
            done = subprocess.run([*COMMAND, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_four_segments_without_the_tracepoint(self):
        trace = self.run_lab(experiment(small_close()), "--poll")
        self.assertEqual(trace.header["watch"], "poll")
        self.check_small_close(trace)

    def test_three_segments(self):
        trace = self.run_lab(experiment(small_close(0)))
        self.assertEqual(trace.flags()[-3:], ["A F.", "B F.", "A ."])

    def test_simultaneous_close(self):
        both = [at(500), close("conn"), PAUSE]
        trace = self.run_lab(
            experiment([program("server", "B", [*listening(), accept(), *both]), program("client", "A", [*connecting(), *both], start=200)], 1500, delay=50_000)
        )
        for sock in ("A1", "B2"):
            self.assertEqual(trace.path(sock)[-3:], ["FIN-WAIT-1", "CLOSING", "TIME-WAIT"])
        self.assertEqual(collections.Counter(trace.flags()[-4:]), {"A F.": 1, "B F.": 1, "A .": 1, "B .": 1})

    def test_the_last_ack_is_lost(self):
        drop = fault("A", {"do": "drop"}, has=["ACK"], lacks=["SYN", "FIN", "RST"], data=False, nth=None, after=200_000, before=1_500_000)
        trace = self.run_lab(experiment(small_close(), 4000, faults=[drop]))
        fins = [event["t"] for event in trace.of("send", host="B", flags="F.")]
        self.assertEqual(len(fins), 5)
        for gap, wanted in zip((later - fins[0] for later in fins[1:]), (0.205, 0.413, 0.845, 1.68)):
            self.assertAlmostEqual(gap / 1e6, wanted, delta=0.15 * wanted + 0.02)
        self.assertEqual(len(trace.of("lost")), 4)
        self.assertEqual(len(trace.of("timer", sock="A1", timer="timewait")), 6)  # FIN-WAIT-2, TIME-WAIT, 4 restarts

    def test_hold_and_duplicate(self):
        faults = [
            fault("B", {"do": "hold", "release": 500_000}, has=["FIN"]),
            fault("A", {"do": "duplicate", "after": 20_000}, has=["FIN"], name="twice"),
        ]
        trace = self.run_lab(experiment(small_close(), 1000, faults=faults))
        held = trace.of("send", host="B", flags="F.")[0]
        arrived = trace.of("arrive", seg=held["seg"])[0]["t"]
        self.assertTrue(500_000 <= arrived <= 510_000, arrived)
        self.assertEqual(len(trace.of("arrive", seg=trace.of("send", host="A", flags="F.")[0]["seg"])), 2)

    def test_an_injected_reset_must_fit_exactly(self):
        for plus, path in ((0, "CLOSED"), (1000, "TIME-WAIT")):
            inject = {
                "at": 600_000, "do": "inject", "to": "A", "connection": 1, "flags": ["RST"],
                "seq": {"base": "rcv_nxt", "plus": plus}, "ack": None, "tsval": None, "bytes": 0,
            }
            trace = self.run_lab(experiment(small_close(), 1000, events=[inject]))
            self.assertEqual(trace.path("A1")[-1], path)
            self.assertTrue([event for event in trace.of("send") if event.get("injected")])

    def test_out_of_descriptors(self):
        server = [*listening(), {"op": "loop", "times": None, "body": [accept(on_error="break")]}, PAUSE]
        client = [{"op": "loop", "times": 6, "body": [*connecting(), sleep(5)]}, PAUSE]
        trace = self.run_lab(experiment([program("server", "B", server, nofile=8), program("client", "A", client, start=150)], 800))
        self.assertEqual([event["value"] for event in trace.of("return", op="accept")], [4, 5, 6, 7, -1])
        self.assertEqual(trace.result("server", "accept", 4), "EMFILE")

    def test_kill(self):
        kill = {"at": 300_000, "do": "kill", "program": "client"}
        trace = self.run_lab(
            experiment(
                [program("server", "B", [*listening(), accept(), recv("conn"), PAUSE]), program("client", "A", [*connecting(), PAUSE], start=150)],
                600,
                events=[kill],
            )
        )
        self.assertEqual(trace.of("process", program="client")[-1]["act"], "killed")
        self.assertEqual(trace.path("A1")[-1], "FIN-WAIT-2")
        self.assertEqual(trace.result("server", "recv"), 0)

    def test_linger(self):
        for seconds, flags, errno_ in ((0, "R.", "ECONNRESET"), (5, "F.", 0)):
            client = [
                *connecting(), call("setsockopt", fd="conn", option="SO_LINGER", value={"on": True, "seconds": seconds}),
                send("conn", 5), sleep(200), close("conn"), PAUSE,
            ]
            server = [*listening(), accept(), recv("conn"), recv("conn"), PAUSE]
            trace = self.run_lab(
                experiment([program("server", "B", server), program("client", "A", client, start=150)], 1300, delay=50_000)
            )
            last = [event for event in trace.of("send", host="A") if event["flags"] != "."][-1]
            self.assertEqual((last["flags"], last["sock"]), (flags, "A1"))
            self.assertEqual(trace.result("server", "recv", 1), errno_)
            took = trace.of("return", program="client", op="close")[0]["t"] - trace.of("call", program="client", op="close")[0]["t"]
            self.assertTrue(135_000 <= took <= 220_000 if seconds else took < 10_000, took)

    def test_fin_wait_2_of_two_stages(self):
        trace = self.run_lab(experiment(small_close(5000), 3000, sysctl={"A": {"net.ipv4.tcp_fin_timeout": "61"}}))
        self.assertTrue(2000 <= trace.spends("A1", "FIN-WAIT-2") <= 2400, trace.spends("A1", "FIN-WAIT-2"))
        timers = [event["timer"] for event in trace.of("timer", sock="A1")]
        self.assertEqual([timer for timer in timers if timer != "retransmit"], ["keepalive", "timewait"])
        self.assertEqual(trace.of("mini", sock="A1")[0]["substate"], "FIN-WAIT-2")

    def test_a_program_that_talks_to_its_own_host(self):
        client = [*connecting(), send("conn", 26), close("conn"), PAUSE]
        server = [*listening(), accept(), recv("conn"), recv("conn"), close("conn"), PAUSE]
        trace = self.run_lab(experiment([program("server", "B", server), program("client", "B", client, start=150)], 600))
        self.assertEqual(trace.path("B2")[-1], "TIME-WAIT")

    def test_a_direct_link(self):
        trace = self.run_lab(experiment(small_close(), 700, link="direct"))
        self.assertEqual(trace.path("A1")[-1], "TIME-WAIT")
        self.assertEqual(trace.of("send"), [])

    def test_threads_queues_and_variables(self):
        worker = [
            {"op": "get", "queue": "work", "as": "n", "timeout": None, "on_error": "stop"},
            {"op": "put", "queue": "done", "value": {"variable": "n"}},
        ]
        main = [
            {"op": "spawn", "routine": "worker", "name": "w", "times": 3},
            {"op": "set", "variable": "n", "value": 0},
            {"op": "while", "test": {"variable": "n", "comparison": "<", "value": 3}, "body": [
                {"op": "put", "queue": "work", "value": {"variable": "n"}},
                {"op": "add", "variable": "n", "value": 1},
            ]},
            {"op": "loop", "times": 3, "body": [{"op": "get", "queue": "done", "as": "m", "timeout": None, "on_error": "stop"}]},
            {"op": "get", "queue": "done", "as": "m", "timeout": 50_000, "on_error": "continue"},
            {"op": "if", "test": {"variable": "m", "comparison": "==", "value": "ETIMEDOUT"}, "then": [
                call("connect", fd="nothing", to=endpoint("10.0.0.2", 7000), on_error="continue"),
                socket_("one"), close("one"), socket_("two"),
            ], "otherwise": []},
        ]
        trace = self.run_lab(experiment([program("p", "A", main, worker=worker)], 500))
        self.assertEqual(sorted(event["thread"] for event in trace.of("thread", act="end")), ["main", "w-1", "w-2", "w-3"])
        self.assertEqual(trace.result("p", "connect"), "EBADF")
        self.assertEqual([event["value"] for event in trace.of("return", op="socket")], [3, 3])
        self.assertEqual(trace.of("process", program="p")[-1]["act"], "exit")

    def test_an_endless_loop_is_stopped(self):
        spin = [{"op": "loop", "times": None, "body": []}]
        self.assertIn("without waiting", self.run_lab(experiment([program("p", "A", spin)], 60_000), code=1))

    def test_an_injection_without_a_connection(self):
        inject = {
            "at": 1000, "do": "inject", "to": "A", "connection": 1, "flags": ["RST"],
            "seq": {"base": "zero", "plus": 0}, "ack": None, "tsval": None, "bytes": 0,
        }
        self.assertIn("no connection 1", self.run_lab(experiment([], 500, events=[inject]), code=1))

    def test_a_bad_file(self):
        self.assertIn("key 'id' is missing", self.run_lab({"format": "lastack-experiment/1"}, code=2))

    @staticmethod
    def still_there(pids):
        """Which of them have not ended within two seconds."""
        left = list(pids)
        for _ in range(40):
            left = [pid for pid in left if os.path.exists("/proc/%d" % pid)]
            if not left:
                break
            time.sleep(0.05)
        return left

    def test_a_program_killed_from_outside_makes_no_evidence(self):
        with tempfile.TemporaryDirectory() as folder:
            file, trace = os.path.join(folder, "e.json"), os.path.join(folder, "t.jsonl")
            with open(file, "w") as handle:
                json.dump(experiment(small_close(5000), 20_000), handle)
            lab = subprocess.Popen([*COMMAND, file, "-o", trace, "--quiet"], stderr=subprocess.PIPE, text=True)
            named = {}
            for _ in range(200):
                for pid in children_of(lab.pid):
                    with open("/proc/%d/comm" % pid) as comm:
                        named[comm.read().strip()] = pid
                if "server" in named:
                    break
                time.sleep(0.05)
            time.sleep(0.5)
            os.kill(named["server"], signal.SIGKILL)
            _, said = lab.communicate()
            self.assertIn("program server died without a word", said)
            self.assertEqual(lab.returncode, 1)
            self.assertEqual(os.listdir(folder), ["e.json"])
            self.assertEqual(self.still_there(named.values()), [])

    def test_nothing_is_left_whatever_ends_it(self):
        has_tracepoint = self.run_lab(experiment([], 100)).header["watch"] == "tracepoint"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number), tempfile.TemporaryDirectory() as folder:
                file, trace = os.path.join(folder, "e.json"), os.path.join(folder, "t.jsonl")
                with open(file, "w") as handle:
                    json.dump(experiment(small_close(5000), 20_000), handle)
                # Whoever starts the tests in the background has SIGINT ignored; the lab should not inherit it here.
                listen = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
                lab = subprocess.Popen([*COMMAND, file, "-o", trace, "--quiet"], stderr=subprocess.PIPE, preexec_fn=listen)
                children = []
                for _ in range(200):  # until both programs run
                    children = children_of(lab.pid)
                    if len(children) >= 2:
                        break
                    time.sleep(0.05)
                time.sleep(0.3)
                children = children_of(lab.pid)
                self.assertGreaterEqual(len(children), 2)
                traced = "lastack-%d" % lab.pid  # its instance of the kernel's tracing, if it may have one
                self.assertEqual(traced in instances(), has_tracepoint)
                lab.send_signal(number)
                lab.communicate()
                self.assertNotEqual(lab.returncode, 0)
                self.assertEqual(self.still_there(children), [])
                self.assertEqual(os.listdir(folder), ["e.json"])
                self.assertNotIn(traced, instances())


def instances():
    """Instances of the kernel's tracing. Where it is not mounted, it is for a moment, in a namespace for that."""
    look = "ls /sys/kernel/tracing/instances || { mount -t tracefs nodev /sys/kernel/tracing && ls /sys/kernel/tracing/instances; }"
    found = subprocess.run(["unshare", "-m", "sh", "-c", look], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return found.stdout.split()


if __name__ == "__main__":
    unittest.main()
