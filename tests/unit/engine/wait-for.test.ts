import { describe, expect, it } from "vitest";
import { openHistory, runTo } from "../../../src/engine/history.ts";
import { deadlocked, waitsFor } from "../../../src/engine/process/wait-for.ts";
import type { Scenario } from "../../../src/engine/scenario.ts";
import { experiment } from "../../experiments.ts";

function stuckAt(scenario: Scenario, time: number): string[] {
  const history = openHistory(scenario, 1);
  runTo(history, time);
  return deadlocked(waitsFor(history.run.world, history.plan)).map(({ program, thread }) => `${program} ${thread}`);
}

const workers = ["server worker-1", "server worker-2", "server worker-3", "server worker-4"];

describe("the server that calls itself", () => {
  it("locks when every worker of the queue waits for a worker", () => {
    const { experiment: one } = experiment("self-call-queue");
    expect(stuckAt(one, 150_000)).toEqual([]);
    expect(stuckAt(one, 1_000_000).sort()).toEqual(workers);
    // The visitors have gone; nothing changes.
    expect(stuckAt(one, 7_000_000).sort()).toEqual(workers);
  });

  it("locks when every thread that accepts waits for one that accepts", () => {
    expect(stuckAt(experiment("self-call-threads").experiment, 1_000_000).sort()).toEqual(workers);
  });

  it.each([1, 2, 3])("does not lock with %i visitors for four workers", (visitors) => {
    const { experiment: one } = experiment("self-call-queue");
    const fewer: Scenario = {
      ...one,
      programs: one.programs.map((program) => ({
        ...program,
        routines: Object.fromEntries(
          Object.entries(program.routines).map(([name, steps]) => [
            name,
            steps.map((step) =>
              step.op === "spawn" && step.routine === "visit" ? { ...step, times: visitors } : step,
            ),
          ]),
        ),
      })),
    };
    for (const time of [400_000, 1_000_000, 5_000_000]) expect(stuckAt(fewer, time)).toEqual([]);
  });

  it.each([1, 2, 8, 16])("locks with a pool of %i as soon as that many visitors are in work together", (pool) => {
    const { experiment: one } = experiment("self-call-queue");
    const other: Scenario = {
      ...one,
      programs: one.programs.map((program) => ({
        ...program,
        routines: Object.fromEntries(
          Object.entries(program.routines).map(([name, steps]) => [
            name,
            steps.map((step) =>
              step.op === "spawn" ? { ...step, times: step.routine === "worker" ? pool : Math.max(pool, 8) } : step,
            ),
          ]),
        ),
      })),
    };
    expect(stuckAt(other, 1_000_000)).toHaveLength(pool);
  });

  it("is not called a deadlock where a bounded wait or a second server frees it", () => {
    expect(stuckAt(experiment("self-call-timeout").experiment, 1_000_000)).toEqual([]);
    expect(stuckAt(experiment("self-call-second-server").experiment, 1_000_000)).toEqual([]);
  });

  it("an ordinary wait is none", () => {
    expect(stuckAt(experiment("close-four").experiment, 250_000)).toEqual([]);
  });
});
