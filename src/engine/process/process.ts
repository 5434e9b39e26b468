/**
 * Processes and threads of a host as data. A thread stands at an instruction and, if it waits, says
 * for what; nothing here runs by itself.
 */
import type { CallStep, OnError } from "./program.ts";

export type Value = number | string;

/** What a waiting thread waits for. `token` tells a current wait from an old one. */
export type Wait =
  | { readonly for: "time"; readonly token: number }
  | { readonly for: "ever" }
  | {
      readonly for: "socket";
      readonly token: number;
      readonly socket: number;
      readonly step: CallStep;
      readonly call: number;
      /** Trace index of the call event. */
      readonly cause: number;
      /** Microseconds; null: no limit. */
      readonly deadline: number | null;
      /** Bytes of a send already taken. */
      readonly progress: number;
    }
  | {
      readonly for: "queue";
      readonly token: number;
      readonly queue: string;
      readonly as: string;
      readonly onError: OnError;
    };

export interface Thread {
  readonly name: string;
  readonly routine: string;
  pc: number;
  variables: Readonly<Record<string, Value>>;
  counters: readonly number[];
  /** See "The thread's mark" in docs/experiments.md. Microseconds. */
  mark: number;
  wait: Wait | null;
  ended: boolean;
}

export interface Process {
  readonly program: number;
  readonly name: string;
  readonly pid: number;
  readonly nofile: number;
  alive: boolean;
  /** Descriptor to socket number; 0 to 2 are null and never sockets. */
  descriptors: readonly (number | null)[];
  /** Descriptors with O_NONBLOCK. */
  nonblocking: readonly number[];
  threads: Thread[];
  queues: Readonly<Record<string, readonly Value[]>>;
}

export function newProcess(program: number, name: string, pid: number, nofile: number): Process {
  return {
    program,
    name,
    pid,
    nofile,
    alive: true,
    descriptors: [null, null, null],
    nonblocking: [],
    threads: [],
    queues: {},
  };
}

export function newThread(
  name: string,
  routine: string,
  variables: Readonly<Record<string, Value>>,
  mark: number,
): Thread {
  return { name, routine, pc: 0, variables, counters: [], mark, wait: null, ended: false };
}

/** The lowest free descriptor, as POSIX asks; null if RLIMIT_NOFILE is reached (EMFILE). */
export function freeDescriptor(process: Process): number | null {
  for (let fd = 3; fd < process.nofile; fd += 1) if ((process.descriptors[fd] ?? null) === null) return fd;
  return null;
}

export function setDescriptor(process: Process, fd: number, socket: number | null): void {
  const table = [...process.descriptors];
  table[fd] = socket;
  process.descriptors = table;
  if (socket === null) process.nonblocking = process.nonblocking.filter((one) => one !== fd);
}

export function socketOf(process: Process, fd: Value | undefined): number | null {
  return typeof fd === "number" ? (process.descriptors[fd] ?? null) : null;
}
