import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compare } from "../../src/experiment/compare.ts";
import { shapeOf } from "../../src/experiment/levels.ts";
import { normalForm } from "../../src/experiment/normal.ts";
import { seconds } from "../../src/experiment/normal-form.ts";
import { edited, KERNEL, vectorFiles } from "../compare/vectors.ts";

const fileOf = (wanted: string) => {
  const found = vectorFiles.find(({ name }) => name === `${wanted}.json`);
  if (!found) throw new Error(`no vectors ${wanted}`);
  return found.file;
};
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

describe("normal form", () => {
  test("a close in four segments", () => {
    expect(shapeOf(normalForm(edited(fileOf("close"))), "segments")).toMatchSnapshot();
  });

  test("two connections on the same ports, a refused one, totals", () => {
    const form = normalForm(edited(fileOf("reuse")));
    expect(shapeOf(form, "segments")).toMatchSnapshot();
    expect(shapeOf(form, "totals")).toMatchSnapshot();
  });

  test("retransmissions keep the time since the first sending", () => {
    const b2 = normalForm(edited(fileOf("loss"))).sockets.find(({ name }) => name === "B2");
    expect(b2?.segments.slice(2).map(({ again }) => again)).toEqual([
      null,
      205_000,
      413_000,
      829_000,
      1_661_000,
      3_325_000,
      6_653_000,
    ]);
  });

  test("states and how long each lasts", () => {
    const a1 = normalForm(edited(fileOf("close"))).sockets.find(({ name }) => name === "A1");
    expect(a1?.states.map(({ state, mini, lasts }) => [state, mini, lasts])).toEqual([
      ["SYN-SENT", false, 100],
      ["ESTABLISHED", false, 200_000],
      ["FIN-WAIT-1", false, 40_100],
      ["FIN-WAIT-2", false, 0],
      ["FIN-WAIT-2", true, 60_000],
      ["TIME-WAIT", true, 60_000_000],
      ["CLOSED", false, 5_599_800],
    ]);
  });

  test("does not depend on where numbers start", () => {
    const file = fileOf("close");
    const plain = shapeOf(normalForm(edited(file)), "segments");
    fc.assert(
      fc.property(u32, u32, u32, u32, (a, b, stampA, stampB) => {
        const moved = edited(file, [{ renumber: { A: a, B: b }, stamps: { A: stampA, B: stampB } }]);
        expect(shapeOf(normalForm(moved), "segments")).toBe(plain);
      }),
    );
  });

  test("agrees with itself however the kernel's program is late, within 20 ms", () => {
    const file = fileOf("loss");
    const names = Object.keys(file.events);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.integer({ min: 0, max: 20_000 }), (from, by) => {
        expect(compare(edited(file), edited(file, [{ from, by }], KERNEL), "segments")).toEqual([]);
      }),
    );
  });

  test("times as seconds", () => {
    expect([0, 499, 500, 60_000_000, -1_500].map(seconds)).toEqual([
      "0.000 s",
      "0.000 s",
      "0.001 s",
      "60.000 s",
      "-0.002 s",
    ]);
  });
});
