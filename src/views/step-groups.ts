/**
 * Which events are one step. A trace of the engine carries causes; in a recording of a kernel,
 * what a host does within 5 ms of a cause is counted to it.
 */
import type { TraceEvent } from "../engine/trace.ts";
import type { Run } from "./snapshot.ts";

/** What one host does so soon after a cause is taken as its effect, microseconds. */
const TOGETHER = 5000;
/** How late a thread may return from a call on a busy machine and still be said to return because of what woke it. */
const WAKING = 30_000;

/** Calls that prepare another and change nothing that can be seen. */
const SETUP = new Set(["socket", "bind", "setsockopt", "getsockopt", "nonblock"]);
/** Calls worth no step of their own while the thread waits in them. */
const WAITS = new Set(["accept", "recv", "poll", "get"]);

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

export interface Group {
  readonly host: string;
  /** Times of its first and its last event. */
  readonly t: number;
  last: number;
  /** Index of the event it starts with, and of all. */
  readonly at: number;
  events: number[];
  /** Whose call it starts with. */
  readonly thread: string | null;
  /** How many groups it stands for; 0: it is one itself. */
  readonly skipped: number;
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

/** The events of a run that are told, step by step, in order. */
export function stepGroups(run: Run): readonly Group[] {
  return merge(run, collect(run)).sort((a, b) => a.at - b.at);
}

/** Of more groups than `most` the middle is one, dated when it ends: how a run begins and how it ends is always told. */
export function skipMiddle(groups: readonly Group[], most: number): readonly Group[] {
  if (groups.length <= most) return groups;
  const from = Math.floor((most - 1) / 2);
  const to = groups.length - (most - 1 - from);
  const middle = groups.slice(from, to);
  const events = middle.flatMap((group) => group.events).sort((a, b) => a - b);
  const one = middle
    .slice(-1)
    .map((last) => ({ ...last, at: middle[0]?.at ?? last.at, events, skipped: middle.length }));
  return [...groups.slice(0, from), ...one, ...groups.slice(to)];
}

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
      group = { host, t: event.t, last: event.t, at: index, events: [], thread: threadOf(event), skipped: 0 };
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
function merge(run: Run, groups: Group[]): Group[] {
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
    if (other && other.t - group.last <= TOGETHER) join(i, next);
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
  return kept.filter((group) => group !== null);
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
