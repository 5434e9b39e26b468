import { describe, expect, it } from "vitest";
import { isCrowd } from "../../src/components/experiments.ts";
import type { Experiment } from "../../src/experiment/canonical.ts";
import { run } from "../../src/experiment/run.ts";
import { MOST_STEPS } from "../../src/ui/simulator/model.ts";
import { story } from "../../src/views/steps.ts";
import { readCrowds } from "../../scripts/build-experiments.ts";
import { experiment, experiments } from "../experiments.ts";

const untold = (of: Experiment): number =>
  story({ hosts: of.hosts, until: of.until, events: run(of).events }, MOST_STEPS).untold;

describe("a run of many steps", () => {
  // A transfer of 8 MB: nobody reads thousands of data segments one by one, and its middle is left out.
  const TOO_LONG = ["reconnect-after-fast-transfer"];

  for (const { experiment: one } of experiments())
    if (!TOO_LONG.includes(one.id))
      it(`${one.id} is told step by step, or is counted`, () => {
        expect(isCrowd(one) || untold(one) === 0).toBe(true);
      });

  it("is no crowd for that: a crowd has many connections", () => {
    const counted = experiments().flatMap(({ experiment: one }) => (isCrowd(one) ? [one.id] : []));
    expect(counted).toEqual(["descriptor-limit", "port-exhaustion"]);
  });

  it("is what a crowd's page leads to where it offers the same step by step", () => {
    for (const { small } of readCrowds()) expect(untold(experiment(small[0] ?? "").experiment)).toBe(0);
    for (const { small } of readCrowds()) expect(isCrowd(experiment(small[0] ?? "").experiment)).toBe(false);
    for (const id of readCrowds().flatMap(({ small }) => small.slice(1)))
      expect(isCrowd(experiment(id).experiment)).toBe(true);
  });
});
