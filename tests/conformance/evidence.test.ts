import { describe, expect, it } from "vitest";
import { compare } from "../../src/experiment/compare.ts";
import { sideBySide } from "../../src/experiment/side-by-side.ts";
import { checkExpectations } from "../../src/experiment/expect.ts";
import { run } from "../../src/experiment/run.ts";
import { experiments, recordings } from "../experiments.ts";

const recorded = recordings();

describe("engine against recorded kernels", () => {
  it("has recordings to compare with", () => {
    expect(recorded.length).toBeGreaterThanOrEqual(3);
  });

  for (const { kernel, id, trace } of recorded.filter(({ outcome }) => outcome === 1)) {
    it(`${id} agrees with ${kernel}`, () => {
      const built = experiments().find(({ experiment }) => experiment.id === id);
      if (!built)
        throw new Error(`content/evidence/${kernel}/${id}.jsonl records an experiment that is gone; remove it`);
      expect(trace.header.hash, `${id} has changed since it was recorded: npm run evidence -- ${id}`).toBe(built.hash);
      const { level } = built.experiment;
      const engine = run(built.experiment, [], { hash: built.hash });
      // Of an experiment that varies, any behaviour that was seen will do.
      const seen = recorded.filter((one) => one.id === id && one.kernel === kernel).map((one) => one.trace);
      if (seen.some((one) => compare(engine, one, level).length === 0)) return;
      const [first, ...others] = compare(engine, trace, level);
      if (first)
        expect.fail(`${others.length + 1} differences; the first:\n${sideBySide(engine, trace, level, first)}`);
    });
  }
});

describe("experiments that vary", () => {
  const varying = experiments().filter(({ experiment }) => experiment.varies !== null);
  it.each(recorded.map(({ kernel, id, outcome, trace }) => ({ kernel, id, outcome, trace })))(
    "$id, outcome $outcome on $kernel, is one of those its header counts",
    ({ kernel, id, outcome, trace }) => {
      const varies = varying.some(({ experiment }) => experiment.id === id);
      const { outcomes } = trace.header;
      if (!varies) {
        expect(outcomes).toBeUndefined();
        expect(outcome).toBe(1);
        return;
      }
      expect(outcomes?.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThanOrEqual(20);
      expect(recorded.filter((one) => one.id === id && one.kernel === kernel)).toHaveLength(outcomes?.length ?? 0);
    },
  );
});

describe("expectations", () => {
  for (const { experiment } of experiments()) {
    it(`${experiment.id} holds in the engine`, () => {
      const trace = run(experiment);
      expect(trace.stopped).toBeNull();
      expect(checkExpectations(experiment.expect, trace).filter(({ holds }) => !holds)).toEqual([]);
    });
  }
  for (const { kernel, id, outcome, trace } of recorded) {
    it(`${id}${outcome > 1 ? `, outcome ${outcome},` : ""} holds on ${kernel}`, () => {
      const expectations = experiments().find(({ experiment }) => experiment.id === id)?.experiment.expect ?? [];
      expect(checkExpectations(expectations, trace).filter(({ holds }) => !holds)).toEqual([]);
    });
  }
});

describe("weight of evidence", () => {
  it("no file above 200 KB, all below 5 MB", () => {
    for (const { id, bytes } of recorded) expect(bytes, id).toBeLessThanOrEqual(200_000);
    expect(recorded.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(5_000_000);
  });
});
