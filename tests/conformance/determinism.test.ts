import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { branch, openHistory, runTo, worldAfter } from "../../src/engine/history.ts";
import type { TraceEvent } from "../../src/engine/trace.ts";
import { step } from "../../src/engine/world/step.ts";
import { createWorld, type Run, type World } from "../../src/engine/world/world.ts";
import { intervene, run } from "../../src/experiment/run.ts";
import { experiment, experiments } from "../experiments.ts";
import { fingerprints } from "../fingerprints.ts";

describe("same inputs, same trace", () => {
  for (const { experiment: one } of experiments()) {
    it(`${one.id}: from run to run, after any seek, as a branch, and after the return from it`, async () => {
      const { straight, sought, changed, branched, returned } = await fingerprints(one);
      for (const hash of [...sought, ...returned]) expect(hash).toBe(straight);
      expect(branched).toBe(changed);
      expect(changed).not.toBe(straight);
    });
  }

  it("another seed gives other numbers and ports, the same states", () => {
    const { experiment: one } = experiment("close-four");
    const states = (seed: number) =>
      run(one, [], { seed }).events.flatMap((event) =>
        event.k === "state" ? [`${event.t} ${event.sock} ${event.to}`] : [],
      );
    const iss = (seed: number) => run(one, [], { seed }).events.find((event) => event.k === "send");
    expect(states(1)).toEqual(states(2));
    expect(iss(1)).not.toEqual(iss(2));
  });
});

describe("history", () => {
  // The longest: TIME-WAIT in hundreds, and a few checkpoints.
  const { experiment: one } = experiment("port-exhaustion");
  const history = openHistory(one, 7);
  runTo(history);
  const last = history.events.length - 1;

  it("keeps checkpoints along the way", () => {
    expect(history.checkpoints.length).toBeGreaterThan(2);
  });

  it("seeking to any event finds the world as it was when the run came there", () => {
    fc.assert(
      fc.property(fc.nat({ max: last }), (index) => {
        const { plan } = history;
        const straight: Run = { plan, world: createWorld(plan, 7), sink: () => undefined, cause: null };
        while (straight.world.traced <= index && step(straight, one.until)) {
          // Up to the event.
        }
        expect(hashOf(worldAfter(history, index))).toBe(hashOf(straight.world));
      }),
      { numRuns: 40 },
    );
  });

  it.each([0, 1, 300, 1023, 1024, 1040, 2047, 2100, last])(
    "from event %i, run on to the end, comes the same end",
    (index) => {
      const world = worldAfter(history, index);
      const events: TraceEvent[] = history.events.slice(0, world.traced);
      const onwards: Run = { plan: history.plan, world, sink: (event) => events.push(event), cause: null };
      while (step(onwards, one.until)) {
        // To the end.
      }
      expect(same(events, history.events)).toBe(true);
      expect(same(world, history.run.world)).toBe(true);
    },
  );

  it("seeking leaves the history as it was", () => {
    const before = JSON.stringify(history.events);
    for (const index of [0, 50, 1400, 200, last]) worldAfter(history, index);
    expect(JSON.stringify(history.events)).toBe(before);
  });

  it("a seek lands on the same world however it was reached", () => {
    const fresh = openHistory(one, 7);
    runTo(fresh, history.events[300]?.t ?? 0);
    runTo(fresh);
    expect(same(worldAfter(fresh, 300), worldAfter(history, 300))).toBe(true);
  });

  it("a branch shares everything before the change and leaves the old future alone", () => {
    const base = openHistory(experiment("close-four").experiment, 7);
    runTo(base);
    const before = JSON.stringify(base.events);
    const changed = intervene(experiment("close-four").experiment, [
      {
        add: "fault",
        fault: {
          name: "reader",
          from: "B",
          match: { has: ["FIN"], lacks: [], data: null, port: null },
          nth: 1,
          after: 0,
          before: null,
          act: { do: "drop" },
        },
      },
    ]);
    const other = branch(base, changed);
    const at = other.branchedAt ?? -1;
    expect(at).toBeGreaterThan(0);
    expect(JSON.stringify(other.events.slice(0, at))).toBe(JSON.stringify(base.events.slice(0, at)));
    expect(other.events[at]?.k).toBe("lost");
    expect(JSON.stringify(base.events)).toBe(before);
  });
});

function hashOf(world: World): string {
  return createHash("sha256").update(JSON.stringify(world, mapsAsLists)).digest("hex");
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, mapsAsLists) === JSON.stringify(b, mapsAsLists);
}

function mapsAsLists(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}
