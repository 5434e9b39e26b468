import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readExperiments } from "../../scripts/build-experiments.ts";
import { parseTrace } from "../../src/experiment/trace-file.ts";
import { engineWitness, keyProblems } from "../../src/quiz/key.ts";
import { parseQuestion, questionExperiment, questionId } from "../../src/quiz/schema.ts";

const folder = new URL("../../content/questions/", import.meta.url);
const evidence = new URL("../../content/evidence/", import.meta.url);
const experiments = readExperiments().map(({ experiment }) => experiment);
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml") && name !== "retired.yaml");

describe.each(files)("content/questions/%s", (file) => {
  const question = parseQuestion(`content/questions/${file}`, parse(readFileSync(new URL(file, folder), "utf8")));
  const experiment = questionExperiment(question);

  it("names an experiment that exists", () => {
    if (experiment !== null) expect(experiments.map(({ id }) => id)).toContain(experiment);
  });

  it("agrees with the engine", () => {
    const found = experiments.find(({ id }) => id === question.key?.experiment);
    if (found) expect(keyProblems(question, engineWitness(found))).toEqual([]);
  });

  it("agrees with every recording of its key's run", () => {
    for (const kernel of existsSync(evidence) ? readdirSync(evidence) : []) {
      const trace = new URL(`${kernel}/${experiment}.jsonl`, evidence);
      if (question.key === null || !existsSync(trace)) continue;
      const witness = { name: `the recording on ${kernel}`, trace: parseTrace(readFileSync(trace, "utf8")) };
      expect(keyProblems(question, witness)).toEqual([]);
    }
  });

  it("has options of about the same length", () => {
    const reasons = question.kind === "find" ? (question.reasons ?? []) : [];
    for (const options of [question.options, reasons].filter(({ length }) => length > 0)) {
      const lengths = options.map(({ text }) => text.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(2 * Math.min(...lengths) + 12);
    }
  });

  it("has a place of its own in its chapter", () => {
    const id = questionId(file);
    const same = files.filter((other) => {
      const { chapter, place } = parseQuestion(other, parse(readFileSync(new URL(other, folder), "utf8")));
      return questionId(other) !== id && place !== null && chapter === question.chapter && place === question.place;
    });
    expect(same).toEqual([]);
  });
});
