"""The lab runs on Python 3.9, whatever Python runs these tests: its grammar, and no name that came later."""

import ast
import os
import unittest

LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FILES = ("lastack_lab.py", "measure.py")

# What this kind of program may be tempted to use, from "What's New in Python" 3.10 to 3.13.
LATER_NAMES = {"aiter", "anext", "EncodingWarning", "BaseExceptionGroup", "ExceptionGroup", "PythonFinalizationError"}
LATER_MODULES = {"tomllib"}
LATER_ATTRIBUTES = {
    "bit_count", "pairwise", "batched", "setns", "unshare", "eventfd", "EFD_CLOEXEC", "splice", "timerfd_create",
    "process_cpu_count", "file_digest", "StrEnum", "cbrt", "exp2", "sumprod", "correlation", "covariance",
    "linear_regression", "get_annotations", "add_note", "UTC",
}
LATER_ARGUMENTS = {
    "zip": {"strict"}, "bisect": {"key"}, "bisect_left": {"key"}, "bisect_right": {"key"}, "insort": {"key"},
    "TemporaryDirectory": {"ignore_cleanup_errors", "delete"}, "NamedTemporaryFile": {"delete_on_close"},
    "rmtree": {"onexc", "dir_fd"},
}


def too_new(source):
    """Lines that Python 3.9 would not understand, as text. Raises SyntaxError for newer grammar."""
    for node in ast.walk(ast.parse(source, feature_version=(3, 9))):
        found = None
        if isinstance(node, ast.Name) and node.id in LATER_NAMES:
            found = node.id
        elif isinstance(node, ast.Attribute) and node.attr in LATER_ATTRIBUTES:
            owner = getattr(node.value, "id", "")
            found = None if owner.lower() == "libc" else node.attr  # the C library has these names too
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None)]
            found = next((name for name in names if name in LATER_MODULES), None)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            found = next((word.arg for word in node.keywords if word.arg in LATER_ARGUMENTS.get(name, ())), None)
        if found:
            yield "line %d: %s" % (node.lineno, found)


class Python39(unittest.TestCase):
    def test_nothing_is_newer(self):
        for name in FILES:
            with self.subTest(name), open(os.path.join(LAB, name), encoding="utf-8") as file:
                self.assertEqual(list(too_new(file.read())), [])

    def test_what_is_newer_is_found(self):
        for source in ("match x:\n case 1: pass", "with (open(a) as b, open(c) as d): match x:\n  case 1: pass"):
            with self.subTest(source), self.assertRaises(SyntaxError):
                list(too_new(source))
        for source in ("zip(a, b, strict=True)", "import tomllib", "os.setns(1)", "bisect.bisect_right(a, 1, key=f)", "(5).bit_count()"):
            with self.subTest(source):
                self.assertEqual(len(list(too_new(source))), 1)
        self.assertEqual(list(too_new("libc.setns(1, 2)")), [])


if __name__ == "__main__":
    unittest.main()
