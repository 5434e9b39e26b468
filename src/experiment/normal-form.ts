/**
 * The normal form of a trace: what is left when everything that may differ between two correct runs
 * is taken away. Addresses, ports, initial sequence numbers, timestamps and descriptor numbers are
 * renamed by first appearance; windows are zero or not; order is kept per socket and per thread, never
 * across hosts. `normal.ts` makes it, `compare.ts` lays two side by side. `lab/lastack_lab.py` has the same
 * functions under the same names; `tests/compare/` holds both to the same results.
 */
import type { State } from "../engine/trace.ts";

export interface NormalState {
  readonly state: State;
  /** True while a mini-socket stands for the socket. */
  readonly mini: boolean;
  readonly at: number;
  /** Microseconds, to the end of the run if the socket is still there. */
  readonly lasts: number;
}

export interface NormalSegment {
  readonly at: number;
  /** Everything that is compared, but for time and fate. */
  readonly text: string;
  readonly fate: "arrived" | "lost" | "duplicated" | "pending";
  /** Microseconds since its bytes were first sent; null if this is the first time. */
  readonly again: number | null;
}

export interface NormalSocket {
  /** Host and order of first appearance: "A1". */
  readonly name: string;
  readonly at: number;
  /** "A:p1 B:p2": host, or `*` for any address, and port by first appearance on that host. */
  readonly endpoints: string;
  readonly states: readonly NormalState[];
  readonly segments: readonly NormalSegment[];
  /** Index of the first segment after the connection's first FIN or RST was sent or received here. */
  readonly closing: number;
}

export interface NormalCall {
  readonly at: number;
  /** "recv fd1": descriptors are named by first appearance in the thread. */
  readonly call: string;
  /** Value, descriptor's name or errno's name; null while the call is blocked. */
  readonly result: string | null;
  readonly returned: number | null;
}

export interface NormalProbe {
  readonly host: string;
  readonly probe: string;
  readonly at: number;
  readonly rows: readonly { readonly sock: string; readonly state: State; readonly text: string }[];
  readonly counters: Readonly<Record<string, number>>;
}

export interface NormalForm {
  readonly until: number;
  readonly sockets: readonly NormalSocket[];
  /** Segments that no socket can have sent, by host. */
  readonly hosts: readonly { readonly name: string; readonly segments: readonly NormalSegment[] }[];
  readonly threads: readonly { readonly name: string; readonly calls: readonly NormalCall[] }[];
  readonly probes: readonly NormalProbe[];
}

/** How a state is written in the normal form. TIME-WAIT is always a mini-socket. */
export function stateText({ state, mini }: { readonly state: State; readonly mini: boolean }): string {
  return mini && state !== "TIME-WAIT" ? `${state} mini` : state;
}

/** Microseconds as seconds with three decimals, "2.062 s". */
export function seconds(us: number): string {
  const ms = Math.floor((Math.abs(us) + 500) / 1000);
  return `${us < 0 ? "-" : ""}${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")} s`;
}
