import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { findTool } from "../../scripts/tools.ts";
import { compare } from "../../src/experiment/compare.ts";
import { differenceValues, placeOf } from "../../src/experiment/difference.ts";
import { checkExpectations } from "../../src/experiment/expect.ts";
import { COMPARED_COUNTERS, shapeOf } from "../../src/experiment/levels.ts";
import { normalForm } from "../../src/experiment/normal.ts";
import { seconds } from "../../src/experiment/normal-form.ts";
import { sideBySide } from "../../src/experiment/side-by-side.ts";
import { TOLERANCE } from "../../src/experiment/tolerance.ts";
import { comparison } from "../../src/i18n/en/comparison.ts";
import { expectations } from "../../src/i18n/en/expectations.ts";
import { format } from "../../src/i18n/format.ts";
import { edited, type Event, KERNEL, vectorFiles } from "../compare/vectors.ts";

const LEVELS = ["segments", "closing", "states", "totals"] as const;

const pairs = vectorFiles.flatMap(({ name, file }) =>
  file.vectors.map((vector) => ({
    ...vector,
    name: `${name}: ${vector.name}`,
    engine: edited(file, vector.engine),
    kernel: edited(file, vector.kernel, KERNEL),
  })),
);

describe("vectors", () => {
  test.each(pairs)("$name", ({ engine, kernel, level, differences }) => {
    const found = compare(engine, kernel, level);
    const text = found[0] ? sideBySide(engine, kernel, level, found[0]) : "";
    expect(
      found.map((difference) => [difference.code, placeOf(difference)]),
      text,
    ).toEqual(differences);
  });

  test("every kind of difference is shown to be found, and has a sentence", () => {
    const found = new Set(pairs.flatMap(({ differences }) => differences.map(([code]) => code)));
    expect([...found].sort()).toEqual(
      Object.keys(comparison)
        .filter((code) => code !== "agreement")
        .sort(),
    );
    for (const { engine, kernel, level } of pairs)
      for (const difference of compare(engine, kernel, level)) {
        const sentence = format(comparison[difference.code], differenceValues(difference));
        expect(sentence).toContain(placeOf(difference) === "header" ? difference.engine : placeOf(difference));
      }
  });
});

describe("what a run must not lose", () => {
  const harmless = (event: Event): boolean =>
    ["note", "timer", "process", "thread", "event", "capture", "arrive", "lost"].includes(String(event.k));

  // A comparison that cannot fail is worth nothing: every single event taken from the kernel's run is missed.
  test.each(vectorFiles)("$name: every event counts", ({ file }) => {
    // Long enough for every timer to have fired, however late.
    const longer = { header: { until: file.header.until + 20_000_000 } };
    const engine = edited(file, [longer]);
    const lost = Object.entries(file.events).flatMap(([name, event]) => {
      if (harmless(event)) return [];
      // That TIME-WAIT begins, a mini-socket tells too.
      const remove = Object.keys(file.events).filter(
        (other) => other === name || other === name.replace(">T", ">mini T"),
      );
      const kernel = edited(file, [longer, { remove }], KERNEL);
      return compare(engine, kernel, "segments").length === 0 ? [name] : [];
    });
    // Forgiven: a socket's name, which its other events tell too; states shorter than 100 ms; the
    // mini-socket of TIME-WAIT, which never is anything else.
    const long = normalForm(engine).sockets.flatMap(({ name, states }) =>
      states.filter(({ lasts }) => lasts >= TOLERANCE.seen).map(({ state }) => `${name}>${state}`),
    );
    expect(lost.filter((name) => long.includes(name) || !/^[AB]\d(>|$)/.test(name))).toEqual([]);
  });

  test.each(vectorFiles)("$name: what became of every segment counts", ({ file }) => {
    const engine = edited(file);
    for (const [name, event] of Object.entries(file.events)) {
      if (event["k"] !== "arrive") continue;
      const kernel = edited(file, [{ remove: [name] }], KERNEL);
      expect(
        compare(engine, kernel, "segments").map(({ code }) => code),
        name,
      ).toContain("segment");
    }
  });

  test.each(vectorFiles)("$name: a run agrees with itself at every level", ({ file }) => {
    for (const level of LEVELS) {
      expect(compare(edited(file), edited(file, [], KERNEL), level)).toEqual([]);
      expect(compare(edited(file), edited(file), level)).toEqual([]);
    }
  });
});

test("side by side at a difference", () => {
  const pair = pairs.find(({ name }) => name.endsWith("one segment fewer"));
  if (!pair) throw new Error("vector gone");
  const [difference] = compare(pair.engine, pair.kernel, "segments");
  if (!difference) throw new Error("no difference");
  expect(sideBySide(pair.engine, pair.kernel, "segments", difference)).toMatchSnapshot();
});

// Both languages agree not only on the vectors' codes and places but on every word and number.
describe.skipIf(findTool("python3") === null)("Python gives the same", () => {
  const lab = "lab/lastack_lab.py";
  const script = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("lastack_lab", "${lab}")
lab = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lab)
def answer(q):
    found = lab.compare(q["engine"], q["kernel"], q["level"])
    return {
        "differences": found,
        "sentences": [lab.difference_text(d) for d in found],
        "sides": [lab.side_by_side(q["engine"], q["kernel"], q["level"], d) for d in found],
        "normal": lab.normal_form(q["kernel"]),
        "shape": lab.shape_of(lab.normal_form(q["kernel"]), q["level"]),
    }
out = {
    "answers": [answer(q) for q in json.load(sys.stdin)["pairs"]],
    "sentences": [lab.DIFFERENCES, lab.EXPECTATIONS],
    "counters": lab.COMPARED_COUNTERS,
    "seconds": [lab.seconds_text(us) for us in (0, 499, 500, 999_999, 60_000_000, -1_500)],
}
json.dump(out, sys.stdout)
`;
  const python = (source: string, input: unknown): unknown => {
    const run = spawnSync("python3", ["-I", "-S", "-c", source], { input: JSON.stringify(input), encoding: "utf8" });
    expect(run.stderr).toBe("");
    return JSON.parse(run.stdout) as unknown;
  };

  test("differences, sentences, normal forms", () => {
    const theirs = python(script, { pairs }) as { answers: unknown[] };
    const answers = pairs.map(({ engine, kernel, level }) => {
      const differences = compare(engine, kernel, level);
      return {
        differences,
        sentences: differences.map((d) => format(comparison[d.code], differenceValues(d))),
        sides: differences.map((d) => sideBySide(engine, kernel, level, d)),
        normal: normalForm(kernel),
        shape: shapeOf(normalForm(kernel), level),
      };
    });
    for (const [index, answer] of answers.entries()) expect(theirs.answers[index], pairs[index]?.name).toEqual(answer);
    expect(theirs).toEqual({
      answers,
      sentences: [comparison, expectations],
      counters: COMPARED_COUNTERS,
      seconds: [0, 499, 500, 999_999, 60_000_000, -1_500].map(seconds),
    });
  });

  test("expectations", () => {
    const questions = vectorFiles.flatMap(({ file }) =>
      file.expectations.map(({ expectation, kernel }) => ({
        expectation,
        trace: kernel ? edited(file, kernel, KERNEL) : edited(file),
      })),
    );
    const source =
      script.slice(0, script.indexOf("def answer")) +
      `
json.dump([lab.check_expectations([q["expectation"]], q["trace"])[0] for q in json.load(sys.stdin)], sys.stdout)
`;
    expect(python(source, questions)).toEqual(
      questions.map(({ expectation, trace }) => checkExpectations([expectation], trace)[0]),
    );
  });
});
