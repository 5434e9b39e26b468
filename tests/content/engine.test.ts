/** A fact that says `run` must measure the same in the simulator as in the recording. */
import { describe, expect, it } from "vitest";
import { readExperiments } from "../../scripts/build-experiments.ts";
import { TOLERANCE } from "../../src/experiment/tolerance.ts";
import { type MeasurableTrace, type Measure, measure } from "../../src/experiment/measure.ts";
import { run } from "../../src/experiment/run.ts";
import { facts, recordings } from "./files.ts";

const runs = new Map<string, MeasurableTrace>(
  readExperiments().map(({ experiment }) => [
    experiment.id,
    { header: { until: experiment.until }, events: run(experiment).events },
  ]),
);

describe("values of facts in engine and recording", () => {
  it.each(
    [...facts.values()]
      .filter(({ proof }) => proof === "run")
      .flatMap((fact) =>
        Object.entries(fact.values).flatMap(([name, value]) =>
          "experiment" in value ? [[`${fact.id}.${name}`, value] as const] : [],
        ),
      ),
  )("%s agree", (_, { experiment, what }) => {
    const simulated = runs.get(experiment);
    const recorded = recordings.get(experiment);
    if (!simulated || !recorded) throw new Error(`${experiment}: no run or no recording`);
    const engine = measure(simulated, what);
    const kernel = measure(recorded, what);
    if (engine.unit !== "us") return expect(kernel).toEqual(engine);
    const tick = 1_000_000 / (recorded.header.hz ?? 250);
    const { early, earlyTicks, stretch, late, lateTicks, poll } = TOLERANCE;
    const agree = (ours: number, theirs: number, unseen: number): void => {
      expect(theirs).toBeGreaterThanOrEqual(ours - early - earlyTicks * tick);
      expect(theirs).toBeLessThanOrEqual((ours * stretch.times) / stretch.over + late + lateTicks * tick + unseen);
    };
    const ours = enteredLast(simulated, what);
    const theirs = enteredLast(recorded, what);
    // The end of a mini-socket is seen by polling only.
    if (ours === null && theirs === null) return agree(engine.value, kernel.value, poll);
    // A state that the end of the run cuts has lasted since it was entered: that moment is what was measured.
    if (ours === null || theirs === null) throw new Error("only one of the two runs ends in this state");
    expect(recorded.header.until).toBe(simulated.header.until);
    expect(engine.value).toBe(simulated.header.until - ours);
    expect(kernel.value).toBe(recorded.header.until - theirs);
    agree(ours, theirs, 0);
  });
});

/** When the socket entered the state that it is still in at the end of the run; null if it left it, or for other measures. */
function enteredLast({ events }: MeasurableTrace, what: Measure): number | null {
  if (what.measure !== "state-time") return null;
  const last = events.findLast((event) => event.k === "state" && event.sock === what.sock);
  return last?.k === "state" && last.to === what.state ? last.t : null;
}
