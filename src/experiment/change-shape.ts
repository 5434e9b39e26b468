/**
 * Is this a change? A link may hold anything, and what comes out of it goes to the engine: every field must be there,
 * of its kind and within bounds. Names are checked against the experiment later, by `refuse`.
 */
import { SOCKET_OPTIONS, type SocketOption } from "../engine/process/program.ts";
import { STATES } from "../engine/trace.ts";
import { LONGEST_RUN } from "./interventions.ts";
import { optionShape } from "./option-word.ts";
import type { Intervention } from "./run.ts";
import { FLAGS } from "./words.ts";

type Check = (value: unknown) => boolean;

const whole =
  (low: number, high: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const maybe =
  (inner: Check): Check =>
  (value) =>
    value === null || inner(value);
const listed =
  (inner: Check, most: number, least = 0): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(inner);
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const keys = Object.keys(value);
    return (
      keys.length === Object.keys(fields).length &&
      keys.every((key) => Object.hasOwn(fields, key) && fields[key]?.((value as Record<string, unknown>)[key]) === true)
    );
  };
/** The key says which shape it must have. */
const chosen =
  (key: string, shapes: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
    const kind = (value as Record<string, unknown>)[key];
    return typeof kind === "string" && Object.hasOwn(shapes, kind) && shapes[kind]?.(value) === true;
  };

const any: Check = () => true;
const name: Check = (value) => typeof value === "string" && /^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(value);
const text: Check = (value) => typeof value === "string" && /^[A-Za-z0-9 ,_-]{1,60}$/.test(value);
const sysctl: Check = (value) => typeof value === "string" && /^net\.[a-z0-9_.]{1,60}$/.test(value);
const time = whole(0, LONGEST_RUN);
const port = whole(0, 65_535);
const bytes = whole(1, 1 << 20);
const option: Check = (value) => typeof value === "string" && Object.hasOwn(SOCKET_OPTIONS, value);
const flags = listed(oneOf(...FLAGS), 5);
const endpoint = shape({
  address: (value) => typeof value === "string" && /^\d{1,3}(\.\d{1,3}){3}$/.test(value),
  port,
});
const relative = (...bases: readonly string[]): Check =>
  shape({ base: oneOf(...bases), plus: whole(-0xffffffff, 0xffffffff) });

/** An option and a value of its kind; the other fields are given. */
const withOption =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (!shape({ ...fields, option, value: any })(value)) return false;
    const one = value as { option: SocketOption; value: unknown };
    return optionShape(one.option, one.value);
  };
const call = (fields: Readonly<Record<string, Check>>): Readonly<Record<string, Check>> => ({
  op: any,
  as: maybe(name),
  on_error: oneOf("stop", "continue", "break", "exit"),
  ...fields,
});

const step = chosen("op", {
  socket: shape(call({})),
  bind: shape(call({ fd: name, to: endpoint })),
  listen: shape(call({ fd: name, backlog: whole(0, 65_535) })),
  accept: shape(call({ fd: name })),
  connect: shape(call({ fd: name, to: endpoint })),
  send: shape(call({ fd: name, bytes })),
  recv: shape(call({ fd: name, bytes, all: oneOf(false) })),
  shutdown: shape(call({ fd: name, how: oneOf("read", "write", "both") })),
  close: shape(call({ fd: name })),
  setsockopt: withOption(call({ fd: name })),
  exit: shape({ op: any }),
});

const change = (value: unknown): boolean =>
  chosen("add", {
    fault: shape({
      add: any,
      fault: shape({
        name,
        from: name,
        match: shape({ has: flags, lacks: flags, data: oneOf(true, false, null), port: maybe(port) }),
        nth: maybe(whole(1, 1_000_000)),
        after: time,
        before: maybe(time),
        act: chosen("do", {
          drop: shape({ do: any }),
          delay: shape({ do: any, by: time }),
          duplicate: shape({ do: any, after: time }),
          hold: shape({ do: any, release: time }),
        }),
      }),
    }),
    event: shape({
      add: any,
      event: chosen("do", {
        sysctl: shape({ at: time, do: any, host: name, name: sysctl, value: text }),
        kill: shape({ at: time, do: any, program: name }),
        ss_kill: shape({
          at: time,
          do: any,
          host: name,
          state: maybe(oneOf(...STATES)),
          local_port: maybe(port),
          peer_port: maybe(port),
        }),
        link: shape({ at: time, do: any, host: name, up: oneOf(true, false) }),
        thread: shape({ at: time, do: any, program: name, fd: maybe(whole(3, 1 << 20)), steps: listed(step, 20, 1) }),
        inject: shape({
          at: time,
          do: any,
          to: name,
          connection: whole(1, 1000),
          flags,
          seq: relative("rcv_nxt", "zero"),
          ack: maybe(relative("snd_nxt", "zero")),
          tsval: maybe(relative("last")),
          bytes: whole(0, 1460),
        }),
      }),
    }),
  })(value) ||
  chosen("set", {
    sysctl: shape({ set: any, host: name, name: sysctl, value: text }),
    kernel: shape({ set: any, host: name, version: (text) => typeof text === "string" && /^[\d.]{3,12}$/.test(text) }),
    option: withOption({ set: any, program: name, variable: name }),
  })(value);

/** True for a change in every part well formed. */
export function isChange(value: unknown): value is Intervention {
  return change(value);
}
