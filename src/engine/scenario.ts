/**
 * What the engine runs: hosts, a link, programs, faults, events, and when to look. A canonical
 * experiment is a scenario with a title and expectations; `src/experiment/canonical.ts` extends it.
 * All times are microseconds from the common start.
 */
import type { Program, Step } from "./process/program.ts";
import type { State } from "./trace.ts";

export interface HostSpec {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Every sysctl by its full name, the baseline included. Values as the kernel prints them. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Version of Linux it runs, "4.4"; absent: the recorded one. */
  readonly kernel?: string;
  /** How long it had been up at the common start, microseconds; absent: the seed decides. */
  readonly uptime?: number;
  /** The hosts behind it: it sends what they send on under its own first address (NAT). Absent: none. */
  readonly nat?: readonly string[];
}

export interface LinkSpec {
  /** `relay` sees every segment; `direct` is for rates and records none. */
  readonly kind: "relay" | "direct";
  /** One way. */
  readonly delay: number;
}

export type Flag = "SYN" | "FIN" | "RST" | "PSH" | "ACK";

/** Which segments a fault means. All given conditions must hold. */
export interface SegmentMatch {
  readonly has: readonly Flag[];
  readonly lacks: readonly Flag[];
  /** true: carries data; false: carries none; null: either. */
  readonly data: boolean | null;
  /** Source or destination port; null: any. */
  readonly port: number | null;
}

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
  /** Another thread of the program starts, with the descriptor in its variable `fd`, and takes the steps. */
  | { readonly do: "thread"; readonly program: string; readonly fd: number | null; readonly steps: readonly Step[] }
);

export interface ProbeSpec {
  readonly name: string;
  readonly at: number;
  /** Also keep the text of the real tools; the lab only. */
  readonly capture: boolean;
}

export interface Scenario {
  /** Where the run is cut. */
  readonly until: number;
  readonly hosts: readonly HostSpec[];
  readonly link: LinkSpec;
  readonly programs: readonly Program[];
  readonly events: readonly OutsideEvent[];
  readonly faults: readonly FaultSpec[];
  readonly probes: readonly ProbeSpec[];
}
