"""The comparison and the expectations give what the vector files under tests/compare/ say."""

import copy
import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "..", "tests", "compare")
sys.path.insert(0, os.path.dirname(HERE))
import lastack_lab as lab  # noqa: E402

KERNEL = {"world": "linux", "hz": 250, "watch": "tracepoint", "tool": "lab"}


def edited(file, edits=(), header=None):
    """A vector file's run, changed; tests/compare/vectors.ts says what each edit does."""
    head = dict(file["header"], **(header or {}))
    entries = [[name, dict(event)] for name, event in file["events"].items()]

    def at(name):
        return next(index for index, entry in enumerate(entries) if entry[0] == name)

    for edit in edits:
        if "header" in edit:
            head.update(edit["header"])
        elif "on" in edit and "set" in edit:
            entries[at(edit["on"])][1].update(edit["set"])
        elif "on" in edit:
            entries[at(edit["on"])][1]["t"] += edit["by"]
        elif "from" in edit:
            for entry in entries[at(edit["from"]):]:
                entry[1]["t"] += edit["by"]
        elif "remove" in edit:
            for name in edit["remove"]:
                del entries[at(name)]
        elif "insert" in edit:
            index = at(edit["after"]) + 1
            entries[index:index] = [["", dict(event)] for event in edit["insert"]]
        elif "row" in edit:
            event = entries[at(edit["row"][0])][1]
            event["sockets"] = copy.deepcopy(event["sockets"])
            event["sockets"][edit["row"][1]].update(edit["set"])
        elif "replace" in edit:
            entries = json.loads(json.dumps(entries).replace(*edit["replace"]))
        else:
            for _, event in entries:
                if event["k"] == "send":
                    renumber(event, edit)
    entries.sort(key=lambda entry: entry[1]["t"])
    return {"header": head, "events": [event for _, event in entries]}


def renumber(event, edit):
    own, peer = ("A", "B") if event["host"] == "A" else ("B", "A")
    amounts = {
        "seq": edit["renumber"][own], "ack": edit["renumber"][peer],
        "tsval": edit["stamps"][own], "tsecr": edit["stamps"][peer],
    }
    for key, amount in amounts.items():
        if event[key] is not None and (key != "ack" or "." in event["flags"]):
            event[key] = (event[key] + amount) & 0xFFFFFFFF


def vector_files():
    for name in sorted(os.listdir(VECTORS)):
        if name.endswith(".json"):
            with open(os.path.join(VECTORS, name), encoding="utf-8") as file:
                yield name, json.load(file)


class Vectors(unittest.TestCase):
    def test_differences(self):
        count = 0
        for name, file in vector_files():
            for vector in file["vectors"]:
                with self.subTest(f"{name}: {vector['name']}"):
                    engine = edited(file, vector.get("engine", ()))
                    kernel = edited(file, vector.get("kernel", ()), KERNEL)
                    found = lab.compare(engine, kernel, vector["level"])
                    self.assertEqual([[d["code"], lab.place_of(d)] for d in found], vector["differences"])
                    for difference in found:
                        self.assertIn(">" if difference["index"] is not None else "engine",
                                      lab.side_by_side(engine, kernel, vector["level"], difference))
                        self.assertNotIn("{", lab.difference_text(difference))
                count += 1
        self.assertGreaterEqual(count, 25)

    def test_expectations(self):
        for name, file in vector_files():
            for vector in file["expectations"]:
                with self.subTest(f"{name}: {vector['name']}"):
                    changed = vector.get("kernel")
                    trace = edited(file) if changed is None else edited(file, changed, KERNEL)
                    (check,) = lab.check_expectations([vector["expectation"]], trace)
                    self.assertEqual((check["holds"], check["code"]), (vector["holds"], vector["code"]))
                    if "found" in vector:
                        self.assertEqual(check["values"]["found"], vector["found"])

    def test_lines_for_a_person(self):
        file = dict(vector_files())["close.json"]
        engine, kernel = edited(file), edited(file, [{"on": "fin", "set": {"flags": "FP."}}], KERNEL)
        self.assertEqual(lab.comparison_lines(engine, edited(file, (), KERNEL)), (True, ["Engine and kernel agree."]))
        agree, lines = lab.comparison_lines(engine, kernel)
        self.assertFalse(agree)
        self.assertTrue(lines[0].startswith("A1 segments[3]: the engine sends F. seq 27"), lines[0])
        self.assertTrue(any(line.startswith(">") for line in lines))
        for vector in file["expectations"]:
            if "kernel" not in vector:
                holds, (line,) = lab.expectation_lines([vector["expectation"]], engine)
                self.assertEqual(holds, vector["holds"], line)
                self.assertEqual(line[:5], "holds" if holds else "FAILS")

    def test_a_run_agrees_with_itself(self):
        for name, file in vector_files():
            for level in ("segments", "closing", "states", "totals"):
                with self.subTest(f"{name}: {level}"):
                    self.assertEqual(lab.compare(edited(file), edited(file, (), KERNEL), level), [])


if __name__ == "__main__":
    unittest.main()
