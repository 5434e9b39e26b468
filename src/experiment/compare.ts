/**
 * Compares a run of the engine with a recording of a kernel, on their normal forms. An empty list of
 * differences is agreement. `lab/lastack_lab.py` does the same with the same names; `tests/compare/`
 * holds both to the same results.
 *
 * The same function tells whether a disturbed run of the engine still is the same run: give it in the
 * kernel's place.
 */
import type { Level } from "./canonical.ts";
import { type Pair, Times } from "./compare-times.ts";
import type { Difference, DifferenceCode } from "./difference.ts";
import { callCounts, COMPARED_COUNTERS, stateCounts } from "./levels.ts";
import { normalForm } from "./normal.ts";
import {
  type NormalCall,
  type NormalForm,
  type NormalProbe,
  type NormalSegment,
  type NormalSocket,
  type NormalState,
  seconds,
  stateText,
} from "./normal-form.ts";
import { TOLERANCE } from "./tolerance.ts";
import type { Trace } from "./trace-file.ts";

class Comparison {
  readonly differences: Difference[] = [];
  readonly #times: Times;
  readonly #until: number;
  readonly #polled: boolean;
  readonly #level: Level;

  constructor({ header }: Trace, level: Level) {
    this.#times = new Times(header);
    this.#until = header.until;
    this.#polled = header.watch === "poll";
    this.#level = level;
  }

  #differ(
    code: DifferenceCode,
    stream: string,
    index: number | null,
    at: number,
    engine: string | null,
    kernel: string | null,
  ): void {
    this.differences.push({ code, stream, index, at, engine, kernel, allowed: null });
  }

  sockets(engine: NormalForm, kernel: NormalForm): void {
    const known = new Map(kernel.sockets.map((socket) => [socket.name, socket]));
    for (const ours of engine.sockets) {
      const theirs = known.get(ours.name);
      known.delete(ours.name);
      const path = ours.states.map(stateText).join(" ");
      if (theirs) this.#socket(ours, theirs);
      else if (
        !this.#times.beyondEnd(ours.at, null) &&
        !(this.#polled && ours.states.every((state) => state.state === "CLOSED" || brief(state)))
      )
        this.#differ("socket-missing", ours.name, null, ours.at, path, null);
    }
    for (const extra of known.values())
      if (!this.#times.atEnd(extra.at))
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
        this.#times.add({ ...pair, after, stretch: true, slack: 0, stream, index });
        after = pair;
      } else if (ours) {
        if (!this.#times.beyondEnd(ours.at, after))
          this.#differ("segment-missing", stream, index, ours.at, segmentText(ours), null);
        return;
      } else if (theirs) {
        if (!this.#times.atEnd(theirs.at))
          this.#differ("segment-extra", stream, index, theirs.at, null, segmentText(theirs));
        return;
      }
    }
  }

  /** The kernel's states must be the engine's, in order; only short ones may be missing. Who polls sees no end of those. */
  #states(stream: string, engine: readonly NormalState[], kernel: readonly NormalState[]): void {
    let after: Pair | null = null;
    let next = 0;
    const unseen = (skipped: readonly NormalState[], first: number): void => {
      for (const [offset, state] of skipped.entries()) {
        const missed = brief(state) || (this.#polled && offset > 0 && state.state === "CLOSED");
        if (!missed && !this.#times.beyondEnd(state.at, after))
          this.#differ(
            "state-unseen",
            stream,
            first + offset,
            state.at,
            `${stateText(state)} ${seconds(state.lasts)}`,
            null,
          );
      }
    };
    for (const state of kernel) {
      const label = stateText(state);
      const found = engine.findIndex((entry, index) => index >= next && stateText(entry) === label);
      const ours = engine[found];
      if (!ours) {
        if (this.#times.atEnd(state.at)) return;
        const instead = engine[next];
        this.#differ("state-extra", stream, next, state.at, instead ? stateText(instead) : null, label);
        return;
      }
      unseen(engine.slice(next, found), next);
      const mini = state.mini || engine[found - 1]?.mini === true;
      const pair: Pair = { engine: ours.at, kernel: state.at };
      this.#times.add({
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

  /** Once all else was compared: the times of what agrees. */
  times(): void {
    this.differences.push(...this.#times.wrong());
  }

  threads(engine: NormalForm, kernel: NormalForm): void {
    const known = new Map(kernel.threads.map((thread) => [thread.name, thread]));
    for (const { name, calls } of engine.threads) {
      const theirs = known.get(name);
      known.delete(name);
      if (theirs) this.#calls(`${name} calls`, calls, theirs.calls);
      else if (calls[0] && !this.#times.beyondEnd(calls[0].at, null))
        this.#differ("thread-missing", name, null, calls[0].at, callText(calls[0]), null);
    }
    for (const { name, calls } of known.values())
      if (calls[0] && !this.#times.atEnd(calls[0].at))
        this.#differ("thread-extra", name, null, calls[0].at, null, callText(calls[0]));
  }

  #calls(stream: string, engine: readonly NormalCall[], kernel: readonly NormalCall[]): void {
    let after: Pair | null = null;
    for (let index = 0; index < Math.max(engine.length, kernel.length); index++) {
      const [ours, theirs] = [engine[index], kernel[index]];
      if (!ours) {
        if (theirs && !this.#times.atEnd(theirs.at))
          this.#differ("call-extra", stream, index, theirs.at, null, callText(theirs));
        return;
      }
      if (!theirs) {
        if (!this.#times.beyondEnd(ours.at, after))
          this.#differ("call-missing", stream, index, ours.at, callText(ours), null);
        return;
      }
      const begin: Pair = { engine: ours.at, kernel: theirs.at };
      const cut =
        (ours.returned !== null && theirs.returned === null && this.#times.beyondEnd(ours.returned, begin)) ||
        (ours.returned === null && theirs.returned !== null && this.#times.atEnd(theirs.returned));
      const same = ours.call === theirs.call && ours.result === theirs.result;
      if (!same && !cut) {
        this.#differ("call", stream, index, ours.at, callText(ours), callText(theirs));
        return;
      }
      this.#times.add({ ...begin, after, stretch: false, slack: 0, stream, index });
      if (ours.returned === null || theirs.returned === null) return;
      const end: Pair = { engine: ours.returned, kernel: theirs.returned };
      this.#times.add({ ...end, after: begin, stretch: true, slack: 0, stream, index });
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
        if (!this.#times.beyondEnd(ours.at, null))
          this.#differ("probe-missing", name, null, ours.at, stateCounts(ours), null);
      } else if (this.#level === "totals") {
        const [a, b] = [stateCounts(ours), stateCounts(theirs)];
        if (a !== b) this.#differ("probe-count", name, null, ours.at, a, b);
      } else this.#rows(name, ours, theirs);
    }
    for (const extra of known.values())
      if (!this.#times.atEnd(extra.at))
        this.#differ("probe-extra", nameOf(extra), null, extra.at, null, stateCounts(extra));

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
