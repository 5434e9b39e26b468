/** A fact that says `run` must measure the same in the simulator as in the recording. */
import { describe, expect, it } from "vitest";
import { readExperiments } from "../../scripts/build-experiments.ts";
import { TOLERANCE } from "../../src/experiment/compare.ts";
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
    // A state that lasts to the end of the run is cut there: entered late, it is shorter.
    const cut = isStateAtEnd(recorded, what) ? late + lateTicks * tick : 0;
    expect(kernel.value).toBeGreaterThanOrEqual(engine.value - early - earlyTicks * tick - cut);
    // The end of a mini-socket is seen by polling only.
    const latest = (engine.value * stretch.times) / stretch.over + late + lateTicks * tick + poll;
    expect(kernel.value).toBeLessThanOrEqual(latest);
  });
});

function isStateAtEnd({ events }: MeasurableTrace, what: Measure): boolean {
  if (what.measure !== "state-time") return false;
  const last = events.findLast((event) => event.k === "state" && event.sock === what.sock);
  return last?.k === "state" && last.to === what.state;
}
