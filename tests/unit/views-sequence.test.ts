import { describe, expect, it } from "vitest";
import { run } from "../../src/experiment/run.ts";
import { form } from "../../src/views/form.ts";
import { sequence } from "../../src/views/sequence.ts";
import { story } from "../../src/views/steps.ts";
import { experiments } from "../experiments.ts";
import { closeFour } from "./views-fixture.ts";

describe("the picture", () => {
  it("of a close in four segments has these bands, with the listener giving way to its connection", () => {
    const { bands, silences, threads } = sequence(story(closeFour));
    expect(
      bands.map((b) => `${b.host}/${b.lane} ${b.state} ${b.n}-${b.ends ?? "end"} ${b.subs.map((s) => s.is).join(",")}`),
    ).toMatchInlineSnapshot(`
      [
        "1/0 LISTEN 1-3 ",
        "0/0 SYN-SENT 2-4 ",
        "1/0 SYN-RECEIVED 3-5 ",
        "0/0 ESTABLISHED 4-9 ",
        "1/0 ESTABLISHED 5-10 ",
        "0/0 FIN-WAIT-1 9-12 timer,noProcess",
        "1/0 CLOSE-WAIT 10-13 noTimer",
        "0/0 FIN-WAIT-2 12-14 timer,miniSocket",
        "1/0 LAST-ACK 13-15 timer,noProcess",
        "0/0 TIME-WAIT 14-16 timer,miniSocket",
        "1/0 LISTEN 15-end ",
      ]
    `);
    expect(silences.map(({ us, n, timers }) => ({ us, n, timers }))).toEqual([
      { us: 59_999_950, n: 16, timers: [{ name: "timewait", hosts: ["A"] }] },
    ]);
    expect(threads.map(({ host, n }) => [host, n])).toEqual([[0, 16]]);
  });

  for (const { experiment } of experiments())
    it(`of ${experiment.id} goes downwards, with arrows that do too and bands that do not overlap`, () => {
      const told = story({ hosts: experiment.hosts, until: experiment.until, events: run(experiment).events }, 160);
      const model = sequence(told);
      model.rows.forEach((row, i) => {
        expect(row.now).toBeGreaterThanOrEqual(row.y);
        expect(row.y).toBeGreaterThan(model.rows[i - 1]?.now ?? 0);
      });
      for (const flight of model.flights) expect(flight.y1).toBeGreaterThan(flight.y0);
      for (const band of model.bands) {
        expect(band.y1).toBeGreaterThan(band.y0);
        const lanes = model.hosts[band.host]?.lanes ?? 0;
        if (lanes >= 4) continue; // more sockets than lanes: the last one is shared
        const over = model.bands.find(
          (b) => b !== band && b.host === band.host && b.lane === band.lane && b.y0 < band.y1 && band.y0 < b.y1,
        );
        expect(over && `${over.sock} ${over.state} over ${band.sock} ${band.state}`).toBeUndefined();
      }
    });

  it("fits both widths", () => {
    const model = sequence(story(closeFour));
    for (const name of ["wide", "narrow"] as const) {
      const { width, hosts, wire } = form(model, name);
      for (const { left, right, lanes } of hosts) {
        expect(left).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(width);
        for (const lane of lanes) expect(lane.band.width).toBeGreaterThan(10);
      }
      expect(wire.right - wire.left).toBeGreaterThan(140);
    }
  });
});
