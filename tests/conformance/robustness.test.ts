import { describe, expect, it } from "vitest";
import { compare } from "../../src/experiment/compare.ts";
import { placeOf } from "../../src/experiment/difference.ts";
import { checkExpectations } from "../../src/experiment/expect.ts";
import { shapeOf } from "../../src/experiment/levels.ts";
import { normalForm } from "../../src/experiment/normal.ts";
import { run } from "../../src/experiment/run.ts";
import { experiments, recordings } from "../experiments.ts";

/**
 * A real kernel jitters: timers fire late, threads wake late, the relay is late. What an experiment
 * shows must not depend on it, or the experiment says `varies`.
 */
const SEEDS = process.env["FULL"] === undefined ? 15 : 50;

describe("a late machine shows the same", () => {
  for (const { experiment } of experiments().filter((one) => one.experiment.varies === null)) {
    it(experiment.id, { timeout: SEEDS * 2_000 }, () => {
      const shape = shapeOf(normalForm(run(experiment)), experiment.level);
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const late = run(experiment, [], { disturbance: seed });
        expect(shapeOf(normalForm(late), experiment.level), `disturbance ${seed}`).toBe(shape);
        expect(
          checkExpectations(experiment.expect, late).filter(({ holds }) => !holds),
          `disturbance ${seed}`,
        ).toEqual([]);
      }
    });
  }

  for (const { experiment, hash } of experiments().filter((one) => one.experiment.varies !== null)) {
    it(`${experiment.id} shows what a kernel showed`, () => {
      const seen = recordings().filter(({ id, trace }) => id === experiment.id && trace.header.hash === hash);
      expect(seen.length, `npm run evidence -- ${experiment.id}`).toBeGreaterThan(0);
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const late = run(experiment, [], { disturbance: seed, hash });
        // Both are late, each in its own way, so times are left out.
        const differences = seen.map(({ trace }) =>
          compare(late, trace, experiment.level).filter(({ code }) => code !== "time"),
        );
        expect(
          differences.find((each) => each.length === 0) ?? differences[0]?.map(placeOf),
          `disturbance ${seed}`,
        ).toEqual([]);
      }
    });
  }

  it("is late indeed", () => {
    const [one] = experiments().filter(({ experiment }) => experiment.id === "close-four");
    if (!one) throw new Error("close-four is gone");
    const end = (disturbance: number | null) =>
      run(one.experiment, [], { disturbance })
        .events.filter(({ k }) => k === "state")
        .at(-1)?.t ?? 0;
    expect(end(3)).toBeGreaterThan(end(null));
  });
});
