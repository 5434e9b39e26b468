import { describe, expect, it } from "vitest";
import { type State, STATES } from "../../src/engine/trace.ts";
import { type CrowdSample, PORT } from "../../src/experiment/crowd.ts";
import {
  areas,
  CELL,
  examinedLine,
  half,
  paintPorts,
  portColumns,
  portCounts,
  roundUp,
  statesSeen,
  tableSamples,
} from "../../src/views/crowd.ts";

function sample(
  t: number,
  counts: Partial<Record<State, number>>,
  examined: CrowdSample["examined"] = null,
): CrowdSample {
  return { t, counts: STATES.map((state) => counts[state] ?? 0), opened: 0, failed: 0, examined };
}

describe("areas", () => {
  const samples = [
    sample(0, { LISTEN: 1 }),
    sample(50, { LISTEN: 1, "TIME-WAIT": 2, ESTABLISHED: 2 }),
    sample(100, { LISTEN: 1, "TIME-WAIT": 8 }),
  ];

  it("lie on each other, what stays longest lowest, a listener left out", () => {
    expect(statesSeen(samples)).toEqual(["TIME-WAIT", "ESTABLISHED"]);
    const [waiting, open] = areas(samples, 100, 10);
    expect(waiting?.path).toBe("M0,100L50,80L100,20L100,100L50,100L0,100Z");
    expect(open?.path).toBe("M0,100L50,60L100,20L100,20L50,80L0,100Z");
  });

  it("carry their name where they are thickest, if there is room for it", () => {
    const [waiting, open] = areas(samples, 100, 10);
    expect(waiting?.name).toEqual({ x: 88, y: 60 });
    expect(open?.name).toEqual({ x: 50, y: 70 });
    expect(areas(samples, 100, 100)[1]?.name).toBeNull();
    // While the run is under way: none where there is no room yet, and never over the edge.
    expect(areas(samples, 400, 10).map(({ name }) => name)).toEqual([null, null]);
    expect(areas(samples, 200, 10)[0]?.name?.x).toBe(38);
  });
});

it("an axis ends at a round number that is not below what it shows", () => {
  expect([1, 7, 10, 28_232, 112_452].map((value) => roundUp(value, [1, 2, 3, 4, 5, 6, 8]))).toEqual([
    1, 8, 10, 30_000, 200_000,
  ]);
});

it("ports looked at are a line on a logarithmic scale, with a gap where nobody connected", () => {
  const looked = (median: number) => ({ median, most: 10 * median });
  const samples = [sample(0, {}, looked(1)), sample(25, {}, looked(10)), sample(50, {}), sample(100, {}, looked(100))];
  expect(examinedLine(samples, "median", 100, 10_000)).toBe("M0,100L25,75M100,50");
  expect(examinedLine(samples, "most", 100, 10_000)).toBe("M0,75L25,50M100,25");
});

describe("the map of ports", () => {
  const ports = Uint8Array.from([PORT.free, PORT.waiting, PORT.used, PORT.waiting, PORT.free, PORT.waiting, PORT.free]);

  it("is in halves, as connect() goes through them, and both are counted", () => {
    const map = { first: 40_000, ports };
    expect([...half(map, 0)]).toEqual([PORT.free, PORT.used, PORT.free, PORT.free]);
    expect(portCounts(half(map, 0))).toEqual({ free: 3, used: 1, waiting: 0 });
    expect(portCounts(half(map, 1))).toEqual({ free: 0, used: 0, waiting: 3 });
  });

  it("fills cells so that grey tells them apart: none, the upper half, all", () => {
    const columns = portColumns(ports.length);
    const width = columns * CELL;
    const pixels = new Uint32Array(width * Math.ceil(ports.length / columns) * CELL);
    paintPorts(pixels, ports, { none: 1, waiting: 2, used: 3 });
    const cell = (index: number): readonly number[] => {
      const start = Math.floor(index / columns) * CELL * width + (index % columns) * CELL;
      return [pixels[start], pixels[start + 1], pixels[start + width], pixels[start + width + 1]].map(Number);
    };
    expect(cell(0)).toEqual([1, 1, 1, 1]);
    expect(cell(1)).toEqual([2, 2, 1, 1]);
    expect(cell(2)).toEqual([3, 3, 3, 3]);
    expect(cell(5)).toEqual([2, 2, 1, 1]);
  });
});

it("the text twin has the first and the last sample", () => {
  const samples = Array.from({ length: 141 }, (_, t) => sample(t, {}));
  const rows = tableSamples(samples, 14).map(({ t }) => t);
  expect(rows[0]).toBe(0);
  expect(rows.at(-1)).toBe(140);
  expect(rows).toHaveLength(15);
  expect(tableSamples(samples.slice(0, 6), 14).at(-1)?.t).toBe(5);
});
