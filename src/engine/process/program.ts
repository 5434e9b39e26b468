/**
 * Programs as data. A program is what a process on a host runs: named routines, each a list of
 * steps. The same steps run here and, as real system calls, in the lab. `docs/experiments.md`
 * gives each step its meaning; this file gives it its shape.
 *
 * All times are integer microseconds, all sizes bytes.
 */

/** An IPv4 endpoint. `address` "0.0.0.0" means any. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A number, or the name of a variable of the running thread. */
export type Operand = number | { readonly variable: string };

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** `n == 0`, `r == EADDRINUSE`, `r == error` (any errno). A failed call leaves its errno's name in its variable. */
export interface Condition {
  readonly variable: string;
  readonly comparison: Comparison;
  readonly value: number | string;
}

/** What a thread does when a call of it fails. `stop` ends the thread, `exit` the whole process. */
export type OnError = "stop" | "continue" | "break" | "exit";

export const SOCKET_OPTIONS = {
  SO_REUSEADDR: "flag",
  SO_REUSEPORT: "flag",
  SO_KEEPALIVE: "flag",
  SO_LINGER: "linger",
  SO_SNDBUF: "number",
  SO_RCVBUF: "number",
  SO_RCVTIMEO: "time",
  SO_SNDTIMEO: "time",
  TCP_NODELAY: "flag",
  TCP_CORK: "flag",
  TCP_QUICKACK: "flag",
  TCP_LINGER2: "number",
  TCP_KEEPIDLE: "number",
  TCP_KEEPINTVL: "number",
  TCP_KEEPCNT: "number",
  TCP_USER_TIMEOUT: "number",
  TCP_SYNCNT: "number",
  TCP_DEFER_ACCEPT: "number",
  IP_BIND_ADDRESS_NO_PORT: "flag",
  IP_LOCAL_PORT_RANGE: "range",
} as const;

export type SocketOption = keyof typeof SOCKET_OPTIONS;

/**
 * flag and number: a number; time: microseconds; linger: on and whole seconds; range: first and
 * last port.
 */
export type OptionValue =
  number | { readonly on: boolean; readonly seconds: number } | { readonly first: number; readonly last: number };

interface CallBase {
  /** Variable that receives the return value, or the errno's name. */
  readonly as: string | null;
  readonly on_error: OnError;
}

/** A system call. `fd` names the variable that holds the descriptor. */
export type CallStep = CallBase &
  (
    | { readonly op: "socket" }
    | {
        readonly op: "bind";
        readonly fd: string;
        readonly to: Endpoint;
        /** The variable that holds the port, in the place of `to.port`. */
        readonly port?: string;
      }
    | { readonly op: "listen"; readonly fd: string; readonly backlog: number }
    | { readonly op: "accept"; readonly fd: string }
    | { readonly op: "connect"; readonly fd: string; readonly to: Endpoint }
    | {
        readonly op: "send";
        readonly fd: string;
        readonly bytes: number;
        /** MSG_MORE: what does not fill a segment waits for more. */
        readonly more?: true;
        /** MSG_DONTWAIT. */
        readonly dontwait?: true;
      }
    | {
        readonly op: "recv";
        readonly fd: string;
        readonly bytes: number;
        readonly all: boolean;
        /** MSG_PEEK: the bytes stay. */
        readonly peek?: true;
        readonly dontwait?: true;
      }
    | { readonly op: "shutdown"; readonly fd: string; readonly how: "read" | "write" | "both" }
    | { readonly op: "close"; readonly fd: string }
    | { readonly op: "setsockopt"; readonly fd: string; readonly option: SocketOption; readonly value: OptionValue }
    | { readonly op: "getsockopt"; readonly fd: string; readonly option: SocketOption | "SO_ERROR" }
    | { readonly op: "nonblock"; readonly fd: string; readonly on: boolean }
    | {
        readonly op: "poll";
        readonly fd: string;
        readonly events: readonly ("in" | "out" | "rdhup")[];
        /** null waits for ever. Returns 1 if ready, 0 on timeout. */
        readonly timeout: number | null;
      }
  );

export type CallName = CallStep["op"];

/** Steps that shape a thread without entering the kernel. */
export type ControlStep =
  | { readonly op: "at"; readonly time: number }
  | { readonly op: "sleep"; readonly time: number }
  | { readonly op: "pause" }
  | { readonly op: "set"; readonly variable: string; readonly value: Operand }
  | { readonly op: "add"; readonly variable: string; readonly value: Operand }
  /** `times` null loops for ever. */
  | { readonly op: "loop"; readonly times: number | null; readonly body: readonly Step[] }
  | { readonly op: "while"; readonly test: Condition; readonly body: readonly Step[] }
  | { readonly op: "if"; readonly test: Condition; readonly then: readonly Step[]; readonly otherwise: readonly Step[] }
  | { readonly op: "break" }
  | { readonly op: "spawn"; readonly routine: string; readonly name: string; readonly times: number }
  | { readonly op: "exit" }
  | { readonly op: "kill"; readonly program: string }
  | { readonly op: "put"; readonly queue: string; readonly value: Operand }
  /** `timeout` null waits for ever; when it passes, `as` holds ETIMEDOUT. */
  | {
      readonly op: "get";
      readonly queue: string;
      readonly as: string;
      readonly timeout: number | null;
      readonly on_error: OnError;
    };

export type Step = CallStep | ControlStep;

export interface Program {
  readonly name: string;
  readonly host: string;
  /** When the process starts, from the common start. */
  readonly start: number;
  /** RLIMIT_NOFILE; descriptors 0, 1 and 2 count, as in any process. */
  readonly nofile: number;
  /** `main` runs in the first thread. */
  readonly routines: Readonly<Record<string, readonly Step[]>>;
}
