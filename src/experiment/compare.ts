/**
 * Compares a run of the engine with a recording of a kernel, on their normal forms. An empty list of
 * differences is agreement. `lab/lastack_lab.py` does the same with the same names; `tests/compare/`
 * holds both to the same results.
 *
 * The same function tells whether a disturbed run of the engine still is the same run: give it in the
 * kernel's place.
 */
import type { Level } from "./canonical.ts";
import {
  callCounts,
  COMPARED_COUNTERS,
  type Line,
  type NormalCall,
  type NormalForm,
  normalForm,
  type NormalProbe,
  type NormalSegment,
  type NormalSocket,
  type NormalState,
  seconds,
  stateCounts,
  stateText,
  streams,
} from "./normal.ts";
import type { Trace } from "./trace-file.ts";

/**
 * How far a kernel's times may lie from the engine's exact ones. Microseconds, unless said otherwise.
 *
 * A timer of the kernel's wheel that is set for T fires between T and 1.125 T plus two ticks: the
 * wheel rounds up to a slot, and a slot is at most an eighth of the time to it (kernel/time/timer.c).
 * It is never early, but a round trip or a system call measured in the lab may be shorter than the
 * engine's by some ms and a tick. `late` is what scheduling may add on a busy machine. `poll` is the
 * longest time between two looks at the sockets, where states were polled; the end of a mini-socket
 * always is, because no tracepoint shows it. `seen` is the shortest state a recording must contain.
 */
export const TOLERANCE = {
  early: 5_000,
  earlyTicks: 1,
  stretch: { times: 9, over: 8 },
  late: 25_000,
  lateTicks: 2,
  poll: 100_000,
  seen: 100_000,
} as const;

/** Ticks a second, where a trace names none. */
const DEFAULT_HZ = 250;

export type DifferenceCode =
  /** The traces are of different experiments, or of different versions of one. */
  | "experiment"
  | "socket-missing"
  | "socket-extra"
  | "endpoints"
  | "segment-missing"
  | "segment-extra"
  | "segment"
  /** The kernel was in a state, or in an order of states, that the engine does not have. */
  | "state-extra"
  /** The engine was 100 ms or longer in a state the kernel never showed. */
  | "state-unseen"
  | "thread-missing"
  | "thread-extra"
  | "call-missing"
  | "call-extra"
  | "call"
  | "call-count"
  | "time"
  | "probe-missing"
  | "probe-extra"
  | "probe-socket"
  | "probe-count"
  | "counter";

export interface Difference {
  readonly code: DifferenceCode;
  /** Which stream of the normal form: "A1 segments", "client/main calls", "B at late", "A counters". */
  readonly stream: string;
  /** Position in that stream, counted from 0; null if it is about the whole. */
  readonly index: number | null;
  /** Microseconds, in the engine's time where the engine has it. */
  readonly at: number;
  /** What each world shows; null where it shows nothing. Times are written as seconds. */
  readonly engine: string | null;
  readonly kernel: string | null;
  /** For `time`: earliest and latest time that would agree, as seconds. */
  readonly allowed: readonly [string, string] | null;
}

/** Where a difference lies, "A1 segments[3]". */
export function placeOf({ stream, index }: Difference): string {
  return index === null ? stream : `${stream}[${index}]`;
}

/** Values for the sentence of a difference; its template is named by the code. */
export function differenceValues(difference: Difference): Record<string, string> {
  const { code, at, engine, kernel, allowed } = difference;
  return {
    code,
    place: placeOf(difference),
    at: seconds(at),
    engine: engine || "-",
    kernel: kernel || "-",
    earliest: allowed?.[0] ?? "-",
    latest: allowed?.[1] ?? "-",
  };
}

/** A pair of times the two worlds gave for the same thing. `null` stands for the start of the run. */
interface Pair {
  readonly engine: number;
  readonly kernel: number;
}

interface Moment extends Pair {
  /** What came before it in its stream; the time between the two is what a timer stretches. */
  readonly after: Pair | null;
  /** False for the start of a call: programs keep absolute times. */
  readonly stretch: boolean;
  /** Added to what may be late. */
  readonly slack: number;
  readonly stream: string;
  readonly index: number;
}

class Comparison {
  readonly differences: Difference[] = [];
  readonly #moments: Moment[] = [];
  readonly #until: number;
  readonly #early: number;
  readonly #late: number;
  readonly #polled: boolean;
  readonly #level: Level;

  constructor(kernel: Trace, level: Level) {
    const tick = Math.floor(1_000_000 / (kernel.header.hz ?? DEFAULT_HZ));
    this.#until = kernel.header.until;
    this.#early = TOLERANCE.early + TOLERANCE.earlyTicks * tick;
    this.#late = TOLERANCE.late + TOLERANCE.lateTicks * tick;
    this.#polled = kernel.header.watch === "poll";
    this.#level = level;
  }

  #differ(
    code: DifferenceCode,
    stream: string,
    index: number | null,
    at: number,
    engine: string | null,
    kernel: string | null,
    allowed: readonly [string, string] | null = null,
  ): void {
    this.differences.push({ code, stream, index, at, engine, kernel, allowed });
  }

  /** Latest time at which the kernel may do what the engine did at `at`. */
  #latest(at: number, after: Pair | null, stretch: boolean): number {
    const passed = at - (after?.engine ?? 0);
    const { times, over } = TOLERANCE.stretch;
    return (after?.kernel ?? 0) + (stretch && after ? Math.floor((passed * times) / over) : passed) + this.#late;
  }

  /** Nothing need be there: the kernel's run may have been cut before it came to it. */
  #beyondEnd(at: number, after: Pair | null): boolean {
    return this.#latest(at, after, true) >= this.#until;
  }

  #atEnd(kernelTime: number): boolean {
    return kernelTime > this.#until - this.#early;
  }

  sockets(engine: NormalForm, kernel: NormalForm): void {
    const known = new Map(kernel.sockets.map((socket) => [socket.name, socket]));
    for (const ours of engine.sockets) {
      const theirs = known.get(ours.name);
      known.delete(ours.name);
      const path = ours.states.map(stateText).join(" ");
      if (theirs) this.#socket(ours, theirs);
      else if (
        !this.#beyondEnd(ours.at, null) &&
        !(this.#polled && ours.states.every((state) => state.state === "CLOSED" || brief(state)))
      )
        this.#differ("socket-missing", ours.name, null, ours.at, path, null);
    }
    for (const extra of known.values())
      if (!this.#atEnd(extra.at))
        this.#differ("socket-extra", extra.name, null, extra.at, null, extra.states.map(stateText).join(" "));
    if (this.#level === "states") return;
    for (const { name, segments } of engine.hosts) {
      const theirs = kernel.hosts.find((host) => host.name === name)?.segments ?? [];
      this.#segments(`${name} segments`, segments, theirs, null);
    }
  }

  #socket(engine: NormalSocket, kernel: NormalSocket): void {
    const { name } = engine;
    if (this.#level !== "states") {
      if (engine.endpoints !== kernel.endpoints)
        this.#differ("endpoints", `${name} endpoints`, null, engine.at, engine.endpoints, kernel.endpoints);
      const from =
        this.#level === "closing" ? { engine: engine.closing, kernel: kernel.closing } : { engine: 0, kernel: 0 };
      const before = { engine: engine.segments[from.engine - 1], kernel: kernel.segments[from.kernel - 1] };
      const after = before.engine && before.kernel ? { engine: before.engine.at, kernel: before.kernel.at } : null;
      const [ours, theirs] = [engine.segments.slice(from.engine), kernel.segments.slice(from.kernel)];
      this.#segments(`${name} segments`, ours, theirs, after);
    }
    this.#states(`${name} states`, engine.states, kernel.states);
  }

  #segments(
    stream: string,
    engine: readonly NormalSegment[],
    kernel: readonly NormalSegment[],
    start: Pair | null,
  ): void {
    let after = start;
    for (let index = 0; index < Math.max(engine.length, kernel.length); index++) {
      const [ours, theirs] = [engine[index], kernel[index]];
      if (ours && theirs) {
        // What became of a segment sent as the run was cut depends on the cut.
        const cut = Math.max(ours.at, theirs.at) > this.#until - TOLERANCE.seen;
        if (ours.text !== theirs.text || (ours.fate !== theirs.fate && !cut)) {
          this.#differ("segment", stream, index, ours.at, segmentText(ours), segmentText(theirs));
          return;
        }
        const pair = { engine: ours.at, kernel: theirs.at };
        this.#moments.push({ ...pair, after, stretch: true, slack: 0, stream, index });
        after = pair;
      } else if (ours) {
        if (!this.#beyondEnd(ours.at, after))
          this.#differ("segment-missing", stream, index, ours.at, segmentText(ours), null);
        return;
      } else if (theirs) {
        if (!this.#atEnd(theirs.at)) this.#differ("segment-extra", stream, index, theirs.at, null, segmentText(theirs));
        return;
      }
    }
  }

  /** The kernel's states must be the engine's, in order; only short ones may be missing. */
  #states(stream: string, engine: readonly NormalState[], kernel: readonly NormalState[]): void {
    let after: Pair | null = null;
    let next = 0;
    const unseen = (skipped: readonly NormalState[], first: number): void => {
      for (const [offset, state] of skipped.entries())
        if (!brief(state) && !this.#beyondEnd(state.at, after))
          this.#differ(
            "state-unseen",
            stream,
            first + offset,
            state.at,
            `${stateText(state)} ${seconds(state.lasts)}`,
            null,
          );
    };
    for (const state of kernel) {
      const label = stateText(state);
      const found = engine.findIndex((entry, index) => index >= next && stateText(entry) === label);
      const ours = engine[found];
      if (!ours) {
        if (this.#atEnd(state.at)) return;
        const instead = engine[next];
        this.#differ("state-extra", stream, next, state.at, instead ? stateText(instead) : null, label);
        return;
      }
      unseen(engine.slice(next, found), next);
      const mini = state.mini || engine[found - 1]?.mini === true;
      const pair: Pair = { engine: ours.at, kernel: state.at };
      this.#moments.push({
        ...pair,
        after,
        stretch: true,
        slack: this.#polled || mini ? TOLERANCE.poll : 0,
        stream,
        index: found,
      });
      after = pair;
      next = found + 1;
    }
    unseen(engine.slice(next), next);
  }

  threads(engine: NormalForm, kernel: NormalForm): void {
    const known = new Map(kernel.threads.map((thread) => [thread.name, thread]));
    for (const { name, calls } of engine.threads) {
      const theirs = known.get(name);
      known.delete(name);
      if (theirs) this.#calls(`${name} calls`, calls, theirs.calls);
      else if (calls[0] && !this.#beyondEnd(calls[0].at, null))
        this.#differ("thread-missing", name, null, calls[0].at, callText(calls[0]), null);
    }
    for (const { name, calls } of known.values())
      if (calls[0] && !this.#atEnd(calls[0].at))
        this.#differ("thread-extra", name, null, calls[0].at, null, callText(calls[0]));
  }

  #calls(stream: string, engine: readonly NormalCall[], kernel: readonly NormalCall[]): void {
    let after: Pair | null = null;
    for (let index = 0; index < Math.max(engine.length, kernel.length); index++) {
      const [ours, theirs] = [engine[index], kernel[index]];
      if (!ours) {
        if (theirs && !this.#atEnd(theirs.at))
          this.#differ("call-extra", stream, index, theirs.at, null, callText(theirs));
        return;
      }
      if (!theirs) {
        if (!this.#beyondEnd(ours.at, after))
          this.#differ("call-missing", stream, index, ours.at, callText(ours), null);
        return;
      }
      const begin: Pair = { engine: ours.at, kernel: theirs.at };
      const cut =
        (ours.returned !== null && theirs.returned === null && this.#beyondEnd(ours.returned, begin)) ||
        (ours.returned === null && theirs.returned !== null && this.#atEnd(theirs.returned));
      const same = ours.call === theirs.call && ours.result === theirs.result;
      if (!same && !cut) {
        this.#differ("call", stream, index, ours.at, callText(ours), callText(theirs));
        return;
      }
      this.#moments.push({ ...begin, after, stretch: false, slack: 0, stream, index });
      if (ours.returned === null || theirs.returned === null) return;
      const end: Pair = { engine: ours.returned, kernel: theirs.returned };
      this.#moments.push({ ...end, after: begin, stretch: true, slack: 0, stream, index });
      after = end;
    }
  }

  counts(engine: NormalForm, kernel: NormalForm): void {
    const [ours, theirs] = [callCounts(engine), callCounts(kernel)];
    for (const name of [...new Set([...ours.keys(), ...theirs.keys()])].sort())
      if (ours.get(name) !== theirs.get(name))
        this.#differ("call-count", name, null, 0, ours.get(name) ?? null, theirs.get(name) ?? null);
  }

  probes(engine: NormalForm, kernel: NormalForm): void {
    const nameOf = ({ host, probe }: NormalProbe): string => `${host} at ${probe}`;
    const known = new Map(kernel.probes.map((probe) => [nameOf(probe), probe]));
    const last = new Map<string, readonly [NormalProbe, NormalProbe]>();
    for (const ours of engine.probes) {
      const name = nameOf(ours);
      const theirs = known.get(name);
      known.delete(name);
      if (theirs) last.set(ours.host, [ours, theirs]);
      if (!theirs) {
        if (!this.#beyondEnd(ours.at, null))
          this.#differ("probe-missing", name, null, ours.at, stateCounts(ours), null);
      } else if (this.#level === "totals") {
        const [a, b] = [stateCounts(ours), stateCounts(theirs)];
        if (a !== b) this.#differ("probe-count", name, null, ours.at, a, b);
      } else this.#rows(name, ours, theirs);
    }
    for (const extra of known.values())
      if (!this.#atEnd(extra.at)) this.#differ("probe-extra", nameOf(extra), null, extra.at, null, stateCounts(extra));

    // Counters only grow: the last probe that both have tells all.
    for (const [host, [ours, theirs]] of last)
      for (const name of COMPARED_COUNTERS) {
        const [a, b] = [ours.counters[name] ?? 0, theirs.counters[name] ?? 0];
        if (a !== b) this.#differ("counter", `${host} ${name}`, null, ours.at, String(a), String(b));
      }
  }

  #rows(name: string, engine: NormalProbe, kernel: NormalProbe): void {
    const ours = new Map(engine.rows.map((row) => [row.sock, row.text]));
    const theirs = new Map(kernel.rows.map((row) => [row.sock, row.text]));
    for (const sock of [...new Set([...ours.keys(), ...theirs.keys()])].sort())
      if (ours.get(sock) !== theirs.get(sock))
        this.#differ(
          "probe-socket",
          `${name} ${sock}`,
          null,
          engine.at,
          ours.get(sock) ?? null,
          theirs.get(sock) ?? null,
        );
  }

  /**
   * Checks all times, in the engine's order. A moment may be as late as its own timer makes it, or as
   * late as something that happened before it already was: it may be its consequence. It may be early
   * only against what it follows, not against the clock: a program that waits for an absolute time
   * makes up for a late timer. What follows from a time that is wrong is not told again.
   */
  times(): void {
    const lateness = (moment: Moment): number => moment.kernel - moment.engine;
    const order = this.#moments
      .map((moment, given) => ({ moment, given }))
      .sort(
        (a, b) => a.moment.engine - b.moment.engine || lateness(a.moment) - lateness(b.moment) || a.given - b.given,
      );
    let [before, ahead] = [0, 0];
    for (const { moment } of order) {
      const { engine, kernel, after, stretch, slack, stream, index } = moment;
      const lowest = Math.min((after?.kernel ?? 0) + engine - (after?.engine ?? 0), engine) - this.#early;
      const highest = Math.max(this.#latest(engine, after, stretch), engine + before + this.#late) + slack;
      if (kernel < lowest - ahead || kernel > highest) {
        this.#differ("time", stream, index, engine, seconds(engine), seconds(kernel), [
          seconds(lowest),
          seconds(highest),
        ]);
        ahead = Math.max(ahead, engine - kernel);
      }
      before = Math.max(before, lateness(moment) - slack);
    }
  }
}

const brief = ({ lasts }: NormalState): boolean => lasts < TOLERANCE.seen;
const segmentText = ({ text, fate }: NormalSegment): string => `${text}, ${fate}`;
const callText = ({ call, result }: NormalCall): string => `${call} = ${result ?? "blocked"}`;

/**
 * Differences between a run of the engine and a recording of a kernel at a level of detail, in order
 * of time. At most one difference in content is given for each stream, the first; what follows it
 * would follow from it.
 */
export function compare(engine: Trace, kernel: Trace, level: Level): readonly Difference[] {
  const [ours, theirs] = [
    `${engine.header.experiment} ${engine.header.hash}`,
    `${kernel.header.experiment} ${kernel.header.hash}`,
  ];
  if (ours !== theirs)
    return [{ code: "experiment", stream: "header", index: null, at: 0, engine: ours, kernel: theirs, allowed: null }];
  const [a, b] = [normalForm(engine), normalForm(kernel)];
  const comparison = new Comparison(kernel, level);
  if (level === "totals") comparison.counts(a, b);
  else {
    comparison.sockets(a, b);
    comparison.threads(a, b);
  }
  comparison.probes(a, b);
  comparison.times();
  return comparison.differences
    .map((difference, given) => ({ difference, given }))
    .sort((x, y) => x.difference.at - y.difference.at || x.given - y.given)
    .map(({ difference }) => difference);
}

/**
 * The stream of a difference, the engine's lines on the left, the kernel's on the right, three lines
 * before and after it. Lines of plain text; the difference is marked with `>`.
 */
export function sideBySide(engine: Trace, kernel: Trace, level: Level, difference: Difference): string {
  const find = (trace: Trace): readonly Line[] => {
    const all = streams(normalForm(trace), level);
    return all.get(difference.stream) ?? all.get(`${difference.stream} states`) ?? [];
  };
  const [left, right] = [find(engine), find(kernel)];
  const show = (line: Line | undefined): string =>
    line === undefined ? "" : line.at === null ? line.text : `${seconds(line.at).padStart(10)}  ${line.text}`;
  const here = difference.index ?? 0;
  const rows: string[][] = [];
  for (let index = Math.max(0, here - 3); index <= here + 3; index++)
    if (left[index] || right[index])
      rows.push([index === difference.index ? ">" : " ", show(left[index]), show(right[index])]);
  if (rows.length === 0) rows.push([">", difference.engine ?? "", difference.kernel ?? ""]);
  rows.unshift([" ", "engine", "kernel"]);
  const width = Math.max(...rows.map(([, text]) => text?.length ?? 0));
  return rows.map(([mark, a = "", b = ""]) => `${mark} ${a.padEnd(width)}  ${b}`.trimEnd()).join("\n");
}
