"""How these tests are started."""

import os
import subprocess
import sys
import tempfile
import unittest

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run.py")


class Run(unittest.TestCase):
    def test_only_a_json_file_is_a_report(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-I", "-S", RUN, "bad_files"]
            done = subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, text=True, check=False, timeout=30)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("bad_files is neither -v nor a REPORT.json", done.stderr)
            self.assertEqual(os.listdir(folder), [])


if __name__ == "__main__":
    unittest.main()
