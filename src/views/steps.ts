/**
 * A run as the reader's steps. One step is one thing that happens on one host, with all that follows
 * from it at once: a call and the segment it sends; a segment arriving, the state it changes and the
 * calls it wakes; a timer firing. A trace of the engine carries causes; in a recording of a kernel,
 * what a host does within 5 ms of a cause is counted to it.
 */
import type { State, TraceEvent } from "../engine/trace.ts";
import { segments, type SegmentView } from "./segments.ts";
import { Fold, type Run, type Snapshot } from "./snapshot.ts";

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
}

/** A run cut into steps, with the sockets and threads after each. `after[0]` is after step 1. */
export interface Story {
  readonly run: Run;
  readonly steps: readonly Step[];
  readonly after: readonly Snapshot[];
  readonly segments: ReadonlyMap<number, SegmentView>;
  /** Steps beyond the limit. */
  readonly untold: number;
  /** The step that an event belongs to; probes and captures belong to none. */
  readonly stepOf: ReadonlyMap<number, number>;
}

/** What one host does so soon after a cause is taken as its effect, microseconds. */
const TOGETHER = 5000;
/** How late a thread may return from a call on a busy machine and still be said to return because of what woke it. */
const WAKING = 30_000;

/** Calls that prepare another and change nothing that can be seen. */
const SETUP = new Set(["socket", "bind", "setsockopt", "getsockopt", "nonblock"]);
/** Calls worth no step of their own while the thread waits in them. */
const WAITS = new Set(["accept", "recv", "poll", "get"]);

interface Group {
  host: string;
  t: number;
  last: number;
  at: number;
  events: number[];
  thread: string | null;
}

type Hosted = TraceEvent & { readonly host: string };

const threadOf = (event: TraceEvent): string | null =>
  event.k === "call" || event.k === "return" || event.k === "thread" ? `${event.program} ${event.thread}` : null;

function starts(event: TraceEvent): boolean {
  switch (event.k) {
    case "call":
    case "arrive":
    case "lost":
    case "event":
    case "process":
      return true;
    case "timer":
      return event.act === "fire";
    case "send":
      return event.injected === true;
    default:
      return false;
  }
}

/**
 * Cuts a run into steps.
 * @param limit how many of them to tell; a crowd has thousands, which no picture holds
 */
export function story(run: Run, limit = Infinity): Story {
  const groups = collect(run);
  const merged = merge(run, groups);
  const bySeg = segments(run);
  const whole = merged.filter((group) => group !== null).sort((a, b) => a.at - b.at);
  const order = whole.slice(0, limit);
  const stepOf = new Map<number, number>();
  order.forEach((group, i) => group.events.forEach((index) => stepOf.set(index, i + 1)));

  const fold = new Fold();
  const after: Snapshot[] = [];
  const steps = order.map((group, i): Step => {
    const events = group.events.map((index) => run.events[index]).filter((event) => event !== undefined);
    events.forEach((event) => fold.add(event));
    after.push(fold.at(group.t));
    return describe(run, group, events, i + 1, bySeg, stepOf);
  });
  return { run, steps, after, segments: bySeg, stepOf, untold: whole.length - order.length };
}

/** The step that holds the event, or the last one before it; 1 if there is none. */
export function stepAt({ steps, stepOf }: Story, event: number): number {
  const holding = stepOf.get(event);
  if (holding !== undefined) return holding;
  let best = 1;
  for (const step of steps) if (step.at <= event) best = step.n;
  return best;
}

/** Index of the last event up to the end of step `n`; -1 before the first. */
export function lastEvent({ steps }: Story, n: number): number {
  return steps[n - 1]?.events.at(-1) ?? -1;
}

/** What the reader may look for, forwards or backwards. */
export type Landmark = "change" | "segment";

/**
 * The nearest step after `n` (before it with `by` -1) that changes a state or in which a segment is sent or settled.
 * @param told whether a step is looked at; left out: every one
 */
export function nextLandmark(
  { steps }: Story,
  n: number,
  what: Landmark,
  by: 1 | -1 = 1,
  told: (n: number) => boolean = () => true,
): Step | null {
  const is = (step: Step): boolean =>
    told(step.n) && (what === "change" ? step.changes.length > 0 : step.segment !== null || step.sends.length > 0);
  return (
    (by === 1 ? steps.find((step) => step.n > n && is(step)) : steps.findLast((step) => step.n < n && is(step))) ?? null
  );
}

/**
 * The steps that led to step `n`, newest first, itself included. A timer runs because something was sent; that it fires is
 * owed to the loss of it, which is told between the two.
 */
export function causes({ steps }: Story, n: number): readonly Step[] {
  const chain: Step[] = [];
  for (let step = steps[n - 1]; step && !chain.includes(step);) {
    chain.push(step);
    const before: Step | undefined = steps[(step.cause ?? 0) - 1];
    const lost = step.kind === "timer" ? lossOf(steps, before, step.n) : undefined;
    if (lost && !chain.includes(lost)) chain.push(lost);
    step = before;
  }
  return chain;
}

/** The step before `until` in which something that `sender` sent was lost. */
function lossOf(steps: readonly Step[], sender: Step | undefined, until: number): Step | undefined {
  return steps.find(
    ({ n, kind, segment }) =>
      n < until && kind === "lost" && segment !== null && sender?.sends.includes(segment) === true,
  );
}

/** A chain of causes in two: what led from the call or the loss that started it, and what came before that. */
export function origin(chain: readonly Step[]): { readonly led: readonly Step[]; readonly before: readonly Step[] } {
  const start = chain.findIndex(({ kind }, i) => i > 0 && (kind === "call" || kind === "lost"));
  const end = start < 0 ? chain.length : start + 1;
  return { led: chain.slice(0, end), before: chain.slice(end) };
}

/** Calls that return by themselves, whatever the network does. */
const AT_ONCE = new Set([
  "socket",
  "bind",
  "listen",
  "send",
  "close",
  "shutdown",
  "setsockopt",
  "getsockopt",
  "nonblock",
]);

function collect(run: Run): Group[] {
  const groups: Group[] = [];
  const of: (Group | undefined)[] = [];
  const latest = new Map<string, Group>();
  const callGroups = new Map<number, Group>();
  run.events.forEach((event, index) => {
    if (event.k === "probe" || event.k === "capture") return;
    const { host } = event as Hosted;
    let group: Group | undefined;
    if (!starts(event)) {
      const candidates = [event.cause == null ? undefined : of[event.cause], latest.get(host)];
      if (event.k === "return" && event.cause == null) {
        // A recording: the call itself, unless it had to wait and something happened to the host since.
        const own = callGroups.get(event.call);
        if (own && (AT_ONCE.has(event.op) || own.at > (candidates[1]?.at ?? -1))) candidates.unshift(own);
      }
      const patience = event.k === "return" && event.cause == null ? WAKING : TOGETHER;
      group = candidates.find((candidate) => candidate?.host === host && event.t - candidate.last <= patience);
    }
    if (!group) {
      group = { host, t: event.t, last: event.t, at: index, events: [], thread: threadOf(event) };
      groups.push(group);
      // What follows a call that only prepares or waits was not caused by it.
      if (event.k !== "call" || event.cause != null || !(SETUP.has(event.op) || WAITS.has(event.op)))
        latest.set(host, group);
    }
    if (event.k === "call") callGroups.set(event.call, group);
    group.events.push(index);
    group.last = event.t;
    of[index] = group;
  });
  return groups;
}

/** Quiet groups join the call they prepare, or what came before them. */
function merge(run: Run, groups: Group[]): (Group | null)[] {
  const kept: (Group | null)[] = [...groups];
  const quiet = groups.map((group) => quietness(run, group));
  const join = (from: number, to: number): void => {
    const source = kept[from];
    const target = kept[to];
    if (!source || !target) return;
    target.events = [...source.events, ...target.events].sort((a, b) => a - b);
    kept[from] = null;
  };
  for (let i = groups.length - 1; i >= 0; i--) {
    const group = groups[i];
    if (!group || quiet[i] !== "setup") continue;
    const next = groups.findIndex(
      (other, j) =>
        j > i &&
        kept[j] !== null &&
        other.host === group.host &&
        (group.thread === null || other.thread === group.thread),
    );
    const other = groups[next];
    if (other && other.t - group.last <= TOGETHER) {
      join(i, next);
      if (quiet[next] === "setup") quiet[next] = "setup";
    }
  }
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i];
    if (!group || kept[i] === null || quiet[i] === null) continue;
    let previous = -1;
    for (let j = 0; j < i; j++)
      if (kept[j] !== null && groups[j]?.host === group.host && group.t - (groups[j]?.last ?? 0) <= TOGETHER)
        previous = j;
    if (previous >= 0) join(i, previous);
    else if (quiet[i] !== "waits") kept[i] = null;
  }
  return kept;
}

/** null: worth a step. "setup": belongs to the next call. "waits": a thread begins to wait. "end": nothing is left to see. */
function quietness(run: Run, group: Group): "setup" | "waits" | "end" | null {
  let result: "setup" | "waits" | "end" = "end";
  const open = new Set<number>();
  for (const index of group.events) {
    const event = run.events[index];
    if (!event) continue;
    switch (event.k) {
      case "process":
        if (event.act === "killed") return null;
        if (event.act === "start") result = "setup";
        break;
      case "thread":
        if (event.act === "start") result = "setup";
        break;
      case "call":
        if (SETUP.has(event.op)) result = "setup";
        else if (WAITS.has(event.op)) {
          result = "waits";
          open.add(event.call);
        } else return null;
        break;
      case "return":
        if (event.errno !== null || open.has(event.call) || !SETUP.has(event.op)) return null;
        break;
      case "sock":
      case "note":
        break;
      case "timer":
        if (event.act === "fire") return null;
        break;
      default:
        return null;
    }
  }
  return result;
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

function describe(
  run: Run,
  group: Group,
  events: readonly TraceEvent[],
  n: number,
  bySeg: ReadonlyMap<number, SegmentView>,
  stepOf: ReadonlyMap<number, number>,
): Step {
  const first = run.events[group.at];
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
