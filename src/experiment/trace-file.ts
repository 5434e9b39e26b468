/**
 * Trace files: JSON lines, the header first, then one event a line, keys in one fixed order, so that
 * two recordings of the same run differ only where the runs differ. `docs/experiments.md`, "Trace".
 */
import { STATES, type TraceEvent, type TraceEventKind } from "../engine/trace.ts";
import type { Level } from "./canonical.ts";

const TRACE_FORMAT = "lastack-trace/1";

export interface TraceHost {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Full names, values as read back after they were set. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Where the experiment says so: the version of Linux the engine played. */
  readonly kernel?: string;
  readonly uptime?: number;
  readonly nat?: readonly string[];
}

export interface TraceHeader {
  readonly format: typeof TRACE_FORMAT;
  /** The experiment's id. */
  readonly experiment: string;
  /** SHA-256 of the canonical JSON file, in hex. */
  readonly hash: string;
  readonly world: "linux" | "engine";
  /** Release of the kernel recorded, or of the one the engine stands for. */
  readonly kernel: string;
  /** Day of the recording, YYYY-MM-DD; null in the engine. */
  readonly date: string | null;
  readonly tool: string;
  /** Ticks a second; null in the engine, where timers are exact. */
  readonly hz: number | null;
  /** How the lab saw state changes; null in the engine. */
  readonly watch: "tracepoint" | "poll" | null;
  /** Processor architecture and count, "x86_64, 2 CPUs"; null in the engine. */
  readonly machine: string | null;
  /** Whether the run went before other work of the machine. Lab only; recordings before 1.1.0 do not say. */
  readonly priority?: "real-time" | "nice" | "none";
  readonly hosts: readonly TraceHost[];
  readonly level: Level;
  /** Where the run was cut, microseconds. */
  readonly until: number;
  /** What the tools whose text is kept call themselves; only where there are captures. */
  readonly tools?: Readonly<Record<string, string>>;
  /** By how much the latest step of a program and the latest act of the relay were late. Lab only. */
  readonly late_us?: { readonly steps: number; readonly relay: number };
  /** Of an experiment that varies: every behaviour the recordings showed, this file's own among them. */
  readonly outcomes?: readonly Outcome[];
}

/** One behaviour of an experiment that varies, told by its normal form without times. */
export interface Outcome {
  /** How many recordings showed it. */
  readonly count: number;
  /** First 12 digits of the SHA-256 of `shapeOf`. */
  readonly shape: string;
  /** Number of the first recording that showed it, counted from 1. */
  readonly first: number;
}

export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
}

/** A trace file that cannot be read. `line` counts from 1. The message says what to do about it. */
export class TraceFileError extends Error {
  readonly line: number;
  constructor(line: number, problem: string, fix: string) {
    super(`line ${line}: ${problem}. ${fix}`);
    this.name = "TraceFileError";
    this.line = line;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Kind {
  readonly is: string;
  readonly ok: (value: unknown) => boolean;
}

const text: Kind = { is: "a string", ok: (v) => typeof v === "string" };
const whole: Kind = { is: "a whole number", ok: (v) => Number.isSafeInteger(v) };
const flag: Kind = { is: "true or false", ok: (v) => typeof v === "boolean" };
const object: Kind = { is: "an object", ok: isObject };
const list: Kind = { is: "a list", ok: Array.isArray };
const orNull = (kind: Kind): Kind => ({ is: `${kind.is} or null`, ok: (v) => v === null || kind.ok(v) });
const optional = (kind: Kind): Kind => ({ is: kind.is, ok: (v) => v === undefined || kind.ok(v) });
const one = (...words: readonly string[]): Kind => ({
  is: `one of ${words.join(", ")}`,
  ok: (v) => typeof v === "string" && words.includes(v),
});

type Shape = Readonly<Record<string, Kind>>;

/** The key order of every object is the order of these tables. */
const HEADER: Shape = {
  format: one(TRACE_FORMAT),
  experiment: text,
  hash: text,
  world: one("linux", "engine"),
  kernel: text,
  date: orNull(text),
  tool: text,
  hz: orNull(whole),
  watch: orNull(one("tracepoint", "poll")),
  machine: orNull(text),
  priority: optional(one("real-time", "nice", "none")),
  hosts: list,
  level: one("segments", "closing", "states", "totals"),
  until: whole,
  tools: optional(object),
  late_us: optional(object),
  outcomes: optional(list),
};

const HOST: Shape = {
  name: text,
  addresses: list,
  sysctl: object,
  kernel: optional(text),
  uptime: optional(whole),
  nat: optional(list),
};

const WIRE: Shape = {
  src: text,
  dst: text,
  flags: text,
  seq: whole,
  ack: whole,
  win: whole,
  len: whole,
  mss: orNull(whole),
  ws: orNull(whole),
  sack: flag,
  tsval: orNull(whole),
  tsecr: orNull(whole),
};

const THREAD: Shape = { host: text, program: text, thread: text };

const EVENTS: Readonly<Record<TraceEventKind, Shape>> = {
  process: { host: text, program: text, act: one("start", "exit", "killed") },
  thread: { ...THREAD, act: one("start", "end"), why: orNull(text) },
  call: { ...THREAD, call: whole, op: text, fd: orNull(whole), sock: orNull(text), args: object },
  return: { ...THREAD, call: whole, op: text, value: whole, errno: orNull(text) },
  sock: { host: text, sock: text, local: text, remote: text },
  state: { host: text, sock: text, from: one(...STATES), to: one(...STATES) },
  mini: { host: text, sock: text, substate: one("FIN-WAIT-2", "TIME-WAIT") },
  send: { host: text, sock: orNull(text), seg: whole, injected: optional(flag), ...WIRE },
  arrive: { host: text, seg: whole },
  lost: { host: text, seg: whole, fault: text },
  timer: {
    host: text,
    sock: text,
    timer: one("retransmit", "probe", "persist", "keepalive", "timewait", "delack"),
    act: one("arm", "cancel", "fire", "seen"),
    due: whole,
  },
  note: { host: text, sock: orNull(text) },
  event: { host: text, what: text },
  probe: { host: text, probe: text, sockets: list, counters: object },
  capture: { host: text, probe: text, tool: text, text },
};

const FIRST: Shape = { t: whole, k: text };
const LAST: Shape = { cause: optional(orNull(whole)), rule: optional(orNull(text)) };

const ROW: Shape = {
  sock: text,
  state: one(...STATES),
  local: text,
  remote: text,
  recvq: whole,
  sendq: whole,
  timer: orNull(object),
  holder: orNull(object),
  mini: flag,
};
const ROW_TIMER: Shape = { name: one("on", "keepalive", "timewait", "persist"), left: whole, retries: whole };
const ROW_HOLDER: Shape = { program: text, fd: whole };

function isKind(k: unknown): k is TraceEventKind {
  return typeof k === "string" && Object.hasOwn(EVENTS, k);
}

/** The object's keys in the order of the shape; keys that are left out stay out. */
function ordered(shape: Shape, value: object): Record<string, unknown> {
  const given = value as Readonly<Record<string, unknown>>;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(shape)) if (given[key] !== undefined) out[key] = given[key];
  return out;
}

function orderedEvent(event: TraceEvent): Record<string, unknown> {
  const out = ordered({ ...FIRST, ...EVENTS[event.k], ...LAST }, event);
  if (event.k === "probe")
    out["sockets"] = event.sockets.map((row) => ({
      ...ordered(ROW, row),
      timer: row.timer && ordered(ROW_TIMER, row.timer),
      holder: row.holder && ordered(ROW_HOLDER, row.holder),
      mini: row.mini,
    }));
  return out;
}

/** One event as its line in a trace file, without the line feed. */
export function printEvent(event: TraceEvent): string {
  return JSON.stringify(orderedEvent(event));
}

/** The trace as a file: the header, then one event a line, each ended by a line feed. */
export function printTrace(trace: Trace): string {
  const hosts = trace.header.hosts.map((host) => ordered(HOST, host));
  return [JSON.stringify(ordered(HEADER, { ...trace.header, hosts })), ...trace.events.map(printEvent), ""].join("\n");
}

function check(shape: Shape, value: unknown, line: number, where: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new TraceFileError(line, `${where} is not an object`, "Record the trace again");
  for (const [key, kind] of Object.entries(shape))
    if (!kind.ok(value[key])) {
      const problem =
        value[key] === undefined ? `${where} lacks "${key}"` : `"${key}" of ${where} is ${short(value[key])}`;
      throw new TraceFileError(line, problem, `Write ${kind.is} there`);
    }
  for (const key of Object.keys(value))
    if (!Object.hasOwn(shape, key))
      throw new TraceFileError(
        line,
        `${where} has an unknown key "${key}"`,
        `Use only ${Object.keys(shape).join(", ")}`,
      );
  return value;
}

function short(value: unknown): string {
  const whole = JSON.stringify(value) ?? String(value);
  return whole.length > 40 ? `${whole.slice(0, 40)}…` : whole;
}

function parseLine(source: string, line: number): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    throw new TraceFileError(line, "this is not JSON", "A trace holds one JSON object a line; was the file cut off?");
  }
}

/**
 * Reads a trace file. Throws TraceFileError, naming line and fix, if it is not one. Keys may come in
 * any order.
 */
export function parseTrace(file: string): Trace {
  const lines = file.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines[0] === undefined || lines[0].trim() === "")
    throw new TraceFileError(1, "the file is empty", "Its first line must be the header");
  const first = parseLine(lines[0], 1);
  if (isObject(first) && first["format"] !== TRACE_FORMAT)
    throw new TraceFileError(
      1,
      `the format is ${short(first["format"])}`,
      `This reads ${TRACE_FORMAT}; record it again`,
    );
  const header = check(HEADER, first, 1, "the header") as unknown as TraceHeader;
  for (const host of header.hosts) check(HOST, host, 1, "a host");
  const events: TraceEvent[] = [];
  let last = -Infinity;
  for (const [index, source] of lines.entries()) {
    if (index === 0) continue;
    const line = index + 1;
    const value = parseLine(source, line);
    const k = isObject(value) ? value["k"] : undefined;
    if (!isKind(k))
      throw new TraceFileError(
        line,
        `the kind of event "k" is ${short(k)}`,
        `Use one of ${Object.keys(EVENTS).join(", ")}`,
      );
    const event = check({ ...FIRST, ...EVENTS[k], ...LAST }, value, line, `a ${k} event`) as unknown as TraceEvent;
    if (event.t < last)
      throw new TraceFileError(line, `its time ${event.t} is before ${last}`, "Sort the events by time");
    last = event.t;
    if (event.k === "probe")
      for (const row of event.sockets) {
        check(ROW, row, line, "a socket");
        if (row.timer) check(ROW_TIMER, row.timer, line, "a timer");
        if (row.holder) check(ROW_HOLDER, row.holder, line, "a holder");
      }
    events.push(event);
  }
  return { header, events };
}
