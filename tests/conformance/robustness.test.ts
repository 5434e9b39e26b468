import { describe, expect, it } from "vitest";
import { checkExpectations } from "../../src/experiment/expect.ts";
import { normalForm, shapeOf } from "../../src/experiment/normal.ts";
import { run } from "../../src/experiment/run.ts";
import { experiments } from "../experiments.ts";

/**
 * A real kernel jitters: timers fire late, threads wake late, the relay is late. What an experiment
 * shows must not depend on it, or the experiment says `varies`.
 */
const SEEDS = process.env["FULL"] === undefined ? 15 : 50;

describe("a late machine shows the same", () => {
  for (const { experiment } of experiments().filter((one) => one.experiment.varies === null)) {
    it(experiment.id, () => {
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
