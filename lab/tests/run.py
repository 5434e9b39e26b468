"""Runs the lab's tests: python3 -I -S lab/tests/run.py [-v]. Only the standard library can be seen."""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover(HERE)
    verbosity = 2 if "-v" in sys.argv else 1
    sys.exit(not unittest.TextTestRunner(verbosity=verbosity).run(suite).wasSuccessful())
