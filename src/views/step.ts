/** One step of a run, and how it is read from the events that belong to it. */
import type { State, TraceEvent } from "../engine/trace.ts";
import type { SegmentView } from "./segments.ts";
import type { Run } from "./snapshot.ts";
import type { Group } from "./step-groups.ts";

export type StepKind = "call" | "return" | "arrive" | "send" | "lost" | "timer" | "state" | "process" | "outside";

export interface StateChange {
  readonly sock: string;
  readonly from: State;
  readonly to: State;
}

/** A call as the picture names it; `result` null while the thread waits in it. */
export interface CallView {
  readonly program: string;
  readonly thread: string;
  readonly op: string;
  readonly sock: string | null;
  readonly fd: number | null;
  /** Bytes asked for; null for calls without any. */
  readonly bytes: number | null;
  readonly args: Readonly<Record<string, unknown>>;
  readonly called: boolean;
  readonly result: { readonly value: number; readonly errno: string | null } | null;
}

export interface Step {
  /** Counted from 1. */
  readonly n: number;
  readonly t: number;
  readonly host: string;
  readonly kind: StepKind;
  /** Index of the event that the step starts with; links name it. */
  readonly at: number;
  /** Indices of all its events, ascending. */
  readonly events: readonly number[];
  readonly changes: readonly StateChange[];
  /** Sockets that became mini-sockets. */
  readonly minis: readonly string[];
  /** Segments it sends. */
  readonly sends: readonly SegmentView[];
  /** The segment that arrives or is lost. */
  readonly segment: SegmentView | null;
  /** Calls that are made or that return. */
  readonly calls: readonly CallView[];
  /** The rule that decided what matters most, and all of them. Empty in a recording. */
  readonly rule: string | null;
  readonly rules: readonly string[];
  /** The rule by which a mini-socket took over. */
  readonly miniRule: string | null;
  /** Number of the step that led to this one. */
  readonly cause: number | null;
  /** How many steps it stands for, of which it holds nothing but the changes of state; 0: it is one itself. */
  readonly skipped: number;
}

const KINDS: Partial<Record<TraceEvent["k"], StepKind>> = {
  call: "call",
  return: "return",
  arrive: "arrive",
  send: "send",
  lost: "lost",
  timer: "timer",
  process: "process",
  event: "outside",
};

/**
 * Step `n`, made of the events of a group.
 * @param stepOf the step of each event, as far as they are known
 */
export function describe(
  run: Run,
  group: Group,
  all: readonly TraceEvent[],
  n: number,
  bySeg: ReadonlyMap<number, SegmentView>,
  stepOf: ReadonlyMap<number, number>,
): Step {
  const { skipped } = group;
  const first = skipped > 0 ? undefined : run.events[group.at];
  const events =
    skipped > 0
      ? all.flatMap((event) => (event.k === "state" || event.k === "mini" ? [{ ...event, rule: null }] : []))
      : all;
  const changes: StateChange[] = [];
  const minis: string[] = [];
  const sends: SegmentView[] = [];
  const rules: string[] = [];
  let segment: SegmentView | null = null;
  for (const event of events) {
    if (event.rule != null && !rules.includes(event.rule)) rules.push(event.rule);
    if (event.k === "state") changes.push({ sock: event.sock, from: event.from, to: event.to });
    if (event.k === "mini") minis.push(event.sock);
    if (event.k === "send") {
      const sent = bySeg.get(event.seg);
      if (sent) sends.push(sent);
    }
    if (event.k === "arrive" || event.k === "lost") segment = bySeg.get(event.seg) ?? null;
  }
  const ruleOf = (kind: TraceEvent["k"]): string | null =>
    events.findLast((e) => e.k === kind && e.rule != null)?.rule ?? null;
  return {
    n,
    t: group.t,
    host: group.host,
    kind: (first && KINDS[first.k]) ?? "state",
    at: group.at,
    events: group.events,
    changes,
    minis,
    sends,
    segment,
    calls: calls(run, events),
    rule: ruleOf("state") ?? ruleOf("mini") ?? ruleOf("send") ?? first?.rule ?? rules[0] ?? null,
    miniRule: ruleOf("mini"),
    rules,
    cause: causeOf(run, group, n, bySeg, stepOf),
    skipped,
  };
}

function calls(run: Run, events: readonly TraceEvent[]): CallView[] {
  const made = new Map<number, CallView>();
  for (const event of events) {
    if (event.k === "call") made.set(event.call, callView(event, true));
    if (event.k === "return") {
      const known =
        made.get(event.call) ??
        run.events.flatMap((e) => (e.k === "call" && e.call === event.call ? [callView(e, false)] : []))[0];
      if (known) made.set(event.call, { ...known, result: { value: event.value, errno: event.errno } });
    }
  }
  return [...made.values()];
}

function callView(event: Extract<TraceEvent, { k: "call" }>, called: boolean): CallView {
  const { program, thread, op, sock, fd, args } = event;
  const bytes = typeof args["bytes"] === "number" ? args["bytes"] : null;
  return { program, thread, op, sock, fd, bytes, args, called, result: null };
}

function causeOf(
  run: Run,
  group: Group,
  n: number,
  bySeg: ReadonlyMap<number, SegmentView>,
  stepOf: ReadonlyMap<number, number>,
): number | null {
  const seen = new Set<number>();
  let index: number | null = group.at;
  while (index !== null && !seen.has(index)) {
    seen.add(index);
    const step = stepOf.get(index);
    if (step !== undefined && step !== n) return step < n ? step : null;
    const event: TraceEvent | undefined = run.events[index];
    if (!event) return null;
    if (event.cause != null) index = event.cause;
    else if (event.k === "arrive" || event.k === "lost") index = bySeg.get(event.seg)?.sent ?? null;
    else index = null;
  }
  return null;
}
