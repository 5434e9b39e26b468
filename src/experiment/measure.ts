/**
 * Named measurements on a trace. Facts, prose and questions say what they need ("how long A1 is in
 * FIN-WAIT-2"); this module reads it from a run of the engine or a recording of a kernel, so that no
 * number on the site is typed by hand.
 */
import { z } from "zod";
import { STATES, type State, type TraceEvent } from "../engine/trace.ts";
import type { SegmentMatch } from "./canonical.ts";
import { matchesSegment, parseSegmentWord, SEGMENT_WORDS } from "./words.ts";

/** What a measurement reads: the end of the run (microseconds) and its events in order. */
export interface MeasurableTrace {
  readonly header: { readonly until: number };
  readonly events: readonly TraceEvent[];
}

/** `us`: microseconds. `count`: how many. `number`: a sequence number, counted as tcpdump does. */
type MeasureUnit = "us" | "count" | "number";

export interface Measurement {
  readonly value: number;
  readonly unit: MeasureUnit;
}

/** The trace does not hold what was asked for. The message says what is missing. */
export class MeasureError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MeasureError";
  }
}

const state = z.enum(STATES);
const sock = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*\d+$/, "a socket is a host's name and a number, as in A1");
const nth = z.int().min(1).default(1);
const segments = z.string().transform((word, context): SegmentMatch => {
  const match = parseSegmentWord(word);
  if (!match) {
    context.addIssue({ code: "custom", message: `"${word}" is no segment; write one of ${SEGMENT_WORDS.join(", ")}` });
    return z.NEVER;
  }
  return match;
});

/** One moment of a run: a segment leaves or arrives, a socket enters a state, a call begins or returns. */
export const momentSchema = z.union([
  z.strictObject({ sends: segments, host: z.string(), nth }),
  z.strictObject({ gets: segments, host: z.string(), nth }),
  z.strictObject({ sock, enters: state }),
  z.strictObject({ program: z.string(), calls: z.string(), nth }),
  z.strictObject({ program: z.string(), returns: z.string(), nth }),
]);
export type Moment = z.output<typeof momentSchema>;

/** The measurements, as a fact or question file writes them. */
export const measureSchema = z.discriminatedUnion("measure", [
  /** Time of a socket in a state, all visits added; a state still held counts to the end of the run. */
  z.strictObject({ measure: z.literal("state-time"), sock, state }),
  /** Time from the first moment to the second. */
  z.strictObject({ measure: z.literal("between"), from: momentSchema, to: momentSchema }),
  /** Time from a call to its return. */
  z.strictObject({ measure: z.literal("call-time"), program: z.string(), op: z.string(), nth }),
  /** Segments sent, retransmissions included. `closing`: only from the first FIN or RST on. */
  z.strictObject({
    measure: z.literal("segments"),
    match: segments.prefault("any"),
    from: z.string().optional(),
    closing: z.boolean().default(false),
  }),
  /** Sequence or acknowledgement number of a segment, relative to the SYN as tcpdump prints it; or its length. */
  z.strictObject({
    measure: z.literal("field"),
    match: segments,
    from: z.string(),
    nth,
    field: z.enum(["seq", "ack", "len"]),
    closing: z.boolean().default(false),
  }),
  /** Sockets in a state at a probe. */
  z.strictObject({ measure: z.literal("sockets"), probe: z.string(), state, host: z.string().optional() }),
  /** Sockets that pass through a state during the run. */
  z.strictObject({ measure: z.literal("through"), state, host: z.string().optional() }),
]);
export type Measure = z.output<typeof measureSchema>;

/**
 * Reads one measurement. Throws MeasureError if the trace lacks what it names.
 */
export function measure(trace: MeasurableTrace, what: Measure): Measurement {
  switch (what.measure) {
    case "state-time":
      return { value: stateTime(trace, what.sock, what.state), unit: "us" };
    case "between":
      return { value: timeOf(trace, what.to) - timeOf(trace, what.from), unit: "us" };
    case "call-time": {
      const call = { program: what.program, nth: what.nth };
      const begin = timeOf(trace, { ...call, calls: what.op });
      return { value: timeOf(trace, { ...call, returns: what.op }) - begin, unit: "us" };
    }
    case "segments": {
      const all = sent(trace, what.match, what.from, what.closing);
      return { value: all.length, unit: "count" };
    }
    case "field": {
      const found = sent(trace, what.match, what.from, what.closing)[what.nth - 1];
      if (!found) throw new MeasureError(`${what.from} sends no such segment number ${what.nth}`);
      return { value: field(trace, found, what.field), unit: "number" };
    }
    case "sockets":
      return {
        value: rows(trace, what.probe, what.host).filter((row) => row.state === what.state).length,
        unit: "count",
      };
    case "through": {
      const names = new Set<string>();
      for (const event of trace.events)
        if (event.k === "state" && event.to === what.state && (what.host ?? event.host) === event.host)
          names.add(event.sock);
      return { value: names.size, unit: "count" };
    }
  }
}

/**
 * The state of a host's connection at a probe, listeners left aside; CLOSED if none is left.
 * Throws MeasureError if the probe is missing or more than one connection stands there.
 */
export function stateAtProbe(trace: MeasurableTrace, probe: string, host: string): State {
  const found = rows(trace, probe, host).filter((row) => row.state !== "LISTEN");
  if (found.length > 1) throw new MeasureError(`${host} has ${found.length} connections at probe ${probe}, not one`);
  return found[0]?.state ?? "CLOSED";
}

/**
 * A measured time or count as a reader wants it: no more digits than matter. Times come in ms below
 * a second, in s above.
 */
export function rounded({ value, unit }: Measurement): {
  readonly text: string;
  readonly unit: "ms" | "s" | "count" | "number";
} {
  if (unit !== "us") return { text: String(value), unit };
  const size = Math.abs(value);
  // The limits are those after rounding: 9.96 ms is 10 ms, 999.7 ms is 1.00 s.
  if (size < 9_950) return { text: (value / 1_000).toFixed(1), unit: "ms" };
  if (size < 999_500) return { text: (value / 1_000).toFixed(0), unit: "ms" };
  if (size < 9_995_000) return { text: (value / 1_000_000).toFixed(2), unit: "s" };
  return { text: (value / 1_000_000).toFixed(1), unit: "s" };
}

type Sent = Extract<TraceEvent, { k: "send" }>;

/** Segments of the run that match, in order, `host` left out: of every host. */
function sent(trace: MeasurableTrace, match: SegmentMatch, host?: string, closing = false): readonly Sent[] {
  const all = trace.events.filter((event): event is Sent => event.k === "send");
  const first = closing ? all.findIndex((segment) => /[FR]/.test(segment.flags)) : 0;
  if (first < 0) return [];
  return all
    .slice(first)
    .filter((segment) => (host ?? segment.host) === segment.host && matchesSegment(segment, match));
}

/** Relative numbers count from the last SYN seen in that direction, as tcpdump counts them. */
function field(trace: MeasurableTrace, segment: Sent, which: "seq" | "ack" | "len"): number {
  if (which === "len") return segment.len;
  const [src, dst] = which === "seq" ? [segment.src, segment.dst] : [segment.dst, segment.src];
  let isn: number | undefined;
  for (const event of trace.events) {
    if (event.k === "send" && event.src === src && event.dst === dst && event.flags.includes("S")) isn = event.seq;
    if (event === segment) break;
  }
  if (isn === undefined) throw new MeasureError(`no SYN from ${src} before segment ${segment.seg}`);
  return (segment[which] - isn) >>> 0;
}

function stateTime(trace: MeasurableTrace, name: string, wanted: State): number {
  let total = 0;
  let since: number | null = null;
  let seen = false;
  for (const event of trace.events) {
    if (event.k !== "state" || event.sock !== name) continue;
    if (since !== null) total += event.t - since;
    since = event.to === wanted ? event.t : null;
    seen ||= event.to === wanted;
  }
  if (!seen) throw new MeasureError(`socket ${name} is never in ${wanted}`);
  return since === null ? total : total + trace.header.until - since;
}

/** When a moment of the run was, microseconds from its start. Throws MeasureError if there is none. */
export function timeOf(trace: MeasurableTrace, wanted: Moment): number {
  let found: TraceEvent | undefined;
  if ("sends" in wanted) {
    found = sent(trace, wanted.sends, wanted.host)[wanted.nth - 1];
  } else if ("gets" in wanted) {
    const bySeg = new Map(sent(trace, wanted.gets).map((segment) => [segment.seg, segment]));
    found = trace.events.filter((event) => event.k === "arrive" && event.host === wanted.host && bySeg.has(event.seg))[
      wanted.nth - 1
    ];
  } else if ("enters" in wanted) {
    found = trace.events.find(
      (event) => event.k === "state" && event.sock === wanted.sock && event.to === wanted.enters,
    );
  } else {
    const [kind, op] = "calls" in wanted ? (["call", wanted.calls] as const) : (["return", wanted.returns] as const);
    found = trace.events.filter((event) => event.k === kind && event.program === wanted.program && event.op === op)[
      wanted.nth - 1
    ];
  }
  if (!found) throw new MeasureError(`the run has no moment ${JSON.stringify(wanted)}`);
  return found.t;
}

function rows(trace: MeasurableTrace, probe: string, host: string | undefined) {
  const found = trace.events.filter(
    (event) => event.k === "probe" && event.probe === probe && (host ?? event.host) === event.host,
  );
  if (found.length === 0) throw new MeasureError(`no probe ${probe}${host === undefined ? "" : ` of host ${host}`}`);
  return found.flatMap((event) => (event.k === "probe" ? event.sockets : []));
}
