/**
 * Every thread of a run at one moment: the call it is in, and what it waits for. Whose turn it is to end a wait is known
 * inside the engine only; a recording shows the calls.
 */
import type { Inside } from "../experiment/inside.ts";
import type { ThreadName } from "../engine/process/wait-for.ts";
import type { Snapshot, ThreadView } from "./snapshot.ts";

export interface ThreadLine extends ThreadView {
  /** The other end of the socket it waits on; null if it waits on none, or on a listener. */
  readonly peer: string | null;
  /** Threads of which any one could end the wait, as `threadLabel` names them. */
  readonly servers: readonly string[];
  /** Time will end the wait. */
  readonly bounded: boolean;
  /** Only threads that wait for it, too, could end the wait. */
  readonly stuck: boolean;
}

const keyOf = ({ host, program, thread }: ThreadName): string => `${host} ${program} ${thread}`;

/** A thread as a list names it: "server worker-1"; the only one of its program by the program alone. */
export function threadLabel(one: ThreadName, all: readonly ThreadName[]): string {
  const alone = all.every((other) => other.program !== one.program || other.thread === one.thread);
  return alone ? one.program : `${one.program} ${one.thread}`;
}

/** The threads that still run, in the order they started. `inside` null: a recording. */
export function threadLines(now: Snapshot, inside: Inside | null): readonly ThreadLine[] {
  const stuck = new Set(inside?.stuck.map(keyOf));
  return now.threads
    .filter((thread) => !thread.ended)
    .map((thread) => {
      const wait = inside?.waits.find(({ waiter }) => keyOf(waiter) === keyOf(thread));
      const socket = now.sockets.find(({ sock }) => sock === thread.sock);
      return {
        ...thread,
        peer: socket && socket.state !== "LISTEN" && socket.state !== "CLOSED" ? socket.remote : null,
        servers: (wait?.servers ?? []).map((server) => threadLabel(server, now.threads)),
        bounded: wait?.bounded ?? false,
        stuck: stuck.has(keyOf(thread)),
      };
    });
}

/** How many paths are tried for the longest ring: enough for every ring of seven. */
const TRIES = 5000;

/**
 * A ring of threads each of which waits for the next, the first one named again at the end; empty: nobody is stuck. Where
 * any of several threads could help, there are many such rings; this is one of the longest.
 */
export function waitCycle({ waits, stuck }: Inside): readonly ThreadName[] {
  const bound = new Map(stuck.map((one) => [keyOf(one), one]));
  const after = new Map(
    waits.map(({ waiter, servers }) => [keyOf(waiter), servers.map(keyOf).filter((key) => bound.has(key))]),
  );
  let best: readonly string[] = [];
  let tries = 0;
  const extend = (path: readonly string[]): void => {
    tries += 1;
    for (const key of after.get(path.at(-1) ?? "") ?? []) {
      if (best.length === bound.size || tries > TRIES) return;
      if (key === path[0]) best = path.length > best.length ? path : best;
      else if (!path.includes(key)) extend([...path, key]);
    }
  };
  for (const start of bound.keys()) extend([start]);
  return best.length === 0 ? [] : [...best, best[0] ?? ""].flatMap((key) => bound.get(key) ?? []);
}
