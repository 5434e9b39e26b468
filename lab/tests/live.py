"""What the tests on this machine's kernel share: the lab as a process of its own, and its trace."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(os.path.dirname(HERE), "lastack_lab.py")
COMMAND = [sys.executable, "-I", "-S", LAB]


def changed_lab(change):
    """The command of a lab in which something else holds: `change` is Python, in which the lab is `lab`."""
    start = "import sys; sys.path.insert(0, %r); import lastack_lab as lab" % os.path.dirname(LAB)
    return [*COMMAND[:3], "-c", "%s\n%s\nsys.exit(lab.main(sys.argv[1:]))" % (start, change)]


can_run = subprocess.run([*COMMAND, "--can-run"], stdout=subprocess.PIPE, text=True, check=False)


class Trace:
    def __init__(self, text):
        self.header, *self.events = [json.loads(line) for line in text.splitlines()]

    def of(self, kind, **fields):
        return [e for e in self.events if e["k"] == kind and all(e[key] == value for key, value in fields.items())]

    def path(self, sock):
        return [event["to"] for event in self.of("state", sock=sock)]

    def spends(self, sock, state):
        """Milliseconds in a state."""
        changes = self.of("state", sock=sock)
        total = 0
        for change, following in zip(changes, [*changes[1:], {"t": self.header["until"]}]):
            total += following["t"] - change["t"] if change["to"] == state else 0
        return total / 1000

    def flags(self):
        return ["%s %s" % (event["host"], event["flags"]) for event in self.of("send")]

    def result(self, program_, op, nth=0):
        event = self.of("return", program=program_, op=op)[nth]
        return event["errno"] or event["value"]


@unittest.skipIf(can_run.returncode, "cannot run here: %s" % can_run.stdout.strip())
class LiveCase(unittest.TestCase):
    def run(self, result=None):
        """A test that fails gets one more try: a machine that is busy with other work can be late once."""
        trial = unittest.TestResult()
        super().run(trial)
        if trial.wasSuccessful() and not trial.skipped:
            result.startTest(self)
            result.addSuccess(self)
            result.stopTest(self)
        else:
            for _, problem in trial.failures + trial.errors:
                print("%s again; it failed: %s" % (self.id(), problem.strip().splitlines()[-1]), file=sys.stderr)
            super().run(result)

    def run_lab(self, experiment_, *options, code=0, command=COMMAND):
        """Its trace, or what it said if it was to end with another code."""
        with tempfile.TemporaryDirectory() as folder:
            file, trace = os.path.join(folder, "e.json"), os.path.join(folder, "t.jsonl")
            with open(file, "w") as handle:
                json.dump(experiment_, handle)
            done = subprocess.run(
                [*command, file, "-o", trace, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False
            )
            self.assertEqual(done.returncode, code, done.stderr)
            if code:
                self.assertEqual(sorted(os.listdir(folder)), ["e.json"])
                return done.stderr
            with open(trace) as handle:
                return Trace(handle.read())


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [int(word) for word in file.read().split()]
