/**
 * Charts from runs, recordings and measurements: lines are the engine's, dots a kernel's. A chart is a file of
 * content/charts; what it shows is read from those here, so that no point of it is typed by hand. Pure: files are read
 * by who calls.
 */
import { z } from "zod";
import { STATES, type State, type TraceEvent } from "../engine/trace.ts";
import type { Experiment } from "../experiment/canonical.ts";
import { type MeasurableTrace, measure, measureSchema } from "../experiment/measure.ts";
import { type MeasurementTable, readCell } from "../experiment/measurement.ts";
import { intervene, run } from "../experiment/run.ts";

const axis = z
  .strictObject({
    label: z.string().min(1),
    from: z.number(),
    to: z.number(),
    /** From one mark to the next: added, or multiplied if `log`. */
    step: z.number().positive(),
    log: z.boolean().default(false),
  })
  .refine(({ from, step, log }) => !log || (from > 0 && step > 1), {
    error: "a logarithmic axis begins above 0, and its step is a factor above 1",
  });
/** A dot with its name beside it, and the side that has room for it. */
const named = z.strictObject({ at: z.number(), side: z.enum(["left", "right", "above", "below"]) });
const seconds = z
  .string()
  .regex(/^\d+(?:\.\d+)?s$/, "a moment is written 2s")
  .transform((text) => Number(text.slice(0, -1)));

const common = {
  title: z.string().min(10),
  /** What a reader sees in it, for those who do not see it. */
  description: z.string().min(40),
  x: axis,
  y: axis,
};

/** A measurement against a sysctl: the engine at every setting, a kernel at those that were recorded. */
const sweepSchema = z.strictObject({
  ...common,
  sweep: z.strictObject({
    experiment: z.string(),
    host: z.string(),
    sysctl: z.string(),
    from: z.int(),
    to: z.int(),
    measure: measureSchema,
    recorded: z.array(z.string()).min(1),
    named: z.array(named),
  }),
});

/** How many sockets of a host are in a state, over time. */
const countSchema = z.strictObject({
  ...common,
  count: z
    .array(
      z.strictObject({
        experiment: z.string(),
        title: z.string(),
        dashed: z.boolean().default(false),
        host: z.string(),
        state: z.enum(STATES),
        moments: z.array(seconds).min(1),
        named,
      }),
    )
    .min(1),
});

/** Time or memory, which no engine has: one column of content/measurements/<table>.json against its first. */
const measurementSchema = z.strictObject({
  ...common,
  measurement: z.strictObject({
    table: z.string(),
    column: z.string(),
    unit: z.enum(["us", "bytes", "count"]),
    named: z.array(named),
  }),
});
type Measured = z.output<typeof measurementSchema>["measurement"];

export const chartSchema = z.union([sweepSchema, countSchema, measurementSchema]);
export type ChartSpec = z.output<typeof chartSchema>;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One value of a kernel, and where its name stands if it has one. */
export interface Mark extends Point {
  readonly side: z.output<typeof named>["side"] | null;
}

/** One recorded value beside the engine's at the same place. */
export interface Dot extends Mark {
  readonly engine: number;
  readonly experiment: string;
}

export interface Line {
  /** Null where the chart has one line and its title says what it is. */
  readonly title: string | null;
  readonly state: State;
  /** Two lines of one state are told apart by this, and by their names. */
  readonly dashed: boolean;
  readonly points: readonly Point[];
  readonly dots: readonly Dot[];
}

/** Where the traces come from. Both throw if there is none of that name. */
export interface Runs {
  readonly experiment: (id: string) => Experiment;
  readonly recording: (id: string) => MeasurableTrace;
}

/** Sockets of a host in a state, in seconds and counts, from the start of the run to its end: one point a change. */
export function countOverTime(events: readonly TraceEvent[], host: string, state: State, until: number): Point[] {
  const inState = new Set<string>();
  const points: Point[] = [{ x: 0, y: 0 }];
  for (const event of events) {
    if (event.k !== "state" || event.host !== host) continue;
    if (event.to === state) inState.add(event.sock);
    else if (!inState.delete(event.sock)) continue;
    points.push({ x: event.t / 1e6, y: inState.size });
  }
  return [...points, { x: until / 1e6, y: inState.size }];
}

/** The count that holds at a moment. */
export function countAt(points: readonly Point[], x: number): number {
  return points.findLast((point) => point.x <= x)?.y ?? 0;
}

function sweepLine({ sweep }: z.output<typeof sweepSchema>, runs: Runs): Line {
  const { host, sysctl: name, from, to, named: names } = sweep;
  const state = sweep.measure.measure === "state-time" ? sweep.measure.state : "CLOSED";
  const base = runs.experiment(sweep.experiment);
  const life = (trace: MeasurableTrace): number => measure(trace, sweep.measure).value / 1e6;
  const points = Array.from({ length: to - from + 1 }, (_, index) => {
    const x = from + index;
    return { x, y: life(run(intervene(base, [{ set: "sysctl", host, name, value: String(x) }]))) };
  });
  const dots = sweep.recorded.map((id) => {
    const experiment = runs.experiment(id);
    const x = Number(experiment.hosts.find((one) => one.name === host)?.sysctl[name]);
    const side = names.find(({ at }) => at === x)?.side ?? null;
    return { x, y: life(runs.recording(id)), engine: life(run(experiment)), experiment: id, side };
  });
  return { title: null, state, dashed: false, points, dots };
}

/** The dots of a measurement, one a row. Throws Error if the table has no such column, or a row no number. */
export function measuredMarks({ column, unit, named: names }: Measured, table: MeasurementTable): readonly Mark[] {
  return table.rows.map(([row = null]) => {
    if (typeof row !== "number") throw new Error(`${table.id}: the first column is the axis, and holds ${String(row)}`);
    const y = readCell(table, { measurement: table.id, row, column, unit });
    return { x: row, y, side: names.find(({ at }) => at === row)?.side ?? null };
  });
}

/** What a chart of runs shows. */
export function chartLines(spec: Exclude<ChartSpec, { measurement: Measured }>, runs: Runs): readonly Line[] {
  if ("sweep" in spec) return [sweepLine(spec, runs)];
  return spec.count.map(({ experiment: id, title, dashed, host, state, moments, named: { at, side } }) => {
    const experiment = runs.experiment(id);
    const points = countOverTime(run(experiment).events, host, state, experiment.until);
    const { header, events } = runs.recording(id);
    const recorded = countOverTime(events, host, state, header.until);
    const dots = moments.map((x) => ({
      x,
      y: countAt(recorded, x),
      engine: countAt(points, x),
      experiment: id,
      side: x === at ? side : null,
    }));
    // A count holds until it changes: stairs, not slopes.
    const stairs = points.flatMap((point, index) => {
      const before = points[index - 1];
      return before && before.y !== point.y ? [{ x: point.x, y: before.y }, point] : [point];
    });
    return { title, state, dashed, points: stairs, dots };
  });
}

type Axis = z.output<typeof axis>;

/** Where a value stands on its axis, in per cent. */
export function place(value: number, { from, to, log }: Axis): number {
  const scale = log ? Math.log : (linear: number): number => linear;
  return round2(((scale(value) - scale(from)) / (scale(to) - scale(from))) * 100);
}

export function ticks({ from, to, step, log }: Axis): readonly number[] {
  if (log) {
    const count = Math.floor(Math.log(to / from) / Math.log(step) + 1e-9);
    return Array.from({ length: count + 1 }, (_, power) => from * step ** power);
  }
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

/**
 * The line as a path in a box of 100 by 100, y downwards. Corners only: points on a straight between two others are
 * left out.
 */
export function path(points: readonly Point[], x: Axis, y: Axis): string {
  const steep = (a: Point, b: Point): number => (b.y - a.y) / (b.x - a.x);
  const corners = points.filter((point, index) => {
    const [before, after] = [points[index - 1], points[index + 1]];
    return !before || !after || Math.abs(steep(before, point) - steep(point, after)) > 1e-3;
  });
  return corners
    .map((point, index) => `${index === 0 ? "M" : "L"}${place(point.x, x)} ${round2(100 - place(point.y, y))}`)
    .join("");
}

const round2 = (value: number): number => Math.round(value * 100) / 100;
