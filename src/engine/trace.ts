/**
 * What a run produced, event by event. The engine and the lab write the same events, so that a
 * run of the page and a recording of a kernel can be laid side by side. A trace file holds one
 * header line and then one event a line; see `docs/experiments.md`, "Trace".
 *
 * Times are integer microseconds from the common start. Sequence numbers, acknowledgement numbers
 * and timestamps are absolute 32-bit values; only the normal form makes them relative.
 */

export const STATES = [
  "CLOSED",
  "LISTEN",
  "SYN-SENT",
  "SYN-RECEIVED",
  "ESTABLISHED",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
  "CLOSE-WAIT",
  "CLOSING",
  "LAST-ACK",
  "TIME-WAIT",
] as const;

/** The eleven states, spelled as RFC 9293 spells them. */
export type State = (typeof STATES)[number];

/** Flags in tcpdump's order and letters, `.` for ACK: "S", "S.", "P.", "F.", "R", "R.", ".". */
export type FlagText = string;

/** A segment as seen on the wire. `tsval` null: no timestamp option. */
export interface WireSegment {
  readonly src: string;
  readonly dst: string;
  readonly flags: FlagText;
  readonly seq: number;
  readonly ack: number;
  /** Window field, already scaled to bytes except in SYN segments. */
  readonly win: number;
  /** Payload bytes. */
  readonly len: number;
  readonly mss: number | null;
  readonly ws: number | null;
  readonly sack: boolean;
  readonly tsval: number | null;
  readonly tsecr: number | null;
}

/** The timers `ss -o` names, and the delayed ACK, which it does not show. */
export type TimerName = "retransmit" | "probe" | "persist" | "keepalive" | "timewait" | "delack";

/** Socket as `ss` would list it at one moment. */
export interface SocketRow {
  /** Name of the socket in this trace: host name and ordinal, "A1". */
  readonly sock: string;
  readonly state: State;
  readonly local: string;
  readonly remote: string;
  readonly recvq: number;
  readonly sendq: number;
  /** As `ss -o` prints it: on, keepalive, timewait, persist. `left` in microseconds. */
  readonly timer: {
    readonly name: "on" | "keepalive" | "timewait" | "persist";
    readonly left: number;
    readonly retries: number;
  } | null;
  /** Who holds the descriptor; null for orphans, mini-sockets and connections never accepted. */
  readonly holder: { readonly program: string; readonly fd: number } | null;
  /** True for a mini-socket (`tcp_timewait_sock`). */
  readonly mini: boolean;
}

interface At {
  /** Microseconds from the common start. */
  readonly t: number;
}

interface Why {
  /** Index of the event that led to this one; null for a start of its own. Engine only. */
  readonly cause?: number | null;
  /** Name of the rule that decided it. Engine only. */
  readonly rule?: string | null;
}

export type TraceEvent = At &
  Why &
  (
    | {
        readonly k: "process";
        readonly host: string;
        readonly program: string;
        readonly act: "start" | "exit" | "killed";
      }
    | {
        readonly k: "thread";
        readonly host: string;
        readonly program: string;
        readonly thread: string;
        readonly act: "start" | "end";
        readonly why: string | null;
      }
    | {
        readonly k: "call";
        readonly host: string;
        readonly program: string;
        readonly thread: string;
        /** Number of the call, counted over the run. `return` repeats it. */
        readonly call: number;
        readonly op: string;
        readonly fd: number | null;
        readonly sock: string | null;
        readonly args: Readonly<Record<string, unknown>>;
      }
    | {
        readonly k: "return";
        readonly host: string;
        readonly program: string;
        readonly thread: string;
        readonly call: number;
        readonly op: string;
        /** Return value; -1 if it failed. */
        readonly value: number;
        readonly errno: string | null;
      }
    /** A socket gets its name in this trace. `remote` "0.0.0.0:0" for a listener. */
    | {
        readonly k: "sock";
        readonly host: string;
        readonly sock: string;
        readonly local: string;
        readonly remote: string;
      }
    | { readonly k: "state"; readonly host: string; readonly sock: string; readonly from: State; readonly to: State }
    /** The full socket is freed, a mini-socket takes its place. */
    | {
        readonly k: "mini";
        readonly host: string;
        readonly sock: string;
        readonly substate: "FIN-WAIT-2" | "TIME-WAIT";
      }
    | ({
        readonly k: "send";
        readonly host: string;
        readonly sock: string | null;
        readonly seg: number;
        readonly injected?: boolean;
      } & WireSegment)
    | { readonly k: "arrive"; readonly host: string; readonly seg: number }
    | { readonly k: "lost"; readonly host: string; readonly seg: number; readonly fault: string }
    | {
        readonly k: "timer";
        readonly host: string;
        readonly sock: string;
        readonly timer: TimerName;
        /** `seen`: read from `sock_diag` by the lab, which cannot see arm, cancel and fire. */
        readonly act: "arm" | "cancel" | "fire" | "seen";
        /** When it will fire, if nothing cancels it. */
        readonly due: number;
      }
    /** A decision that changed nothing else that can be seen. Engine only. */
    | { readonly k: "note"; readonly host: string; readonly sock: string | null }
    /** Something from outside: a sysctl, a kill, `ss -K`, a link going down. */
    | { readonly k: "event"; readonly host: string; readonly what: string }
    | {
        readonly k: "probe";
        readonly host: string;
        readonly probe: string;
        readonly sockets: readonly SocketRow[];
        /** Counters as `nstat` names them, from the start of the run; zeros left out. */
        readonly counters: Readonly<Record<string, number>>;
      }
    /** The text of a real tool at a probe. Lab only. */
    | {
        readonly k: "capture";
        readonly host: string;
        readonly probe: string;
        readonly tool: string;
        readonly text: string;
      }
  );

export type TraceEventKind = TraceEvent["k"];
