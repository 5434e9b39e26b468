/**
 * The canonical form of an experiment: what the engine, the lab, the page and the download read.
 * Defaults are filled, names resolved, times are integer microseconds. `docs/experiments.md` says
 * what each field means; `schema.ts` makes this from the authors' YAML.
 */
import type { Endpoint, Program } from "../engine/process/program.ts";
import type { State } from "../engine/trace.ts";

export const EXPERIMENT_FORMAT = "lastack-experiment/1";

export interface HostSpec {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Full sysctl names, on top of the baseline. Values as the kernel prints them. */
  readonly sysctl: Readonly<Record<string, string>>;
}

export interface LinkSpec {
  /** `relay` sees every segment; `direct` is for rates and records none. */
  readonly kind: "relay" | "direct";
  /** One way, microseconds. */
  readonly delay: number;
}

/** Which segments a fault means. All given conditions must hold. */
export interface SegmentMatch {
  readonly has: readonly Flag[];
  readonly lacks: readonly Flag[];
  /** true: carries data; false: carries none; null: either. */
  readonly data: boolean | null;
  /** Source or destination port; null: any. */
  readonly port: number | null;
}

export type Flag = "SYN" | "FIN" | "RST" | "PSH" | "ACK";

export interface FaultSpec {
  readonly name: string;
  readonly from: string;
  readonly match: SegmentMatch;
  /** Counts matching segments as sent, retransmissions and probes included; null means every one. */
  readonly nth: number | null;
  /** Only segments sent in this span count and match. `before` null: to the end. */
  readonly after: number;
  readonly before: number | null;
  readonly act:
    | { readonly do: "drop" }
    | { readonly do: "delay"; readonly by: number }
    | { readonly do: "duplicate"; readonly after: number }
    /** Kept until `release`, then passed on in order of arrival, each with the link's delay. */
    | { readonly do: "hold"; readonly release: number };
}

/** A number relative to a socket: `base` is read from the target when the segment is made. */
export interface Relative<Base extends string> {
  readonly base: Base;
  readonly plus: number;
}

/** A segment made up by the network, addressed to `to` as if its peer on connection n had sent it. */
export interface InjectSpec {
  readonly to: string;
  /** Connections are numbered from 1, by their first SYN on the wire. */
  readonly connection: number;
  readonly flags: readonly Flag[];
  readonly seq: Relative<"rcv_nxt" | "zero">;
  readonly ack: Relative<"snd_nxt" | "zero"> | null;
  /** null: no timestamp option. `last` is the last TSval the target accepted. */
  readonly tsval: Relative<"last"> | null;
  readonly bytes: number;
}

export type OutsideEvent = { readonly at: number } & (
  | { readonly do: "sysctl"; readonly host: string; readonly name: string; readonly value: string }
  | { readonly do: "kill"; readonly program: string }
  | {
      readonly do: "ss_kill";
      readonly host: string;
      readonly state: State | null;
      readonly local_port: number | null;
      readonly peer_port: number | null;
    }
  | { readonly do: "link"; readonly host: string; readonly up: boolean }
  | ({ readonly do: "inject" } & InjectSpec)
);

export interface ProbeSpec {
  readonly name: string;
  readonly at: number;
  /** Also keep the text of the real tools. */
  readonly capture: boolean;
}

export type SsTimer = "on" | "keepalive" | "timewait" | "persist";

/** What must be true of a run, in either world. Sockets are named by host and order of appearance. */
export type Expectation =
  /** At a probe, `count` sockets of the host are in the state (and hold that timer, Recv-Q, holder). */
  | {
      readonly expect: "sockets";
      readonly probe: string;
      readonly host: string;
      readonly state: State;
      readonly count: number;
      readonly timer: SsTimer | "none" | null;
      readonly recvq: number | null;
      readonly held: boolean | null;
    }
  /** The states a socket passes, shorter than 100 ms included only if listed. */
  | { readonly expect: "path"; readonly sock: string; readonly states: readonly State[] }
  /** How long a socket stays in a state, all visits added. */
  | {
      readonly expect: "spends";
      readonly sock: string;
      readonly state: State;
      readonly at_least: number;
      readonly at_most: number;
    }
  /** How many segments the host sends that match. */
  | { readonly expect: "segments"; readonly from: string; readonly match: SegmentMatch; readonly count: number }
  /** What the nth such call of a program's thread returns; nth counts from 1. */
  | {
      readonly expect: "call";
      readonly program: string;
      readonly thread: string | null;
      readonly op: string;
      readonly nth: number;
      readonly returns: number | string;
      readonly at_least: number | null;
      readonly at_most: number | null;
    }
  /** A counter of the host over the whole run. */
  | { readonly expect: "counter"; readonly host: string; readonly name: string; readonly value: number };

export type Level = "segments" | "closing" | "states" | "totals";

export interface Experiment {
  readonly format: typeof EXPERIMENT_FORMAT;
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly class: "quick" | "normal" | "long";
  readonly level: Level;
  /** Where the run is cut, microseconds. */
  readonly until: number;
  readonly hosts: readonly HostSpec[];
  readonly link: LinkSpec;
  readonly programs: readonly Program[];
  readonly events: readonly OutsideEvent[];
  readonly faults: readonly FaultSpec[];
  readonly probes: readonly ProbeSpec[];
  readonly expect: readonly Expectation[];
  /** Why more than one outcome is right; null: one normal form only. */
  readonly varies: string | null;
}

export type { Endpoint, Program };
