"""Experiments of the site on this machine's kernel, judged as a reader would: --check, and --compare with the recording.

They are few and short, and nothing in them depends on the version of Linux. Their canonical files are built before the
tests (npm run build:experiments)."""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

from build import experiment, small_close
from live import COMMAND, LAB, LiveCase

NOBODY = 65534
UNSHARE = ["unshare", "-Urn"]
AGREES = "This kernel did what our recording shows."


class Experiments(LiveCase):
    def judge(self, name, command=COMMAND, **how):
        """Runs an experiment in a folder that anybody may read; returns (exit status, what was said)."""
        built = os.path.join(ROOT, ".cache", "experiments", name + ".json")
        if not os.path.exists(built):
            self.skipTest("the experiments are not built: npm run build:experiments")
        (recording,) = glob.glob(os.path.join(ROOT, "content", "evidence", "*", name + ".jsonl"))
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            file, recorded, lab = (shutil.copy(path, folder) for path in (built, recording, LAB))
            done = subprocess.run(
                [*command[:-1], lab, file, "--quiet", "--check", "--compare", recorded],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, cwd="/", **how
            )
        return done.returncode, done.stdout + done.stderr

    def as_recorded(self, name, *arguments, **how):
        status, said = self.judge(name, *arguments, **how)
        *expectations, last = said.splitlines() or [""]
        self.assertEqual((status, last), (0, AGREES), said)
        self.assertTrue(expectations and all(line.startswith("holds  ") for line in expectations), said)

    def test_a_close(self):
        self.as_recorded("close-three")

    def test_eight_megabytes_in_one_send(self):
        self.as_recorded("reconnect-after-fast-transfer")

    def test_as_the_site_tells_a_reader_without_root(self):
        if not shutil.which("unshare") or subprocess.run([*UNSHARE, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
            self.skipTest("unshare -Urn is not permitted here")
        self.as_recorded("linger-0-established", [*UNSHARE, *COMMAND])

    def test_an_ordinary_user(self):
        if os.geteuid() != 0:
            self.skipTest("all other tests run as an ordinary user here")
        how = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for python in (sys.executable, "/usr/bin/python3"):  # the first may lie in root's home
            attempt = [*UNSHARE, python, "-c", "open('/dev/net/tun', 'r+b', 0)"]
            if not subprocess.run(attempt, stderr=subprocess.DEVNULL, check=False, cwd="/", **how).returncode:
                return self.as_recorded("data-crosses-fin", [python, *COMMAND[1:]], **how)
        self.skipTest("an ordinary user may not make namespaces here, or not open /dev/net/tun")

    def test_an_expectation_that_fails(self):
        expect = [{"expect": "segments", "from": "A", "match": {"has": ["FIN"], "lacks": [], "data": None, "port": None}, "count": 2}]
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "e.json")
            with open(file, "w") as handle:
                json.dump(experiment(small_close(), 700, expect=expect), handle)
            done = subprocess.run([*COMMAND, file, "--quiet", "--check"], stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.startswith("FAILS  "), done.stdout)


if __name__ == "__main__":
    unittest.main()
