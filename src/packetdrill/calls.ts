/**
 * A script's system calls in the engine's words. Translating needs no host, so a script whose calls are
 * not understood is refused before it starts.
 */
import { SOCKET_OPTIONS, type Endpoint, type OptionValue, type SocketOption } from "../engine/process/program.ts";
import type { Call } from "../engine/single-host.ts";
import { SECOND } from "../engine/time.ts";
import { type Action, type Argument, ScriptError } from "./script.ts";

/** Where a script's `...` leads: the host listens on 8080, and so does the network's side. */
export const LOCAL: Endpoint = { address: "192.168.0.1", port: 8080 };
export const REMOTE: Endpoint = { address: "192.0.2.1", port: 8080 };

/** What to do on the host. `fd` is the script's number, not the host's. */
export type CallPlan =
  | { readonly do: "socket"; readonly nonblock: boolean }
  /** A call of the engine, still without its descriptor. */
  | { readonly do: "call"; readonly fd: number; readonly make: (fd: number) => Call }
  | { readonly do: "getfl"; readonly fd: number }
  | {
      readonly do: "getsockopt";
      readonly fd: number;
      readonly option: SocketOption | "SO_ERROR";
      /** What the script says is in the option: a number, or an errno for SO_ERROR. null: anything. */
      readonly holds: number | string | null;
    }
  | {
      readonly do: "ioctl";
      readonly fd: number;
      readonly request: "inq" | "outq" | "unsent";
      readonly holds: number | null;
    };

type ScriptCall = Extract<Action, { do: "call" }>;

const O_RDWR = 2;
const O_NONBLOCK = 0x800;

/** fcntl(F_GETFL) of a socket. */
export function fileFlags(nonblocking: boolean): number {
  return nonblocking ? O_RDWR | O_NONBLOCK : O_RDWR;
}

const IOCTLS: Readonly<Record<string, "inq" | "outq" | "unsent">> = {
  SIOCINQ: "inq",
  FIONREAD: "inq",
  SIOCOUTQ: "outq",
  TIOCOUTQ: "outq",
  SIOCOUTQNSD: "unsent",
};

const LEVELS = ["SOL_SOCKET", "SOL_TCP", "IPPROTO_TCP", "SOL_IP", "IPPROTO_IP"];

/** Options that a run would refuse as not modelled are refused before it. */
const OPTIONS = Object.keys(SOCKET_OPTIONS).filter(
  (name) => !["SO_SNDBUF", "SO_RCVBUF", "TCP_CORK", "TCP_QUICKACK", "TCP_DEFER_ACCEPT"].includes(name),
);

const KNOWN =
  "socket, bind, listen, accept, connect, read, write, send, recv, sendto, recvfrom, close, shutdown, fcntl, getsockopt, setsockopt and ioctl";

/** @throws ScriptError naming the argument that is not understood */
export function planCall(call: ScriptCall, place: Argument["place"]): CallPlan {
  const { name, args } = call;
  const takes = (...counts: readonly number[]): void => {
    if (!counts.includes(args.length))
      throw new ScriptError(place, `${name}() has ${args.length} arguments; it takes ${counts.join(" or ")}`);
  };
  const at = (index: number): Argument => args[index] as Argument;
  const fd = (): number => numberOf(at(0), "a descriptor");
  const plan = (make: (fd: number) => Call): CallPlan => ({ do: "call", fd: fd(), make });
  switch (name) {
    case "socket": {
      takes(3);
      if (hasName(at(0), "AF_INET6")) throw new ScriptError(at(0).place, "only IPv4 is simulated; write ...");
      if (!hasName(at(1), "SOCK_STREAM"))
        throw new ScriptError(at(1).place, "only TCP is simulated; write SOCK_STREAM");
      return { do: "socket", nonblock: hasName(at(1), "SOCK_NONBLOCK") };
    }
    case "bind": {
      takes(3);
      const to = endpointOf(at(1), LOCAL);
      return plan((fd) => ({ op: "bind", fd, to }));
    }
    case "connect": {
      takes(3);
      const to = endpointOf(at(1), REMOTE);
      return plan((fd) => ({ op: "connect", fd, to }));
    }
    case "listen": {
      takes(2);
      const backlog = numberOf(at(1), "the backlog");
      return plan((fd) => ({ op: "listen", fd, backlog }));
    }
    case "accept":
      takes(3);
      return plan((fd) => ({ op: "accept", fd }));
    case "close":
      takes(1);
      return plan((fd) => ({ op: "close", fd }));
    case "read":
    case "write":
      takes(3);
      return plan(transfer(name === "read" ? "recv" : "send", args, []));
    case "recv":
    case "send":
      takes(4);
      return plan(transfer(name, args, flagsOf(at(3))));
    case "recvfrom":
    case "sendto":
      takes(6);
      return plan(transfer(name === "recvfrom" ? "recv" : "send", args, flagsOf(at(3))));
    case "shutdown": {
      takes(2);
      const how = howOf(at(1));
      return plan((fd) => ({ op: "shutdown", fd, how }));
    }
    case "fcntl":
      takes(2, 3);
      if (hasName(at(1), "F_GETFL")) return { do: "getfl", fd: fd() };
      if (!hasName(at(1), "F_SETFL") || args.length < 3)
        throw new ScriptError(at(1).place, "write F_GETFL, or F_SETFL and flags");
      return plan(nonblock(at(2)));
    case "setsockopt": {
      takes(5);
      const option = optionOf(at(1), at(2));
      if (option === "SO_ERROR") throw new ScriptError(at(2).place, "SO_ERROR can only be read");
      const value = optionValue(option, at(3));
      return plan((fd) => ({ op: "setsockopt", fd, option, value }));
    }
    case "getsockopt": {
      takes(5);
      const option = optionOf(at(1), at(2));
      return { do: "getsockopt", fd: fd(), option, holds: holds(at(3)) };
    }
    case "ioctl": {
      takes(3);
      const request = IOCTLS[oneName(at(1), "a request")];
      if (request === undefined)
        throw new ScriptError(
          at(1).place,
          `this request is not simulated; write one of ${Object.keys(IOCTLS).join(", ")}`,
        );
      const held = holds(at(2));
      if (typeof held === "string") throw new ScriptError(at(2).place, "expected [number]");
      return { do: "ioctl", fd: fd(), request, holds: held };
    }
    default:
      throw new ScriptError(place, `${name}() is not simulated; there are ${KNOWN}`);
  }
}

function numberOf(argument: Argument, what: string): number {
  if (argument.kind !== "number") throw new ScriptError(argument.place, `expected ${what}, a number`);
  return argument.value;
}

function oneName(argument: Argument, what: string): string {
  const name = argument.kind === "names" && argument.names.length === 1 ? argument.names[0] : undefined;
  if (name === undefined) throw new ScriptError(argument.place, `expected ${what} by its name`);
  return name;
}

function hasName(argument: Argument, name: string): boolean {
  return argument.kind === "names" && argument.names.includes(name);
}

function transfer(op: "send" | "recv", args: readonly Argument[], flags: readonly string[]): (fd: number) => Call {
  const bytes = numberOf(args[2] as Argument, "the number of bytes");
  const dontwait = flags.includes("MSG_DONTWAIT") ? { dontwait: true as const } : {};
  const more = flags.includes("MSG_MORE") ? { more: true as const } : {};
  const peek = flags.includes("MSG_PEEK") ? { peek: true as const } : {};
  return (fd) =>
    op === "send" ? { op, fd, bytes, ...more, ...dontwait } : { op, fd, bytes, all: false, ...peek, ...dontwait };
}

/** MSG_NOSIGNAL changes nothing: no program here has signals. */
const MESSAGE_FLAGS = ["MSG_DONTWAIT", "MSG_MORE", "MSG_PEEK", "MSG_NOSIGNAL"];

function flagsOf(argument: Argument): readonly string[] {
  if (argument.kind === "number" && argument.value === 0) return [];
  if (argument.kind !== "names") throw new ScriptError(argument.place, "expected 0 or names of MSG_ flags");
  const unknown = argument.names.find((name) => !MESSAGE_FLAGS.includes(name));
  if (unknown !== undefined)
    throw new ScriptError(argument.place, `${unknown} is not simulated; there are ${MESSAGE_FLAGS.join(", ")}`);
  return argument.names;
}

function howOf(argument: Argument): "read" | "write" | "both" {
  const by = { SHUT_RD: "read", SHUT_WR: "write", SHUT_RDWR: "both" } as const;
  if (argument.kind === "number") {
    const how = (["read", "write", "both"] as const)[argument.value];
    if (how) return how;
  } else {
    const name = oneName(argument, "SHUT_RD, SHUT_WR or SHUT_RDWR");
    if (Object.hasOwn(by, name)) return by[name as keyof typeof by];
  }
  throw new ScriptError(argument.place, "write SHUT_RD, SHUT_WR or SHUT_RDWR");
}

function nonblock(argument: Argument): (fd: number) => Call {
  if (argument.kind === "number") {
    const on = (argument.value & O_NONBLOCK) !== 0;
    return (fd) => ({ op: "nonblock", fd, on });
  }
  if (argument.kind !== "names") throw new ScriptError(argument.place, "write O_RDWR or O_RDWR|O_NONBLOCK");
  const unknown = argument.names.find((name) => name !== "O_RDWR" && name !== "O_NONBLOCK");
  if (unknown !== undefined)
    throw new ScriptError(argument.place, `${unknown} is not simulated; write O_RDWR|O_NONBLOCK`);
  const on = argument.names.includes("O_NONBLOCK");
  return (fd) => ({ op: "nonblock", fd, on });
}

/** `...` or `{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("192.0.2.1")}`. */
function endpointOf(argument: Argument, otherwise: Endpoint): Endpoint {
  if (argument.kind === "default") return otherwise;
  if (argument.kind !== "fields") throw new ScriptError(argument.place, "expected ... or {sa_family = AF_INET, ...}");
  let { address, port } = otherwise;
  for (const { name, value } of argument.fields) {
    if (name === "sin_port") port = inside(value, "htons", "number");
    else if (name === "sin_addr") address = inside(value, "inet_addr", "string");
    else if (name !== "sa_family" || !hasName(value, "AF_INET"))
      throw new ScriptError(value.place, `${name} is not understood here; only AF_INET addresses are`);
  }
  return { address, port };
}

function inside(argument: Argument, name: "htons", kind: "number"): number;
function inside(argument: Argument, name: "inet_addr", kind: "string"): string;
function inside(argument: Argument, name: string, kind: "number" | "string"): number | string {
  const inner = argument.kind === "apply" && argument.name === name ? argument.argument : null;
  if (inner === null || (inner.kind !== "number" && inner.kind !== "string") || inner.kind !== kind)
    throw new ScriptError(argument.place, `expected ${name}(...)`);
  return inner.value;
}

function optionOf(level: Argument, argument: Argument): SocketOption | "SO_ERROR" {
  if (!LEVELS.includes(oneName(level, "a level")))
    throw new ScriptError(level.place, `expected a level: ${LEVELS.join(", ")}`);
  const name = oneName(argument, "a socket option");
  if (name === "SO_ERROR" || OPTIONS.includes(name)) return name as SocketOption | "SO_ERROR";
  throw new ScriptError(argument.place, `socket option ${name} is not simulated; there are ${OPTIONS.join(", ")}`);
}

function optionValue(option: SocketOption, argument: Argument): OptionValue {
  if (option === "SO_LINGER") {
    const [onoff, seconds] = fields(argument, "onoff", "linger");
    return { on: onoff !== 0, seconds };
  }
  if (option === "SO_RCVTIMEO" || option === "SO_SNDTIMEO") {
    const [seconds, micros] = fields(argument, "tv_sec", "tv_usec");
    return seconds * SECOND + micros;
  }
  const value = holds(argument);
  if (typeof value !== "number") throw new ScriptError(argument.place, "expected [number]");
  // One number of two halves: the last port above the first (ip(7)).
  if (option === "IP_LOCAL_PORT_RANGE") return { first: value & 0xffff, last: value >>> 16 };
  return value;
}

/** The two numbers of a structure, `{onoff=1, linger=0}`. */
function fields(argument: Argument, first: string, second: string): readonly [number, number] {
  const field = (name: string): number | null => {
    const found = argument.kind === "fields" ? argument.fields.find((one) => one.name === name)?.value : undefined;
    return found?.kind === "number" ? found.value : null;
  };
  const [one, two] = [field(first), field(second)];
  if (one === null || two === null) throw new ScriptError(argument.place, `expected {${first}=1, ${second}=0}`);
  return [one, two];
}

/** `[1]`, `[ECONNREFUSED]`, `...`. */
function holds(argument: Argument): number | string | null {
  if (argument.kind === "default") return null;
  const [item, ...more] = argument.kind === "list" ? argument.items : [];
  if (more.length === 0 && item?.kind === "number") return item.value;
  if (more.length === 0 && item?.kind === "names" && item.names.length === 1) return item.names[0] ?? null;
  throw new ScriptError(argument.place, "expected one value in brackets, as [1]");
}
