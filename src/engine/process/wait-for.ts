/**
 * Who waits for whom. A thread in recv() waits for whoever serves the other end of its connection; if
 * nobody has taken that end yet, for whoever accepts or takes from the queue it lies in. A set of
 * threads that can only be freed by each other is a deadlock, though no lock is in sight: the server
 * that calls itself. The waits are of the "any one will do" kind, so the set is a knot: everything
 * that can be reached from it waits, too.
 */
import type { Host } from "../kernel/host.ts";
import { findConnection } from "../kernel/host.ts";
import { seqDiff } from "../seq.ts";
import type { FullSocket } from "../tcp/socket.ts";
import type { Plan, World } from "../world/world.ts";
import type { Instruction } from "./compile.ts";
import type { Process, Thread } from "./process.ts";

/** A thread by host, process and name. */
export interface ThreadName {
  readonly host: string;
  readonly program: string;
  readonly thread: string;
}

export interface WaitFor {
  readonly waiter: ThreadName;
  /** Trace name of the socket it waits on; null: it waits for a queue of its process. */
  readonly sock: string | null;
  /** Any one of these could end the wait. Empty: nobody on these hosts. */
  readonly servers: readonly ThreadName[];
  /** Time will end the wait: a timeout is set. */
  readonly bounded: boolean;
  /** What could end it is under way: bytes or a FIN that were not taken yet, or a segment that is sent again. */
  readonly coming: boolean;
}

interface Place {
  readonly host: Host;
  readonly process: Process;
  readonly thread: Thread;
}

const keyOf = ({ host, program, thread }: ThreadName): string => `${host} ${program} ${thread}`;

function nameOf({ host, process, thread }: Place): ThreadName {
  return { host: host.name, program: process.name, thread: thread.name };
}

function places(world: World): Place[] {
  return world.hosts.flatMap((host) =>
    host.processes
      .filter(({ alive }) => alive)
      .flatMap((process) => process.threads.filter(({ ended }) => !ended).map((thread) => ({ host, process, thread }))),
  );
}

/** Every wait on a socket or a queue at this moment. */
export function waitsFor(world: World, plan: Plan): readonly WaitFor[] {
  const everybody = places(world);
  return everybody.flatMap((place): WaitFor[] => {
    const { wait } = place.thread;
    if (wait?.for === "queue") {
      return [{ waiter: nameOf(place), sock: null, servers: [], bounded: false, coming: false }];
    }
    if (wait?.for !== "socket" || wait.step.op === "accept") return [];
    const socket = place.host.sockets.get(wait.socket);
    if (socket?.kind !== "full") return [];
    const servers = everybody.filter((other) => serves(other, world, plan, socket)).map(nameOf);
    return [
      {
        waiter: nameOf(place),
        sock: place.host.names.get(socket.id) ?? null,
        servers,
        bounded: wait.deadline !== null,
        coming: isComing(world, socket),
      },
    ];
  });
}

/** The other end of a connection, wherever it is; null: no host here has it as a full socket. */
function otherEnd(world: World, socket: FullSocket): FullSocket | null {
  const host = world.hosts.find((one) => one.addresses.includes(socket.remote.address));
  const end = host && findConnection(host, socket.remote, socket.local);
  return end?.kind === "full" ? end : null;
}

/** While a timer waits for an acknowledgement, time ends the wait one way or the other. */
function isComing(world: World, socket: FullSocket): boolean {
  if (socket.timers.retransmit !== null || socket.timers.probe !== null) return true;
  const end = otherEnd(world, socket);
  return end !== null && seqDiff(end.write_seq, socket.copied_seq) > 0;
}

/** Whether the thread could act on the other end of the socket: it has it, or would take it next. */
function serves(other: Place, world: World, plan: Plan, socket: FullSocket): boolean {
  const host = world.hosts.find((one) => one.addresses.includes(socket.remote.address) || one === other.host);
  if (!host || host !== other.host) return false;
  const end = findConnection(host, socket.remote, socket.local);
  if (end?.kind !== "full") return false;
  const code = plan.code[other.process.program]?.[other.thread.routine] ?? [];
  if (end.listener !== null) return listensOn(other, end.listener) && code.some((one) => calls(one, "accept"));
  const descriptor = other.process.descriptors.indexOf(end.id);
  if (descriptor < 0) return false;
  const queue = Object.entries(other.process.queues).find(([, values]) => values.includes(descriptor))?.[0];
  if (queue !== undefined) return code.some((one) => one.do === "get" && one.step.queue === queue);
  return holds(other.thread, descriptor);
}

function listensOn({ process }: Place, listener: number): boolean {
  return process.descriptors.includes(listener);
}

function calls(instruction: Instruction, op: string): boolean {
  return instruction.do === "call" && instruction.step.op === op;
}

/** The descriptor is in one of the thread's variables, and not only until the call it waits in overwrites it. */
function holds(thread: Thread, descriptor: number): boolean {
  const overwritten =
    thread.wait?.for === "socket" ? thread.wait.step.as : thread.wait?.for === "queue" ? thread.wait.as : null;
  return Object.entries(thread.variables).some(([name, value]) => value === descriptor && name !== overwritten);
}

/**
 * The threads that wait for each other for ever: each waits without a limit for something that is not on its way, and
 * everybody who could free it is one of them. Empty: no deadlock.
 */
export function deadlocked(waits: readonly WaitFor[]): readonly ThreadName[] {
  const byName = new Map(waits.map((wait) => [keyOf(wait.waiter), wait]));
  const stuck = new Set(
    waits
      .filter(({ bounded, coming, servers }) => !bounded && !coming && servers.length > 0)
      .map(({ waiter }) => keyOf(waiter)),
  );
  for (let changed = true; changed;) {
    changed = false;
    for (const key of stuck) {
      const free = byName.get(key)?.servers.some((server) => !stuck.has(keyOf(server))) ?? true;
      if (free) {
        stuck.delete(key);
        changed = true;
      }
    }
  }
  return waits.filter(({ waiter }) => stuck.has(keyOf(waiter))).map(({ waiter }) => waiter);
}
