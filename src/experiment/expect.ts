/**
 * Checks what an experiment expects on a trace of either world. `lab/lastack_lab.py` has the same
 * function; `tests/compare/` holds both to the same results. The sentences are in
 * `src/i18n/en/expectations.ts`, named by the code.
 */
import type { SocketRow, State, TraceEvent } from "../engine/trace.ts";
import type { Expectation } from "./canonical.ts";
import { normalForm } from "./normal.ts";
import { type NormalForm, type NormalState, seconds } from "./normal-form.ts";
import { DEFAULT_HZ, TOLERANCE } from "./tolerance.ts";
import type { Trace } from "./trace-file.ts";
import { matchesSegment, matchText } from "./words.ts";

export type CheckCode = Expectation["expect"] | "call-time" | "no-probe" | "no-socket" | "no-call" | "no-counter";

export interface Check {
  readonly expectation: Expectation;
  readonly holds: boolean;
  /** Names the sentence that says what was found. */
  readonly code: CheckCode;
  /** Values for that sentence. Times are written as seconds. */
  readonly values: Readonly<Record<string, string | number>>;
}

type Found = Omit<Check, "expectation">;

const rowMatches = (row: SocketRow, want: Extract<Expectation, { expect: "sockets" }>): boolean =>
  row.state === want.state &&
  (want.timer === null || want.timer === (row.timer?.name ?? "none")) &&
  (want.recvq === null || want.recvq === row.recvq) &&
  (want.held === null || want.held === (row.holder !== null));

/** What else is asked of a socket, in the author's words: " (timer none, recvq 1, held true)". */
function likeText({ timer, recvq, held }: Extract<Expectation, { expect: "sockets" }>): string {
  const asked = Object.entries({ timer, recvq, held }).filter(([, value]) => value !== null);
  return asked.length === 0 ? "" : ` (${asked.map(([key, value]) => `${key} ${String(value)}`).join(", ")})`;
}

/** States of a socket, a full socket and its mini-socket in the same state taken together. */
function pathOf(form: NormalForm, sock: string): readonly NormalState[] {
  const path: NormalState[] = [];
  for (const entry of form.sockets.find(({ name }) => name === sock)?.states ?? []) {
    const last = path.at(-1);
    if (last?.state === entry.state) path[path.length - 1] = { ...last, lasts: last.lasts + entry.lasts };
    else path.push(entry);
  }
  return path;
}

/**
 * True if the states are passed in order with nothing of 100 ms or more between them. Where states
 * were polled, listed ones may have been missed, but not the last.
 */
function passes(path: readonly NormalState[], states: readonly State[], polled: boolean): boolean {
  const from = (start: number): boolean => {
    let next = polled ? states.indexOf(path[start]?.state ?? "CLOSED") : 0;
    for (const { state, lasts } of path.slice(start)) {
      const found = polled ? states.indexOf(state, next) : states[next] === state ? next : -1;
      if (found >= 0) next = found + 1;
      else if (lasts >= TOLERANCE.seen) return false;
      if (next === states.length) return true;
    }
    return false;
  };
  return path.some(({ state }, start) => (polled ? states.includes(state) : state === states[0]) && from(start));
}

function check(trace: Trace, form: NormalForm, want: Expectation): Found {
  const { header } = trace;
  const events = trace.events.filter(({ t }) => t <= header.until);
  const polled = header.watch === "poll";
  // What a kernel's clock may fall short of an exact bound; none in the engine.
  const early =
    header.world === "engine"
      ? 0
      : TOLERANCE.early + Math.floor((TOLERANCE.earlyTicks * 1_000_000) / (header.hz ?? DEFAULT_HZ));
  const { expect: code } = want;
  switch (want.expect) {
    case "sockets": {
      const { probe, host, state, count } = want;
      const seen = events.find((event) => event.k === "probe" && event.probe === probe && event.host === host);
      if (seen?.k !== "probe") return { holds: false, code: "no-probe", values: { probe, host } };
      const found = seen.sockets.filter((row) => rowMatches(row, want)).length;
      return { holds: found === count, code, values: { probe, host, state, like: likeText(want), count, found } };
    }
    case "path": {
      const path = pathOf(form, want.sock);
      if (path.length === 0) return { holds: false, code: "no-socket", values: { sock: want.sock } };
      const values = {
        sock: want.sock,
        states: want.states.join(", "),
        found: path.map(({ state }) => state).join(", "),
      };
      return { holds: passes(path, want.states, polled), code, values };
    }
    case "spends": {
      const path = pathOf(form, want.sock);
      if (path.length === 0) return { holds: false, code: "no-socket", values: { sock: want.sock } };
      const found = path.reduce((sum, { state, lasts }) => (state === want.state ? sum + lasts : sum), 0);
      const slack = polled ? TOLERANCE.poll : 0;
      const holds = found >= want.at_least - early - slack && found <= want.at_most + slack;
      const [at_least, at_most] = [seconds(want.at_least), seconds(want.at_most)];
      return { holds, code, values: { sock: want.sock, state: want.state, at_least, at_most, found: seconds(found) } };
    }
    case "segments": {
      const found = events.filter(
        (event) =>
          event.k === "send" &&
          event.host === want.from &&
          event.injected !== true &&
          matchesSegment(event, want.match),
      ).length;
      const values = { host: want.from, match: matchText(want.match), count: want.count, found };
      return { holds: found === want.count, code, values };
    }
    case "call":
      return checkCall(events, header.until, early, want);
    case "counter": {
      const { host, name, value } = want;
      const last = events.findLast((event) => event.k === "probe" && event.host === host);
      if (last?.k !== "probe") return { holds: false, code: "no-counter", values: { host, name } };
      const found = last.counters[name] ?? 0;
      return { holds: found === value, code, values: { host, name, value, found } };
    }
  }
}

function checkCall(
  events: readonly TraceEvent[],
  until: number,
  early: number,
  want: Extract<Expectation, { expect: "call" }>,
): Found {
  const { program, op, nth, returns, at_least, at_most } = want;
  const call = events.filter(
    (event) =>
      event.k === "call" &&
      event.program === program &&
      event.op === op &&
      (want.thread === null || want.thread === event.thread),
  )[nth - 1];
  if (call?.k !== "call") return { holds: false, code: "no-call", values: { program, op, nth } };
  const end = events.find((event) => event.k === "return" && event.call === call.call);
  const result = end?.k === "return" ? end : null;
  const found = result ? (result.errno ?? result.value) : "blocked";
  const took = (result?.t ?? until) - call.t;
  const values = { program, op, nth, returns, found, took: seconds(took) };
  if (!result || (result.errno !== returns && result.value !== returns)) return { holds: false, code: "call", values };
  if (at_least === null && at_most === null) return { holds: true, code: "call", values };
  return {
    holds: took >= (at_least ?? 0) - early && took <= (at_most ?? Infinity),
    code: "call-time",
    values: { ...values, at_least: seconds(at_least ?? 0), at_most: at_most === null ? "-" : seconds(at_most) },
  };
}

/** Checks every expectation on a trace, in their order. */
export function checkExpectations(expectations: readonly Expectation[], trace: Trace): readonly Check[] {
  const form = normalForm(trace);
  return expectations.map((expectation) => ({ expectation, ...check(trace, form, expectation) }));
}
