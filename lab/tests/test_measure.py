"""lab/measure.py: what it needs is in namespaces of its own, and goes with it."""

import os
import shutil
import subprocess
import sys
import time
import unittest

LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# In a namespace of its own, so that nothing can happen to this machine's network, whatever measure.py does.
PAIR = """
import os, socket, subprocess, sys
sys.path.insert(0, %r)
import measure
assert measure.LIBC.unshare(measure.CLONE_NEWNET) == 0
seen, steps, real = set(), 0, subprocess.run
def run(*arguments, **how):
    global steps
    steps += 1
    if steps == int(sys.argv[1]):
        raise OSError("a step that fails")
    done = real(*arguments, **how)
    seen.update(name for _, name in socket.if_nameindex())
    return done
subprocess.run = run
try:
    pair = measure.Pair(1)
    print("holders", *pair.holders, flush=True)
    if len(sys.argv) > 2:
        os.kill(os.getpid(), 9)
    pair.close()
except OSError as error:
    print(error)
print(*sorted(seen))
try:
    os.waitpid(-1, os.WNOHANG)
    print("a child is left")
except ChildProcessError:
    print("nobody is left")
""" % LAB


@unittest.skipIf(os.geteuid() != 0 or not shutil.which("nsenter") or not shutil.which("ip"), "needs root, nsenter and ip")
class Pairs(unittest.TestCase):
    def lines(self, *arguments):
        command = [sys.executable, "-I", "-S", "-c", PAIR, *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=30)
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    def test_the_network_it_is_started_in_is_left_alone(self):
        self.assertEqual(self.lines(0)[1:], ["lo", "nobody is left"])

    def test_a_step_that_fails_leaves_nothing(self):
        for step in (1, 3, 6):
            with self.subTest(step):
                self.assertEqual([line for line in self.lines(step) if line not in ("", "lo")], ["a step that fails", "nobody is left"])

    def test_its_processes_go_with_it(self):
        holders = self.lines(0, "killed")[0].split()[1:]
        for _ in range(40):
            if not any(os.path.exists("/proc/" + pid) for pid in holders):
                return
            time.sleep(0.05)
        self.fail("%s are left" % holders)


if __name__ == "__main__":
    unittest.main()
