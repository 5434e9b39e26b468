/** An experiment as authors write it: the shape of every part of the file. `docs/experiments.md` gives the meaning. */
import { z } from "zod";
import { SOCKET_OPTIONS, type SocketOption } from "../engine/process/program.ts";
import { STATES } from "../engine/trace.ts";
import { parseDuration } from "./duration.ts";
import { parseCondition, parseSegmentWord, SEGMENT_WORDS } from "./words.ts";

export const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, "a name starts with a letter and has letters, digits, - or _, at most 32");
const variable = z.string().regex(/^[a-z][A-Za-z0-9_]*$/, "a variable starts with a small letter");

export const time = z.unknown().transform((value, context): number => {
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
export const STEP_SHAPES = {
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

export type StepName = keyof typeof STEP_SHAPES;
export const STEP_NAMES = Object.keys(STEP_SHAPES) as StepName[];

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

export const outsideEvent = z.strictObject({
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

export const fault = z.strictObject({
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
