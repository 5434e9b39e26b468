"""Runs the lab's tests: python3 -I -S lab/tests/run.py [-v] [REPORT.json]. Only the standard library can be seen.

REPORT.json is a file for the counts: passed, failed, skipped.
"""

import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]


def reports(arguments):
    """Files to write. Anything else, a test's name for example, is a mistake and must not become a file."""
    for argument in arguments:
        if argument != "-v" and not argument.endswith(".json"):
            raise SystemExit("%s is neither -v nor a REPORT.json" % argument)
    return [argument for argument in arguments if argument != "-v"]


if __name__ == "__main__":
    files = reports(sys.argv[1:])
    result = unittest.TextTestRunner(verbosity=2 if "-v" in sys.argv else 1).run(unittest.defaultTestLoader.discover(HERE))
    for reason in sorted({reason for _, reason in result.skipped}):
        print("skipped: %s" % reason, file=sys.stderr)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    counts = {"passed": result.testsRun - failed - len(result.skipped), "failed": failed, "skipped": len(result.skipped)}
    for report in files:
        with open(report, "w") as file:
            json.dump(counts, file)
    sys.exit(not result.wasSuccessful())
