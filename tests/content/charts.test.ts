import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import {
  chartLines,
  chartSchema,
  countAt,
  countOverTime,
  measuredMarks,
  path,
  place,
  ticks,
} from "../../src/views/chart.ts";
import { parseMeasurement } from "../../src/experiment/measurement.ts";
import { measure } from "../../src/experiment/measure.ts";
import { experiment } from "../experiments.ts";
import { chapters, charts, read, recordings } from "./files.ts";

const recording = (id: string) => {
  const found = recordings.get(id);
  if (!found) throw new Error(`no recording of ${id}`);
  return found;
};
const runs = { experiment: (id: string) => experiment(id).experiment, recording };
const measurementText = (id: string): string => read(`content/measurements/${id}.json`);
const drawn = [...charts].map((id) => {
  const spec = chartSchema.parse(parse(read(`content/charts/${id}.yaml`)));
  if (!("measurement" in spec)) return { id, spec, lines: chartLines(spec, runs), marks: [] };
  const { table } = spec.measurement;
  return {
    id,
    spec,
    lines: [],
    marks: measuredMarks(spec.measurement, parseMeasurement(table, measurementText(table))),
  };
});

describe.each(drawn.map((one) => [one.id, one] as const))("the chart %s", (id, { spec, lines, marks }) => {
  it("stands in a chapter", () => {
    const shown = chapters.flatMap(({ tags }) => tags.filter(({ name }) => name === "Chart"));
    expect(shown.map(({ attributes }) => attributes["id"])).toContain(id);
  });

  it("has every point and dot inside its axes, or a late timer above them", () => {
    for (const { x, y } of [...marks, ...lines.flatMap(({ points, dots }) => [...points, ...dots])]) {
      expect(place(x, spec.x)).toBeGreaterThanOrEqual(0);
      expect(place(x, spec.x)).toBeLessThanOrEqual(100);
      expect(place(y, spec.y)).toBeGreaterThanOrEqual(0);
      expect(place(y, spec.y)).toBeLessThanOrEqual(105);
    }
  });

  it("names a dot where it says so", () => {
    const source = "sweep" in spec ? spec.sweep.named : "count" in spec ? spec.count : spec.measurement.named;
    const dots = [...marks, ...lines.flatMap((line) => line.dots)];
    expect(dots.filter(({ side }) => side !== null)).toHaveLength(source.length);
  });
});

it("the dots of a sweep are the recordings, and the engine is under each, by no more than a late timer", () => {
  for (const { spec, lines } of drawn) {
    if (!("sweep" in spec)) continue;
    const { recorded, measure: what, sysctl, host } = spec.sweep;
    const dots = lines.flatMap((line) => line.dots);
    expect(dots.map(({ experiment: id, x, y }) => [id, x, y])).toEqual(
      recorded.map((id) => {
        const setting = experiment(id).experiment.hosts.find(({ name }) => name === host)?.sysctl[sysctl];
        return [id, Number(setting), measure(recording(id), what).value / 1e6];
      }),
    );
    for (const { x, y, engine } of dots) {
      expect(lines[0]?.points.find((point) => point.x === x)?.y).toBe(engine);
      expect(y).toBeGreaterThanOrEqual(engine - 0.05);
      expect(y).toBeLessThanOrEqual(engine * 1.125 + 0.1);
    }
  }
});

it("the counts are those the kernel's own list of sockets held at the probes", () => {
  for (const { spec } of drawn) {
    if (!("count" in spec)) continue;
    for (const { experiment: id, host, state } of spec.count) {
      const { header, events } = recording(id);
      const counted = countOverTime(events, host, state, header.until);
      const probes = events.flatMap((event) => (event.k === "probe" && event.host === host ? [event] : []));
      expect(probes.length).toBeGreaterThan(1);
      for (const { t, sockets } of probes)
        expect(countAt(counted, t / 1e6), `${id} at ${t}`).toBe(sockets.filter((one) => one.state === state).length);
    }
  }
});

it("the dots of a measurement are the rows of its file, all of them", () => {
  const measured = drawn.filter(({ spec }) => "measurement" in spec);
  expect(measured.length).toBeGreaterThan(0);
  for (const { spec, marks } of measured) {
    if (!("measurement" in spec)) continue;
    const file = JSON.parse(measurementText(spec.measurement.table)) as { columns: string[]; rows: number[][] };
    const column = file.columns.indexOf(spec.measurement.column);
    expect(marks.map(({ x, y }) => [x, y])).toEqual(file.rows.map((row) => [row[0], row[column]]));
  }
});

it("a logarithmic axis has a mark at every power and sets a factor as a distance", () => {
  const axis = { label: "", from: 10, to: 10_000, step: 10, log: true };
  expect(ticks(axis)).toEqual([10, 100, 1000, 10_000]);
  expect([10, 100, 10_000].map((value) => place(value, axis))).toEqual([0, 33.33, 100]);
  const broken = {
    title: "A chart that starts at zero",
    description: "x".repeat(40),
    x: axis,
    y: { ...axis, from: 0 },
  };
  expect(
    chartSchema.safeParse({ ...broken, measurement: { table: "t", column: "c", unit: "us", named: [] } }).success,
  ).toBe(false);
});

it("a path keeps corners and leaves out what lies between them", () => {
  const axis = { label: "", from: 0, to: 10, step: 5, log: false };
  const points = [0, 1, 2, 3].map((x) => ({ x, y: x })).concat({ x: 4, y: 0 });
  expect(path(points, axis, axis)).toBe("M0 100L30 70L40 100");
});
