"""Runs the lab's tests: python3 -I -S lab/tests/run.py [-v] [REPORT]. Only the standard library can be seen.

REPORT is a file for the counts, as JSON: passed, failed, skipped.
"""

import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=2 if "-v" in sys.argv else 1).run(unittest.defaultTestLoader.discover(HERE))
    for reason in sorted({reason for _, reason in result.skipped}):
        print("skipped: %s" % reason, file=sys.stderr)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    counts = {"passed": result.testsRun - failed - len(result.skipped), "failed": failed, "skipped": len(result.skipped)}
    for report in (argument for argument in sys.argv[1:] if not argument.startswith("-")):
        with open(report, "w") as file:
            json.dump(counts, file)
    sys.exit(not result.wasSuccessful())
