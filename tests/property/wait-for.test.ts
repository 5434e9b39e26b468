import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openHistory, runTo } from "../../src/engine/history.ts";
import { deadlocked, waitsFor } from "../../src/engine/process/wait-for.ts";
import type { Step } from "../../src/engine/process/program.ts";
import type { Scenario } from "../../src/engine/scenario.ts";
import type { TraceEvent } from "../../src/engine/trace.ts";
import { experiment } from "../experiments.ts";

/** The experiment with a pool and a number of visitors of another size. */
function sized(id: string, pool: number, visitors: number): Scenario {
  const { experiment: one } = experiment(id);
  const resize = (step: Step): Step =>
    step.op === "spawn" ? { ...step, times: step.routine === "worker" ? pool : visitors } : step;
  const programs = one.programs.map((program) => ({
    ...program,
    routines: Object.fromEntries(Object.entries(program.routines).map(([name, steps]) => [name, steps.map(resize)])),
  }));
  return { ...one, until: 8_000_000, programs, probes: [] };
}

/** Names of the threads in a deadlock at that time, microseconds, and what the visitors' recv() returned by then. */
function look(scenario: Scenario, time: number): { stuck: string[]; answers: number } {
  const history = openHistory(scenario, 1);
  runTo(history, time);
  const isAnswer = (event: TraceEvent): boolean =>
    event.k === "return" && event.program === "clients" && event.op === "recv" && event.value === 100;
  return {
    stuck: deadlocked(waitsFor(history.run.world, history.plan)).map(({ program, thread }) => `${program} ${thread}`),
    answers: history.events.filter(isAnswer).length,
  };
}

const size = { pool: fc.integer({ min: 1, max: 12 }), visitors: fc.integer({ min: 1, max: 24 }) };
const RUNS = { numRuns: process.env["FULL"] === undefined ? 30 : 300 };

describe("the server that calls itself, with any pool and any number of visitors", () => {
  it("locks exactly if as many visitors come as there are workers, and then all of them, for ever", () => {
    fc.assert(
      fc.property(size.pool, size.visitors, (pool, visitors) => {
        const scenario = sized("self-call-queue", pool, visitors);
        const locks = visitors >= pool;
        for (const time of [1_000_000, 7_500_000]) expect(look(scenario, time).stuck).toHaveLength(locks ? pool : 0);
        // Nobody is served once it is locked; everybody, if it is not.
        expect(look(scenario, 7_500_000).answers).toBe(locks ? 0 : visitors);
      }),
      RUNS,
    );
  });

  it("recovers if the call to itself has a time-out", () => {
    fc.assert(
      fc.property(size.pool, size.visitors, (pool, visitors) => {
        const scenario = sized("self-call-timeout", pool, visitors);
        for (const time of [450_000, 1_000_000, 7_500_000]) expect(look(scenario, time).stuck).toEqual([]);
        const { answers } = look(scenario, 7_500_000);
        // A visitor waits 2 s, and a round of the pool takes half a second.
        expect(answers).toBeGreaterThanOrEqual(Math.min(visitors, 3 * pool));
      }),
      RUNS,
    );
  });

  it("serves everybody if it calls a second server instead", () => {
    fc.assert(
      fc.property(size.pool, size.visitors, (pool, visitors) => {
        const scenario = sized("self-call-second-server", pool, visitors);
        for (const time of [450_000, 1_000_000, 7_500_000]) expect(look(scenario, time).stuck).toEqual([]);
        const { answers } = look(scenario, 7_500_000);
        expect(answers).toBeGreaterThanOrEqual(Math.min(visitors, 15 * pool));
      }),
      RUNS,
    );
  });
});
