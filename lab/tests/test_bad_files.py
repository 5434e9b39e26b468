"""An experiment file is untrusted: nothing outside the closed list gets through."""

import copy
import hashlib
import json
import os
import re
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import build
import lastack_lab as lab


def good():
    return build.experiment(build.small_close())


def changed(change):
    experiment = copy.deepcopy(good())
    change(experiment)
    return experiment


def main_of(experiment, program=1):
    return experiment["programs"][program]["routines"]["main"]


INJECT = {
    "at": 1, "do": "inject", "to": "A", "connection": 1, "flags": ["RST"], "seq": {"base": "zero", "plus": 0},
    "ack": None, "tsval": None, "bytes": 0,
}

THREAD = {
    "at": 1_000_000, "do": "thread", "program": "client", "fd": 3,
    "steps": [{"op": "close", "fd": "fd", "as": None, "on_error": "stop"}],
}

# name: (what is done to a good experiment, the path the message must name)
HOSTILE = {
    "another format": (lambda e: e.update(format="lastack-experiment/9"), "format"),
    "a key nobody knows": (lambda e: e.update(shell="rm -rf /"), "(top)"),
    "an id with a path": (lambda e: e.update(id="../../etc/passwd"), "id"),
    "a missing key": (lambda e: e.pop("faults"), "(top)"),
    "an unknown op": (lambda e: main_of(e).append({"op": "exec", "path": "/bin/sh"}), "programs[1].routines.main[6].op"),
    "an extra key in a step": (lambda e: main_of(e)[0].update(path="/etc"), "programs[1].routines.main[0]"),
    "a sysctl not on the list": (lambda e: e["hosts"][0]["sysctl"].update({"kernel.core_pattern": "|/bin/sh"}), "hosts[0].sysctl"),
    "a sysctl with a path": (lambda e: e["hosts"][0]["sysctl"].update({"net.ipv4.../../kernel/panic": "1"}), "hosts[0].sysctl"),
    "a sysctl value with a newline": (lambda e: e["hosts"][0]["sysctl"].update({"net.ipv4.tcp_sack": "1\n2"}), "hosts[0].sysctl.net.ipv4.tcp_sack"),
    "a sysctl event not on the list": (
        lambda e: e["events"].append({"at": 1, "do": "sysctl", "host": "A", "name": "kernel.panic", "value": "1"}),
        "events[0].name",
    ),
    "a congestion control that is a module to load": (
        lambda e: e["hosts"][0]["sysctl"].update({"net.ipv4.tcp_congestion_control": "bbr"}),
        "hosts[0].sysctl.net.ipv4.tcp_congestion_control",
    ),
    "an event that loads a module": (
        lambda e: e["events"].append(
            {"at": 1, "do": "sysctl", "host": "A", "name": "net.ipv4.tcp_congestion_control", "value": "bbr"}
        ),
        "events[0].value",
    ),
    "a thread in no program": (lambda e: e["events"].append(dict(THREAD, program="nobody")), "events[0].program"),
    "a thread before its program": (lambda e: e["events"].append(dict(THREAD, at=0)), "events[0].at"),
    "a thread on the log's descriptor": (lambda e: e["events"].append(dict(THREAD, fd=2)), "events[0].fd"),
    "a thread with an unknown op": (
        lambda e: e["events"].append(dict(THREAD, steps=[{"op": "exec", "path": "/bin/sh"}])),
        "events[0].steps[0].op",
    ),
    "a thread that connects outside": (
        lambda e: e["events"].append(
            dict(THREAD, steps=[dict(THREAD["steps"][0], op="connect", to={"address": "8.8.8.8", "port": 53})])
        ),
        "events[0].steps[0].to.address",
    ),
    "an address outside": (lambda e: main_of(e)[1].update(to={"address": "8.8.8.8", "port": 53}), "programs[1].routines.main[1].to.address"),
    "a name for an address": (lambda e: main_of(e)[1].update(to={"address": "example.org", "port": 80}), "programs[1].routines.main[1].to.address"),
    "connect to any": (lambda e: main_of(e)[1].update(to={"address": "0.0.0.0", "port": 80}), "programs[1].routines.main[1].to.address"),
    "a multicast host": (lambda e: e["hosts"][0].update(addresses=["224.0.0.1"]), "hosts[0].addresses[0]"),
    "two hosts with one address": (lambda e: e["hosts"][1].update(addresses=["10.0.0.1"]), "hosts"),
    "a port too high": (lambda e: main_of(e)[1]["to"].update(port=70000), "programs[1].routines.main[1].to.port"),
    "a float for a time": (lambda e: e.update(until=1.5e6), "until"),
    "true for a number": (lambda e: e.update(until=True), "until"),
    "an hour": (lambda e: e.update(until=3_600_000_000), "until"),
    "2 GiB in one send": (lambda e: main_of(e)[3].update(bytes=2 << 30), "programs[1].routines.main[3].bytes"),
    "nine hosts": (
        lambda e: e["hosts"].extend({"name": "H%d" % n, "addresses": ["10.0.1.%d" % n], "sysctl": {}} for n in range(1, 8)),
        "hosts",
    ),
    "65 programs": (lambda e: e["programs"].extend(build.program("p%d" % n, "A", []) for n in range(64)), "programs"),
    "a million threads": (
        lambda e: main_of(e).append({"op": "spawn", "routine": "main", "name": "t", "times": 1_000_000}),
        "programs[1].routines.main[6].times",
    ),
    "a routine that is not there": (
        lambda e: main_of(e).append({"op": "spawn", "routine": "other", "name": "t", "times": 1}),
        "programs[1].routines.main[6].routine",
    ),
    "no main": (lambda e: e["programs"][0].update(routines={"other": []}), "programs[0].routines"),
    "a program on no host": (lambda e: e["programs"][0].update(host="C"), "programs[0].host"),
    "killing across hosts": (
        lambda e: main_of(e).append({"op": "kill", "program": "server"}),
        "programs[1].routines.main[6].program",
    ),
    "killing a process number": (lambda e: main_of(e).append({"op": "kill", "program": "1"}), "programs[1].routines.main[6].program"),
    "break outside a loop": (lambda e: main_of(e).append({"op": "break"}), "programs[1].routines.main[6]"),
    "an option that is not on the list": (
        lambda e: main_of(e).append(build.call("setsockopt", fd="conn", option="SO_BINDTODEVICE", value=1)),
        "programs[1].routines.main[6].option",
    ),
    "a value of the wrong kind": (
        lambda e: main_of(e).append(build.call("setsockopt", fd="conn", option="SO_LINGER", value=1)),
        "programs[1].routines.main[6].value",
    ),
    "a fault on a direct link": (
        lambda e: e.update(link={"kind": "direct", "delay": 0}, faults=[build.fault("A", {"do": "drop"})]),
        "faults",
    ),
    "an injection with too many bytes": (lambda e: e["events"].append(dict(INJECT, bytes=100_000)), "events[0].bytes"),
    "an injection at a number": (lambda e: e["events"].append(dict(INJECT, seq=5)), "events[0].seq"),
    "an object where a word stands": (lambda e: e.update(level={"a": 1}), "level"),
    "a host name that is a path": (lambda e: e["hosts"][0].update(name="../A"), "hosts[0].name"),
    "a host name in other letters": (lambda e: e["hosts"][0].update(name="\u0410"), "hosts[0].name"),
    "a program name that turns the text around": (lambda e: e["programs"][0].update(name="a\u202eb"), "programs[0].name"),
    "an address in other digits": (
        lambda e: e["hosts"][0].update(addresses=["\u0661\u0660.0.0.1"]), "hosts[0].addresses[0]",
    ),
    "a sysctl value in other digits": (
        lambda e: e["hosts"][0]["sysctl"].update({"net.ipv4.tcp_sack": "\u0661"}), "hosts[0].sysctl.net.ipv4.tcp_sack",
    ),
    "a kernel that is a pattern": (lambda e: e["hosts"][0].update(kernel="6.*"), "hosts[0].kernel"),
    "an address with a zero in front": (lambda e: e["hosts"][0].update(addresses=["010.0.0.1"]), "hosts[0].addresses[0]"),
    "a number of three hundred digits": (lambda e: main_of(e)[3].update(bytes=10**300), "programs[1].routines.main[3].bytes"),
    "a sysctl of the neighbours": (
        lambda e: e["hosts"][0]["sysctl"].update({"net.ipv4.conf.all.forwarding": "1"}), "hosts[0].sysctl",
    ),
    "bind to an address outside": (
        lambda e: main_of(e).append(build.call("bind", fd="conn", to={"address": "192.168.0.1", "port": 1})),
        "programs[1].routines.main[6].to.address",
    ),
    "descriptors without end": (lambda e: e["programs"][0].update(nofile=1 << 30), "programs[0].nofile"),
    "a probe after the end": (lambda e: e["probes"].append({"name": "p", "at": 3_000_000, "capture": True}), "probes[0].at"),
}


class BadFiles(unittest.TestCase):
    def test_a_good_experiment_passes(self):
        lab.check_experiment(good())

    def test_hostile_experiments_are_refused_with_their_place(self):
        for name, (change, path) in HOSTILE.items():
            with self.subTest(name):
                with self.assertRaises(lab.BadExperiment) as caught:
                    lab.check_experiment(changed(change))
                self.assertTrue(str(caught.exception).startswith(path), str(caught.exception))

    def test_deep_nesting_is_refused(self):
        step = {"op": "break"}
        for _ in range(40):
            step = {"op": "loop", "times": 1, "body": [step]}
        with self.assertRaises(lab.BadExperiment):
            lab.check_experiment(changed(lambda e: main_of(e).append(step)))

    def refuse(self, data):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            with self.assertRaises(lab.BadExperiment):
                lab.read_experiment(file.name)

    def test_files_that_are_not_an_experiment(self):
        self.refuse(b"")
        self.refuse(b"\xff\xfe")
        self.refuse(b"[" * 100_000)
        self.refuse(b"[1, 2]")
        self.refuse(b'"text"')
        self.refuse(json.dumps(good()).encode()[:-10])
        self.refuse(b" " * (lab.MAX_FILE + 1))
        text_ = json.dumps(good())
        for number in ("NaN", "Infinity", "-Infinity", "1e400", "1e3", "9" * 5000):
            self.refuse(text_.replace('"until": 2000000', '"until": ' + number).encode())
        self.refuse(text_.replace('"until": 2000000', '"until": 2000000, "until": 2000000').encode())
        self.refuse(b'\xef\xbb\xbf' + text_.encode())
        self.refuse(b'{"a":' * 5000 + b"1" + b"}" * 5000)
        self.refuse(json.dumps(good()).encode()[:-1] + b', "id": "twice"}')

    def read(self, content):
        with tempfile.NamedTemporaryFile() as file:
            file.write(json.dumps(content).encode())
            file.flush()
            return lab.read_experiment(file.name)

    def test_a_download_is_as_untrusted(self):
        written = json.dumps(good(), indent=1, ensure_ascii=False) + "\n"
        trace = {"format": "lastack-trace/1", "world": "engine", "kernel": "6.18", "level": "segments", "until": 9, "hz": None}
        header = dict(trace, experiment="test", hash="", hosts=[], watch=None)
        download = {
            "format": "lastack-download/1", "hash": hashlib.sha256(written.encode()).hexdigest(), "experiment": good(),
            "prediction": {"header": header, "events": []}, "dated": [],
        }
        self.assertEqual(self.read(download)[1:3], (download["hash"], download["prediction"]))
        self.assertIsNone(self.read(dict(download, hash="0" * 64))[2])
        change = {"from": "6.14", "backports": [], "what": "so"}
        for key, value in (
            ("experiment", changed(lambda e: e.update(until=1 << 40))), ("experiment", None), ("hash", "x"), ("more", 1),
            ("prediction", []), ("prediction", {"header": {}, "events": []}), ("prediction", {"header": header, "events": [1]}),
            ("dated", [{"about": "a", "changes": []}]), ("dated", [{"about": "a", "changes": [dict(change, **{"from": "new"})]}]),
        ):
            with self.subTest(key=key, value=value), self.assertRaises(lab.BadExperiment):
                self.read(dict(download, **{key: value}))
        kernel = {"header": header, "events": []}
        for key in header:
            for junk in (None, -1, 1e400, "x", [], {}, [{}], [[]]):
                for events in ([], [{}], [{"k": junk}], [{"k": "state", "sock": junk, "from": "CLOSED", "to": "x", "t": junk, "host": "A"}]):
                    prediction = {"header": dict(header, **{key: junk}), "events": events}
                    try:
                        lines = [*lab.prediction_lines(prediction, 9), *lab.verdict_lines(prediction, [], kernel)]
                        self.assertTrue(all(lab.plain(line).isprintable() for line in lines))
                    except lab.UNREADABLE:
                        pass

    def test_why_a_run_may_differ(self):
        head = {
            "format": "lastack-trace/1", "experiment": "test", "hash": "", "world": "engine", "kernel": "6.18", "hz": 250,
            "watch": None, "hosts": [{"name": "A", "addresses": ["10.0.0.1"], "sysctl": {}}], "level": "states", "until": 9_000_000,
        }

        def said(t, to, varies=None):
            events = [
                [{"k": "sock", "t": 0, "host": "A", "sock": "A1", "local": "10.0.0.1:1", "remote": "0.0.0.0:0"},
                 {"k": "state", "t": at, "host": "A", "sock": "A1", "from": "CLOSED", "to": state}]
                for at, state in ((1_000_000, "LISTEN"), (t, to))
            ]
            runs = [dict(header=dict(head, world=world), events=of) for world, of in zip(("engine", "linux"), events)]
            return list(lab.verdict_lines(runs[0], [], runs[1], varies))[-1]

        self.assertEqual(said(1_000_000, "LISTEN"), "Engine and kernel agree.")
        self.assertIn("Only times differ", said(2_000_000, "LISTEN"))
        self.assertIn("We would like to see it", said(1_000_000, "SYN-SENT"))
        self.assertEqual(said(1_000_000, "SYN-SENT", "Chance decides."), "Chance decides.")

    def test_nothing_that_steers_a_terminal_is_printed(self):
        self.assertEqual(lab.plain("a\x1b[2Jb\u202ec"), "a?[2Jb?c")

    def test_a_missing_file(self):
        with self.assertRaises(lab.BadExperiment):
            lab.read_experiment("/nonexistent")

    def test_every_value_replaced_by_another_kind_is_refused_or_harmless(self):
        """Whatever stands at whatever place, the check answers with BadExperiment or accepts; it never falls over."""

        def places(value, path=()):
            yield path
            items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
            for key, item in items:
                yield from places(item, (*path, key))

        for path in places(good()):
            for junk in (None, -1, 1 << 70, 1.5, "x", "\0", [], {}, [{}], {"a": []}, True):
                experiment = copy.deepcopy(good())
                if path:
                    parent = experiment
                    for key in path[:-1]:
                        parent = parent[key]
                    parent[path[-1]] = junk
                else:
                    experiment = junk
                try:
                    lab.check_experiment(experiment)
                except lab.BadExperiment:
                    pass

    def test_where_a_trace_cannot_go(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in (folder, os.path.join(folder, "none", "trace")):
                with self.assertRaises(lab.CannotRun):
                    lab.check_output(path)
            target, link = os.path.join(folder, "target"), os.path.join(folder, "link")
            with open(target, "w") as file:
                file.write("untouched")
            os.symlink(target, link)
            lab.check_output(link)
            lab.write_trace(link, {"level": "segments"}, [])
            self.assertFalse(os.path.islink(link), "the trace stands beside the link's target, never in it")
            with open(target) as file:
                self.assertEqual(file.read(), "untouched")
            self.assertEqual(sorted(os.listdir(folder)), ["link", "target"])

    def test_another_kernel_a_nat_or_a_limit_of_the_machine_is_for_the_simulator_alone(self):
        machine = {"net.ipv4.tcp_max_orphans": "1"}
        for change in (
            lambda h: h.update(kernel="4.4"), lambda h: h.update(nat=["B"]), lambda h: h["sysctl"].update(machine),
        ):
            experiment = changed(lambda e, change=change: change(e["hosts"][0]))
            lab.check_experiment(experiment)
            with self.assertRaisesRegex(lab.CannotRun, "host A .*from source, not recorded"):
                lab.check_kernel(experiment)
        lab.check_kernel(good())
        series = ".".join(os.uname().release.split(".")[:2])
        lab.check_kernel(changed(lambda e: e["hosts"][0].update(kernel=series)))

    def test_no_event_sets_a_limit_of_the_machine(self):
        event = {"at": 1, "do": "sysctl", "host": "B", "name": "net.ipv4.tcp_max_orphans", "value": "1"}
        experiment = changed(lambda e: e["events"].append(event))
        with self.assertRaisesRegex(lab.CannotRun, "host B .*tcp_max_orphans"):
            lab.check_kernel(experiment)

    def test_the_sysctls_are_those_of_the_site(self):
        with open(os.path.join(ROOT, "src", "experiment", "sysctl.ts"), encoding="utf-8") as file:
            named = set(re.findall(r'"(net\.[a-z0-9_.]+)"', file.read()))
        self.assertEqual(named, lab.SYSCTLS)
        self.assertLess(lab.OF_THE_MACHINE, named)


if __name__ == "__main__":
    unittest.main()
