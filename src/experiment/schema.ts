/**
 * What authors write, checked, and turned into the canonical form. Every error names the place in
 * the file and what would be right there. `docs/experiments.md` gives the meaning.
 */
import { z } from "zod";
import type { Endpoint, OnError, OptionValue, Program, Step } from "../engine/process/program.ts";
import { SOCKET_OPTIONS, type SocketOption } from "../engine/process/program.ts";
import { STATES } from "../engine/trace.ts";
import {
  EXPERIMENT_FORMAT,
  type Experiment,
  type Expectation,
  type FaultSpec,
  type HostSpec,
  type OutsideEvent,
} from "./canonical.ts";
import { parseDuration } from "./duration.ts";
import { RECORDED_KERNEL } from "../engine/kernel/kernel-version.ts";
import { baselineOf, fullSysctlName, isKnownSysctl, sysctlProblem } from "./sysctl.ts";
import { parseCondition, parseFlags, parseRelative, parseSegmentWord, SEGMENT_WORDS } from "./words.ts";

/** One thing wrong with a file: where in it, what is wrong, and what would be right. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

export class ExperimentError extends Error {
  readonly problems: readonly Problem[];
  constructor(file: string, problems: readonly Problem[]) {
    super(problems.map((problem) => `${file}: ${problem.path || "(top)"}: ${problem.message}`).join("\n"));
    this.name = "ExperimentError";
    this.problems = problems;
  }
}

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, "a name starts with a letter and has letters, digits, - or _, at most 32");
const variable = z.string().regex(/^[a-z][A-Za-z0-9_]*$/, "a variable starts with a small letter");

const time = z.unknown().transform((value, context): number => {
  const micros = typeof value === "string" ? parseDuration(value) : value === 0 ? 0 : null;
  if (micros === null) {
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(value)} is not a time; write a unit, as in 40us, 5ms, 1.5s, 2m`,
    });
    return z.NEVER;
  }
  return micros;
});

const port = z.int().min(0).max(65_535);
const bytes = z.int().min(1).max(1_073_741_824);
const onError = z.enum(["stop", "continue", "break", "exit"]);
const operand = z.union([z.int(), variable.transform((value) => ({ variable: value }))]);

const condition = z.string().transform((text, context) => {
  const parsed = parseCondition(text);
  if (!parsed) {
    context.addIssue({
      code: "custom",
      message: `"${text}" is not a condition; write it like n == 0, r != EADDRINUSE or r == error`,
    });
    return z.NEVER;
  }
  return parsed;
});

const segmentWord = z.string().transform((text, context) => {
  const parsed = parseSegmentWord(text);
  if (!parsed) {
    context.addIssue({
      code: "custom",
      message: `"${text}" is not a kind of segment; choose one of ${SEGMENT_WORDS.join(", ")}`,
    });
    return z.NEVER;
  }
  return parsed;
});

const flag = z.enum(["SYN", "FIN", "RST", "PSH", "ACK"]);
const segmentMatch = z.union([
  segmentWord,
  z.strictObject({
    has: z.array(flag).default([]),
    lacks: z.array(flag).default([]),
    data: z.boolean().nullable().default(null),
    port: port.nullable().default(null),
  }),
]);

const endpointText = z.string().regex(/^[A-Za-z0-9_.-]+:\d{1,5}$/, "write an endpoint like B:7000 or 10.0.0.2:7000");

const called = { as: variable.optional(), on_error: onError.optional() };
const fd = { fd: variable, ...called };

const optionValue = z.union([
  z.int(),
  z.boolean().transform((on) => (on ? 1 : 0)),
  z.strictObject({ on: z.boolean(), seconds: z.int().min(0) }),
  z.strictObject({ first: port, last: port }),
  time,
]);

/** Steps as written: one key says what it is. */
const STEP_SHAPES = {
  socket: z.union([variable, z.strictObject({ as: variable, on_error: onError.optional() })]),
  bind: z.strictObject({ ...fd, address: z.string().default("any"), port: z.union([port, variable]) }),
  listen: z.strictObject({ ...fd, backlog: z.int().min(0).max(65_535) }),
  accept: z.strictObject({ ...fd, as: variable }),
  connect: z.strictObject({ ...fd, to: endpointText }),
  send: z.strictObject({ ...fd, bytes }),
  recv: z.strictObject({ ...fd, bytes, all: z.boolean().default(false) }),
  shutdown: z.strictObject({ ...fd, how: z.enum(["read", "write", "both"]) }),
  close: z.union([variable, z.strictObject(fd)]),
  setsockopt: z.strictObject({
    ...fd,
    option: z.enum(Object.keys(SOCKET_OPTIONS) as [SocketOption]),
    value: optionValue,
  }),
  getsockopt: z.strictObject({
    ...fd,
    as: variable,
    option: z.enum([...Object.keys(SOCKET_OPTIONS), "SO_ERROR"] as [SocketOption | "SO_ERROR"]),
  }),
  nonblock: z.strictObject({ ...fd, on: z.boolean().default(true) }),
  poll: z.strictObject({
    ...fd,
    events: z.array(z.enum(["in", "out", "rdhup"])).min(1),
    timeout: time.nullable().default(null),
  }),
  at: time,
  sleep: time,
  pause: z.null(),
  set: z.strictObject({ variable, value: operand }),
  add: z.strictObject({ variable, value: operand }),
  loop: z.strictObject({ times: z.int().min(0).nullable().default(null), do: z.array(z.unknown()) }),
  while: z.strictObject({ test: condition, do: z.array(z.unknown()) }),
  if: z.strictObject({ test: condition, then: z.array(z.unknown()), else: z.array(z.unknown()).default([]) }),
  break: z.null(),
  spawn: z.union([
    name.transform((routine) => ({ routine, name: routine, times: 1 })),
    z.strictObject({ routine: name, name: name.optional(), times: z.int().min(1).max(4096).default(1) }),
  ]),
  exit: z.null(),
  kill: name,
  put: z.strictObject({ queue: name, value: operand }),
  get: z.strictObject({
    queue: name,
    as: variable,
    timeout: time.nullable().default(null),
    on_error: onError.default("stop"),
  }),
} as const;

type StepName = keyof typeof STEP_SHAPES;
const STEP_NAMES = Object.keys(STEP_SHAPES) as StepName[];

const kernelVersion = z.string().regex(/^\d+\.\d+(\.\d+)?$/, "a version of Linux is quoted, like '4.4' or '6.1.192'");

const host = z.strictObject({
  address: z.ipv4().optional(),
  addresses: z.array(z.ipv4()).min(1).max(16).optional(),
  kernel: kernelVersion.optional(),
  uptime: time.optional(),
  nat: z.array(name).min(1).max(7).optional(),
  sysctl: z.record(z.string(), z.union([z.int(), z.string()])).default({}),
});

const program = z.strictObject({
  host: name,
  start: time.default(0),
  nofile: z.int().min(8).max(1_048_576).default(1024),
  routines: z.record(name, z.array(z.unknown())),
});

const outsideEvent = z.strictObject({
  at: time,
  sysctl: z.strictObject({ host: name, name: z.string(), value: z.union([z.int(), z.string()]) }).optional(),
  kill: name.optional(),
  ss_kill: z
    .strictObject({
      host: name,
      state: z.enum(STATES).nullable().default(null),
      local_port: port.nullable().default(null),
      peer_port: port.nullable().default(null),
    })
    .optional(),
  link: z.strictObject({ host: name, up: z.boolean() }).optional(),
  inject: z
    .strictObject({
      to: name,
      connection: z.int().min(1).default(1),
      flags: z.string(),
      seq: z.union([z.string(), z.int()]),
      ack: z.union([z.string(), z.int()]).nullable().default(null),
      tsval: z.string().nullable().default(null),
      bytes: z.int().min(0).max(1460).default(0),
    })
    .optional(),
  thread: z
    .strictObject({
      program: name,
      fd: z.int().min(3).max(1_048_576).nullable().default(null),
      do: z.array(z.unknown()).min(1),
    })
    .optional(),
});

const fault = z.strictObject({
  name: name.optional(),
  from: name,
  match: segmentMatch,
  nth: z.union([z.int().min(1), z.literal("every")]).default(1),
  after: time.default(0),
  before: time.nullable().default(null),
  drop: z.literal(true).optional(),
  delay: time.optional(),
  duplicate: time.optional(),
  hold: time.optional(),
});

export const experimentFile = z.strictObject({
  title: z.string().min(3).max(90),
  summary: z.string().min(10).max(400),
  class: z.enum(["quick", "normal", "long"]),
  level: z.enum(["segments", "closing", "states", "totals"]).default("segments"),
  until: time,
  hosts: z.record(name, host),
  link: z.strictObject({ kind: z.enum(["relay", "direct"]).default("relay"), delay: time.default(50) }).prefault({}),
  programs: z.record(name, program),
  events: z.array(outsideEvent).default([]),
  faults: z.array(fault).default([]),
  probes: z.record(name, z.strictObject({ at: time, capture: z.boolean().default(false) })).default({}),
  expect: z.array(z.unknown()).default([]),
  varies: z.string().min(10).nullable().default(null),
});

const LONGEST: Readonly<Record<Experiment["class"], number>> = {
  quick: 5_000_000,
  normal: 150_000_000,
  long: 1_800_000_000,
};

/** Collects problems with their paths while the file is resolved. */
class Resolver {
  readonly problems: Problem[] = [];
  /** How many loops the steps now read stand in. */
  private loops = 0;
  hosts: HostSpec[] = [];

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  /** Parses one value with a zod shape; problems get this path. */
  parse<T extends z.ZodType>(shape: T, value: unknown, path: string): z.output<T> | null {
    const result = shape.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      this.problem([path, ...issue.path].filter((part) => part !== "").join("."), issue.message);
    return null;
  }

  hostName(value: string, path: string): string {
    if (!this.hosts.some((candidate) => candidate.name === value)) {
      this.problem(
        path,
        `no host is called ${value}; hosts here: ${this.hosts.map((candidate) => candidate.name).join(", ")}`,
      );
    }
    return value;
  }

  kernelOf(hostName: string): string | undefined {
    return this.hosts.find((candidate) => candidate.name === hostName)?.kernel;
  }

  address(text: string, path: string): string {
    if (text === "any") return "0.0.0.0";
    const byName = this.hosts.find((candidate) => candidate.name === text)?.addresses[0];
    if (byName !== undefined) return byName;
    if (this.hosts.some((candidate) => candidate.addresses.includes(text)) || /^127\.\d+\.\d+\.\d+$/.test(text))
      return text;
    this.problem(path, `${text} is neither a host of this experiment nor one of their addresses`);
    return "0.0.0.0";
  }

  endpoint(text: string, path: string): Endpoint {
    const cut = text.lastIndexOf(":");
    const portNumber = Number(text.slice(cut + 1));
    if (portNumber > 65_535) this.problem(path, `port ${portNumber} is above 65535`);
    return { address: this.address(text.slice(0, cut), path), port: portNumber };
  }

  sysctlValue(short: string, value: number | string, path: string): string {
    const wrong = sysctlProblem(fullSysctlName(short), String(value));
    if (wrong !== null) this.problem(path, `${short} ${wrong}; this is ${JSON.stringify(value)}`);
    return String(value);
  }

  sysctl(short: string, path: string, kernel?: string): string {
    const full = fullSysctlName(short);
    if (!isKnownSysctl(full))
      this.problem(path, `${full} is not a sysctl an experiment may set; the list is in src/experiment/sysctl.ts`);
    else if (!Object.hasOwn(baselineOf(kernel), full))
      this.problem(
        path,
        `Linux ${kernel ?? RECORDED_KERNEL} has no ${full}; leave it out, or say kernel: for a version that has it`,
      );
    return full;
  }

  steps(list: readonly unknown[], path: string, routines: readonly string[]): Step[] {
    return list.flatMap((raw, index) => this.step(raw, `${path}.${index}`, routines) ?? []);
  }

  /** The steps of a loop. */
  body(list: readonly unknown[], path: string, routines: readonly string[]): Step[] {
    this.loops += 1;
    const steps = this.steps(list, path, routines);
    this.loops -= 1;
    return steps;
  }

  step(raw: unknown, path: string, routines: readonly string[]): Step | null {
    const written: Record<string, unknown> | null =
      typeof raw === "string"
        ? { [raw]: null }
        : typeof raw === "object" && raw !== null
          ? (raw as Record<string, unknown>)
          : null;
    const keys = written ? Object.keys(written) : [];
    const op = keys[0] as StepName | undefined;
    if (!written || keys.length !== 1 || op === undefined || !STEP_NAMES.includes(op)) {
      this.problem(
        path,
        `a step has one key, one of: ${STEP_NAMES.join(", ")}; found ${keys.join(", ") || JSON.stringify(raw)}`,
      );
      return null;
    }
    const value = written[op];
    const at = `${path}.${op}`;
    const common = (parsed: {
      as?: string | undefined;
      on_error?: OnError | undefined;
    }): { as: string | null; on_error: OnError } => ({
      as: parsed.as ?? null,
      on_error: parsed.on_error ?? "stop",
    });
    const shaped = <K extends StepName>(key: K): z.output<(typeof STEP_SHAPES)[K]> | null =>
      this.parse(STEP_SHAPES[key], value, at) as z.output<(typeof STEP_SHAPES)[K]> | null;

    switch (op) {
      case "socket": {
        const parsed = shaped("socket");
        if (!parsed) return null;
        return typeof parsed === "string" ? { op, as: parsed, on_error: "stop" } : { op, ...common(parsed) };
      }
      case "bind": {
        const parsed = shaped("bind");
        return (
          parsed && {
            op,
            fd: parsed.fd,
            to: {
              address: this.address(parsed.address, `${at}.address`),
              port: typeof parsed.port === "number" ? parsed.port : 0,
            },
            ...(typeof parsed.port === "string" ? { port: parsed.port } : {}),
            ...common(parsed),
          }
        );
      }
      case "listen": {
        const parsed = shaped("listen");
        return parsed && { op, fd: parsed.fd, backlog: parsed.backlog, ...common(parsed) };
      }
      case "accept": {
        const parsed = shaped("accept");
        return parsed && { op, fd: parsed.fd, ...common(parsed) };
      }
      case "connect": {
        const parsed = shaped("connect");
        return parsed && { op, fd: parsed.fd, to: this.endpoint(parsed.to, `${at}.to`), ...common(parsed) };
      }
      case "send": {
        const parsed = shaped("send");
        return parsed && { op, fd: parsed.fd, bytes: parsed.bytes, ...common(parsed) };
      }
      case "recv": {
        const parsed = shaped("recv");
        return parsed && { op, fd: parsed.fd, bytes: parsed.bytes, all: parsed.all, ...common(parsed) };
      }
      case "shutdown": {
        const parsed = shaped("shutdown");
        return parsed && { op, fd: parsed.fd, how: parsed.how, ...common(parsed) };
      }
      case "close": {
        const parsed = shaped("close");
        if (!parsed) return null;
        return typeof parsed === "string"
          ? { op, fd: parsed, as: null, on_error: "stop" }
          : { op, fd: parsed.fd, ...common(parsed) };
      }
      case "setsockopt": {
        const parsed = shaped("setsockopt");
        if (!parsed) return null;
        const optionProblem = wrongOptionValue(parsed.option, parsed.value);
        if (optionProblem) this.problem(`${at}.value`, optionProblem);
        return { op, fd: parsed.fd, option: parsed.option, value: parsed.value, ...common(parsed) };
      }
      case "getsockopt": {
        const parsed = shaped("getsockopt");
        return parsed && { op, fd: parsed.fd, option: parsed.option, ...common(parsed) };
      }
      case "nonblock": {
        const parsed = shaped("nonblock");
        return parsed && { op, fd: parsed.fd, on: parsed.on, ...common(parsed) };
      }
      case "poll": {
        const parsed = shaped("poll");
        return parsed && { op, fd: parsed.fd, events: parsed.events, timeout: parsed.timeout, ...common(parsed) };
      }
      case "at":
      case "sleep": {
        const parsed = this.parse(time, value, at);
        return parsed === null ? null : { op, time: parsed };
      }
      case "pause":
      case "break":
      case "exit":
        if (op === "break" && this.loops === 0) this.problem(path, "break stands outside a loop");
        return this.parse(STEP_SHAPES[op], value ?? null, at) === null &&
          value !== null &&
          value !== undefined &&
          value !== true
          ? null
          : { op };
      case "set":
      case "add": {
        const parsed = shaped(op);
        return parsed && { op, variable: parsed.variable, value: parsed.value };
      }
      case "loop": {
        const parsed = shaped("loop");
        return parsed && { op, times: parsed.times, body: this.body(parsed.do, `${at}.do`, routines) };
      }
      case "while": {
        const parsed = shaped("while");
        return parsed && { op, test: parsed.test, body: this.body(parsed.do, `${at}.do`, routines) };
      }
      case "if": {
        const parsed = shaped("if");
        return (
          parsed && {
            op,
            test: parsed.test,
            then: this.steps(parsed.then, `${at}.then`, routines),
            otherwise: this.steps(parsed.else, `${at}.else`, routines),
          }
        );
      }
      case "spawn": {
        const parsed = shaped("spawn");
        if (!parsed) return null;
        if (!routines.includes(parsed.routine))
          this.problem(at, `no routine is called ${parsed.routine}; routines here: ${routines.join(", ")}`);
        return { op, routine: parsed.routine, name: parsed.name ?? parsed.routine, times: parsed.times };
      }
      case "kill": {
        const parsed = shaped("kill");
        return parsed === null ? null : { op, program: parsed };
      }
      case "put": {
        const parsed = shaped("put");
        return parsed && { op, queue: parsed.queue, value: parsed.value };
      }
      case "get": {
        const parsed = shaped("get");
        return parsed && { op, queue: parsed.queue, as: parsed.as, timeout: parsed.timeout, on_error: parsed.on_error };
      }
    }
  }

  event(raw: z.output<typeof outsideEvent>, path: string, programs: readonly Program[]): OutsideEvent | null {
    const kinds = (["sysctl", "kill", "ss_kill", "link", "inject", "thread"] as const).filter(
      (kind) => raw[kind] !== undefined,
    );
    if (kinds.length !== 1) {
      this.problem(path, `an event has "at" and exactly one of sysctl, kill, ss_kill, link, inject, thread`);
      return null;
    }
    const { at } = raw;
    if (raw.sysctl) {
      return {
        at,
        do: "sysctl",
        host: this.hostName(raw.sysctl.host, `${path}.sysctl.host`),
        name: this.sysctl(raw.sysctl.name, `${path}.sysctl.name`, this.kernelOf(raw.sysctl.host)),
        value: this.sysctlValue(raw.sysctl.name, raw.sysctl.value, `${path}.sysctl.value`),
      };
    }
    if (raw.kill !== undefined) {
      if (!programs.some((one) => one.name === raw.kill))
        this.problem(`${path}.kill`, `no program is called ${raw.kill}`);
      return { at, do: "kill", program: raw.kill };
    }
    if (raw.ss_kill)
      return { at, do: "ss_kill", ...raw.ss_kill, host: this.hostName(raw.ss_kill.host, `${path}.ss_kill.host`) };
    if (raw.link) return { at, do: "link", host: this.hostName(raw.link.host, `${path}.link.host`), up: raw.link.up };
    if (raw.thread) return this.outsideThread(at, raw.thread, `${path}.thread`, programs);
    const inject = raw.inject;
    if (!inject) return null;
    const flags = parseFlags(inject.flags);
    const seq = parseRelative(String(inject.seq), ["rcv_nxt", "zero"] as const);
    const ack = inject.ack === null ? null : parseRelative(String(inject.ack), ["snd_nxt", "zero"] as const);
    const tsval = inject.tsval === null ? null : parseRelative(inject.tsval, ["last"] as const);
    if (!flags) this.problem(`${path}.inject.flags`, `write flags like SYN, RST or FIN+ACK`);
    if (!seq) this.problem(`${path}.inject.seq`, `write it relative to the target, as in rcv_nxt or rcv_nxt+1000`);
    if (inject.ack !== null && !ack)
      this.problem(`${path}.inject.ack`, `write it relative to the target, as in snd_nxt or snd_nxt-1`);
    if (inject.tsval !== null && !tsval)
      this.problem(`${path}.inject.tsval`, `write it relative to the last accepted one, as in last or last-1`);
    if (!flags || !seq) return null;
    return {
      at,
      do: "inject",
      to: this.hostName(inject.to, `${path}.inject.to`),
      connection: inject.connection,
      flags,
      seq,
      ack,
      tsval,
      bytes: inject.bytes,
    };
  }

  private outsideThread(
    at: number,
    raw: NonNullable<z.output<typeof outsideEvent>["thread"]>,
    path: string,
    programs: readonly Program[],
  ): OutsideEvent {
    const target = programs.find((one) => one.name === raw.program);
    if (!target) this.problem(`${path}.program`, `no program is called ${raw.program}`);
    else if (at < target.start)
      this.problem(path, `${raw.program} starts at ${target.start} us; a thread in it can start then or later`);
    const steps = this.steps(raw.do, `${path}.do`, Object.keys(target?.routines ?? {}));
    return { at, do: "thread", program: raw.program, fd: raw.fd, steps };
  }

  fault(raw: z.output<typeof fault>, index: number, path: string): FaultSpec | null {
    const kinds = (["drop", "delay", "duplicate", "hold"] as const).filter((kind) => raw[kind] !== undefined);
    if (kinds.length !== 1) {
      this.problem(path, `a fault has exactly one of drop: true, delay, duplicate, hold`);
      return null;
    }
    const act: FaultSpec["act"] =
      raw.delay !== undefined
        ? { do: "delay", by: raw.delay }
        : raw.duplicate !== undefined
          ? { do: "duplicate", after: raw.duplicate }
          : raw.hold !== undefined
            ? { do: "hold", release: raw.hold }
            : { do: "drop" };
    return {
      name: raw.name ?? `fault-${index + 1}`,
      from: this.hostName(raw.from, `${path}.from`),
      match: raw.match,
      nth: raw.nth === "every" ? null : raw.nth,
      after: raw.after,
      before: raw.before,
      act,
    };
  }

  /** One expectation line; see the table in docs/experiments.md. */
  expectation(raw: unknown, path: string, probes: readonly string[], programs: readonly string[]): Expectation[] {
    if (typeof raw === "string") {
      const sends = /^(\S+) sends (\d+) of (\S+)$/.exec(raw);
      const match = parseSegmentWord(sends?.[3] ?? "");
      if (sends && match)
        return [{ expect: "segments", from: this.hostName(sends[1] ?? "", path), match, count: Number(sends[2]) }];
      const counts = /^(\S+) counts (\S+) (\d+)$/.exec(raw);
      if (counts)
        return [
          {
            expect: "counter",
            host: this.hostName(counts[1] ?? "", path),
            name: counts[2] ?? "",
            value: Number(counts[3]),
          },
        ];
    } else if (typeof raw === "object" && raw !== null && Object.keys(raw).length === 1) {
      const [key = "", value] = Object.entries(raw)[0] ?? [];
      const goes = /^(\S+) goes$/.exec(key);
      if (goes) {
        const states = this.parse(z.array(z.enum(STATES)).min(1), value, path);
        return states ? [{ expect: "path", sock: goes[1] ?? "", states }] : [];
      }
      const stays = /^(\S+) in (\S+)$/.exec(key);
      if (stays) {
        const bounds = this.parse(z.strictObject({ at_least: time, at_most: time }), value, path);
        const state = this.parse(z.enum(STATES), stays[2], path);
        return bounds && state ? [{ expect: "spends", sock: stays[1] ?? "", state, ...bounds }] : [];
      }
      const at = /^at (\S+)$/.exec(key);
      if (at) return this.socketExpectations(at[1] ?? "", value, path, probes);
      const call =
        /^(\S+) (socket|bind|listen|accept|connect|send|recv|shutdown|close|setsockopt|getsockopt|poll)$/.exec(key);
      if (call) {
        if (!programs.includes(call[1] ?? "")) this.problem(path, `no program is called ${call[1]}`);
        const shape = z.strictObject({
          thread: name.nullable().default(null),
          nth: z.int().min(1).default(1),
          returns: z.union([z.int(), z.string().regex(/^E[A-Z0-9]+$/)]),
          at_least: time.nullable().default(null),
          at_most: time.nullable().default(null),
        });
        const parsed = this.parse(shape, value, path);
        return parsed ? [{ expect: "call", program: call[1] ?? "", op: call[2] ?? "", ...parsed }] : [];
      }
    }
    this.problem(
      path,
      `${JSON.stringify(raw)} is not an expectation; docs/experiments.md, "Expectations", lists the six forms`,
    );
    return [];
  }

  private socketExpectations(probe: string, value: unknown, path: string, probes: readonly string[]): Expectation[] {
    if (!probes.includes(probe))
      this.problem(path, `no probe is called ${probe}; probes here: ${probes.join(", ") || "none"}`);
    const row = z.strictObject({
      state: z.enum(STATES),
      count: z.int().min(0).default(1),
      timer: z
        .enum(["on", "keepalive", "timewait", "persist", "none"] as const)
        .nullable()
        .default(null),
      recvq: z.int().min(0).nullable().default(null),
      held: z.boolean().nullable().default(null),
    });
    const parsed = this.parse(z.record(name, z.union([row.transform((one) => [one]), z.array(row)])), value, path);
    if (!parsed) return [];
    return Object.entries(parsed).flatMap(([hostName, rows]) =>
      rows.map((one): Expectation => ({ expect: "sockets", probe, host: this.hostName(hostName, path), ...one })),
    );
  }
}

function wrongOptionValue(option: SocketOption, value: OptionValue): string | null {
  const kind = SOCKET_OPTIONS[option];
  if (kind === "linger")
    return typeof value === "object" && "on" in value ? null : `${option} takes { on: true, seconds: 5 }`;
  if (kind === "range")
    return typeof value === "object" && "first" in value ? null : `${option} takes { first: 40000, last: 40099 }`;
  if (typeof value === "object") return `${option} takes ${kind === "time" ? "a time such as 2s" : "a whole number"}`;
  if (kind === "flag" && value !== 0 && value !== 1) return `${option} is 0 or 1`;
  return null;
}

/**
 * Checks one experiment as written and returns its canonical form.
 * @param id file name without its ending
 * @param written what the YAML parser returned
 * @param file named in errors
 * @throws ExperimentError listing every problem with its place and fix
 */
export function canonicalExperiment(
  id: string,
  written: unknown,
  file: string = `content/experiments/${id}.yaml`,
): Experiment {
  const resolver = new Resolver();
  const parsed = resolver.parse(experimentFile, written, "");
  if (!parsed) throw new ExperimentError(file, resolver.problems);

  const hostNames = Object.keys(parsed.hosts);
  resolver.hosts = Object.entries(parsed.hosts).map(([hostName, spec], index) => ({
    name: hostName,
    addresses: spec.addresses ?? [spec.address ?? `10.0.0.${index + 1}`],
    sysctl: Object.fromEntries(
      Object.entries({
        ...baselineOf(spec.kernel),
        ...Object.fromEntries(
          Object.entries(spec.sysctl).map(([key, value]) => [
            resolver.sysctl(key, `hosts.${hostName}.sysctl.${key}`, spec.kernel),
            resolver.sysctlValue(key, value, `hosts.${hostName}.sysctl.${key}`),
          ]),
        ),
      }).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    // Left out where they are not written, so that a file says no more than its author did.
    ...(spec.kernel === undefined ? {} : { kernel: spec.kernel }),
    ...(spec.uptime === undefined ? {} : { uptime: spec.uptime }),
    ...(spec.nat === undefined ? {} : { nat: spec.nat }),
  }));
  for (const [natName, { nat = [] }] of Object.entries(parsed.hosts)) {
    nat.forEach((inside, index) => {
      const path = `hosts.${natName}.nat.${index}`;
      resolver.hostName(inside, path);
      const others = Object.entries(parsed.hosts).filter(([, other]) => other.nat?.includes(inside));
      if (inside === natName || parsed.hosts[inside]?.nat !== undefined || others.length > 1)
        resolver.problem(path, `${inside} is behind another NAT or is one; a host is behind at most one`);
    });
  }
  if (hostNames.length < 1 || hostNames.length > 8) resolver.problem("hosts", "an experiment has one to eight hosts");
  const taken = resolver.hosts.flatMap((one) => one.addresses);
  if (new Set(taken).size !== taken.length) resolver.problem("hosts", "two hosts share an address");

  const programNames = Object.keys(parsed.programs);
  const programs: Program[] = Object.entries(parsed.programs).map(([programName, spec]) => {
    const path = `programs.${programName}`;
    const routines = Object.keys(spec.routines);
    if (!routines.includes("main"))
      resolver.problem(`${path}.routines`, "a program starts in the routine main, which is missing");
    return {
      name: programName,
      host: resolver.hostName(spec.host, `${path}.host`),
      start: spec.start,
      nofile: spec.nofile,
      routines: Object.fromEntries(
        Object.entries(spec.routines).map(([routine, steps]) => [
          routine,
          resolver.steps(steps, `${path}.routines.${routine}`, routines),
        ]),
      ),
    };
  });

  const probeNames = Object.keys(parsed.probes);
  if (parsed.until > LONGEST[parsed.class]) {
    resolver.problem(
      "until",
      `a ${parsed.class} experiment ends within ${LONGEST[parsed.class] / 1_000_000}s; choose another class or an earlier end`,
    );
  }
  for (const [probeName, probe] of Object.entries(parsed.probes)) {
    if (probe.at > parsed.until) resolver.problem(`probes.${probeName}.at`, "this is after the end of the run (until)");
  }
  if (parsed.link.kind === "direct" && parsed.faults.length > 0)
    resolver.problem("faults", "a direct link has no faults; use link: { kind: relay }");

  const experiment: Experiment = {
    format: EXPERIMENT_FORMAT,
    id,
    title: parsed.title,
    summary: parsed.summary,
    class: parsed.class,
    level: parsed.level,
    until: parsed.until,
    hosts: resolver.hosts,
    link: parsed.link,
    programs,
    events: parsed.events
      .flatMap((raw, index) => resolver.event(raw, `events.${index}`, programs) ?? [])
      .sort((a, b) => a.at - b.at),
    faults: parsed.faults.flatMap((raw, index) => resolver.fault(raw, index, `faults.${index}`) ?? []),
    probes: probeNames
      .map((probe) => ({
        name: probe,
        at: parsed.probes[probe]?.at ?? 0,
        capture: parsed.probes[probe]?.capture ?? false,
      }))
      .sort((a, b) => a.at - b.at),
    expect: parsed.expect.flatMap((raw, index) =>
      resolver.expectation(raw, `expect.${index}`, probeNames, programNames),
    ),
    varies: parsed.varies,
  };
  if (resolver.problems.length > 0) throw new ExperimentError(file, resolver.problems);
  return experiment;
}

/** The canonical JSON text of an experiment. Its SHA-256 is the experiment's hash. */
export function canonicalText(experiment: Experiment): string {
  return `${JSON.stringify(experiment, null, 1)}\n`;
}

/** JSON Schema of the file authors write, for editors. */
export function authorJsonSchema(): unknown {
  return z.toJSONSchema(experimentFile, { unrepresentable: "any", io: "input" });
}
