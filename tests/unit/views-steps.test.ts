import { describe, expect, it } from "vitest";
import { run } from "../../src/experiment/run.ts";
import { narration } from "../../src/i18n/en/narration.ts";
import { causes } from "../../src/views/causes.ts";
import { nextLandmark, stepAt, story } from "../../src/views/steps.ts";
import { table } from "../../src/views/table.ts";
import { experiments, recordings } from "../experiments.ts";
import { closeFour, recordedCloseFour } from "./views-fixture.ts";

const rows = (run: typeof closeFour) =>
  table(story(run), narration).map((row) =>
    [
      row.n,
      row.time,
      row.host,
      row.cause,
      row.sends,
      row.states.map(({ sock, state }) => `${sock} ${state}`).join(", "),
    ].join(" | "),
  );

describe("steps", () => {
  it("tell a close in four segments", () => {
    expect(rows(closeFour)).toMatchInlineSnapshot(`
      [
        "1 | 0.000 | B | listen() |  | B1 LISTEN",
        "2 | 0.100 | A | connect() | SYN | A1 SYN-SENT",
        "3 | 0.100 | B | arrives: SYN | SYN+ACK | B2 SYN-RECEIVED",
        "4 | 0.100 | A | arrives: SYN+ACK; connect() | ACK 1 | A1 ESTABLISHED",
        "5 | 0.100 | B | arrives: ACK 1; accept() |  | B2 ESTABLISHED",
        "6 | 0.200 | A | send(26) | PSH+ACK seq 1:27 | ",
        "7 | 0.200 | B | arrives: PSH+ACK seq 1:27; recv(26) | ACK 27 | ",
        "8 | 0.200 | A | arrives: ACK 27 |  | ",
        "9 | 0.300 | A | close() | FIN+ACK seq 27 | A1 FIN-WAIT-1",
        "10 | 0.300 | B | arrives: FIN+ACK seq 27; recv() 0 |  | B2 CLOSE-WAIT",
        "11 | 0.340 | B | timer delayed ACK | ACK 28 | ",
        "12 | 0.340 | A | arrives: ACK 28 |  | A1 FIN-WAIT-2",
        "13 | 0.400 | B | close() | FIN+ACK seq 1 | B2 LAST-ACK",
        "14 | 0.400 | A | arrives: FIN+ACK seq 1 | ACK 2 | A1 TIME-WAIT",
        "15 | 0.400 | B | arrives: ACK 2 |  | B2 CLOSED",
        "16 | 60.400 | A | timer timewait |  | A1 CLOSED",
      ]
    `);
  });

  it("tell a recording of it in the same steps, though it names no causes", () => {
    const timersApart = (lines: string[]) => lines.map((line) => line.replace(/timer [^|]*/, " "));
    expect(timersApart(rows(recordedCloseFour))).toEqual(timersApart(rows(closeFour)));
  });

  it("lead back to the call that started it", () => {
    const told = story(closeFour);
    expect(causes(told, 12).map((step) => step.n)).toEqual([12, 11, 10, 9, 6, 4, 3, 2]);
  });

  it("are found by an event, and the next change of a state by a step", () => {
    const told = story(closeFour);
    expect(stepAt(told, told.steps[8]?.at ?? 0)).toBe(9);
    expect(stepAt(told, 1e9)).toBe(told.steps.length);
    expect(nextLandmark(told, 5, "change")?.n).toBe(9);
    expect(nextLandmark(told, 9, "change", -1)?.n).toBeLessThan(9);
    expect(nextLandmark(told, 1, "segment")?.n).toBe(2);
    expect(nextLandmark(told, told.steps.length, "change")).toBeNull();
    expect(nextLandmark(told, 1, "segment", -1)).toBeNull();
  });

  for (const { experiment } of experiments())
    it(`hold every state change and segment of ${experiment.id} exactly once`, () => {
      const { events } = run(experiment);
      const told = story({ hosts: experiment.hosts, until: experiment.until, events });
      const held = told.steps.flatMap((step) => step.events);
      expect(new Set(held).size).toBe(held.length);
      const missing = events.flatMap((event, i) =>
        ["state", "send", "arrive", "lost", "mini"].includes(event.k) && !told.stepOf.has(i) ? [i] : [],
      );
      expect(missing).toEqual([]);
      for (const [i, step] of told.steps.entries()) expect(step.t).toBeGreaterThanOrEqual(told.steps[i - 1]?.t ?? 0);
    });

  it("agree with every recording in the states each socket passes", () => {
    for (const { id, trace } of recordings()) {
      const built = experiments().find(({ experiment }) => experiment.id === id)?.experiment;
      if (!built || !["close-three", "close-four", "simultaneous-close"].includes(id)) continue;
      const states = (events: typeof trace.events) =>
        table(story({ hosts: built.hosts, until: built.until, events }), narration)
          .flatMap((row) => row.states)
          .sort((a, b) => a.sock.localeCompare(b.sock));
      expect(states(trace.events)).toEqual(states(run(built).events));
    }
  });
});
