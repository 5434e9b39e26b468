/** One socket as a trace tells of it: what is remembered while events are folded, and how `ss` would list it. */
import { seqAdd, seqDiff } from "../engine/seq.ts";
import type { SocketRow, State, TimerName } from "../engine/trace.ts";

/** A socket as `ss` would list it, and a little more. */
export interface SocketView extends SocketRow {
  readonly host: string;
  /** False when `ss` has no line for it: closed, or not in a table yet. */
  readonly listed: boolean;
  /** A process held it once, and none does now. */
  readonly orphan: boolean;
  /** The peer's FIN is counted in Recv-Q: one that no byte stands for. */
  readonly finInRecvq: boolean;
}

/** What is remembered of it. */
export interface Sock {
  readonly sock: string;
  readonly host: string;
  local: string;
  remote: string;
  state: State;
  mini: boolean;
  gone: boolean;
  holder: { program: string; fd: number } | null;
  held: boolean;
  /** Absolute sequence numbers; null until seen. */
  isn: number | null;
  una: number;
  nxt: number;
  /** Bytes the program has handed over. */
  written: number;
  finQueued: boolean;
  rcvNxt: number | null;
  copied: number;
  finSeen: boolean;
  early: { from: number; to: number; fin: boolean }[];
  backlog: number;
  /** Order in which it was ready for accept(). */
  ready: number | null;
  accepted: boolean;
  readonly timers: Map<TimerName, number>;
  retries: number;
  resent: number;
  /** Keepalive and window probes sent since the peer was last heard. */
  probes: number;
}

/** How far b is behind a in the stream: positive if it comes later. */
export const distance = (a: number, b: number): number => seqDiff(b, a);
/** The socket at time `t`; `queued`: how many connections wait for accept(), of a listener. */
export function socketView(s: Sock, t: number, queued: number): SocketView {
  const full = !s.mini && !s.gone;
  const unread = full && s.rcvNxt !== null ? Math.max(distance(s.copied, s.rcvNxt), 0) : 0;
  const pending = s.state === "SYN-RECEIVED" || s.isn === null;
  const base = seqAdd(s.isn ?? 0, 1);
  const end = seqAdd(base, s.written + (s.finQueued ? 1 : 0));
  const unsent = distance(s.nxt, end) > 0 ? end : s.nxt;
  const listening = s.state === "LISTEN";
  return {
    sock: s.sock,
    host: s.host,
    state: s.state,
    local: s.local,
    remote: s.remote,
    recvq: listening ? queued : s.state === "SYN-RECEIVED" ? 0 : unread,
    sendq: listening ? s.backlog : full && !pending ? Math.max(distance(s.una, unsent), 0) : 0,
    timer: s.gone ? null : timer(s, t),
    holder: s.holder,
    mini: s.mini,
    listed: !s.gone && s.state !== "CLOSED",
    orphan: s.held && s.holder === null,
    finInRecvq: unread > 0 && s.finSeen,
  };
}

/** The one timer `ss -o` shows; retransmit and probe are both "on" there, the delayed ACK is not shown. */
function timer(s: Sock, t: number): SocketRow["timer"] {
  const names: readonly [TimerName, NonNullable<SocketRow["timer"]>["name"]][] = [
    ["timewait", "timewait"],
    ["retransmit", "on"],
    ["probe", "on"],
    ["persist", "persist"],
    ["keepalive", "keepalive"],
  ];
  for (const [name, shown] of names) {
    const due = s.timers.get(name);
    if (due !== undefined && (name !== "timewait" || s.mini))
      return {
        name: shown,
        left: Math.max(due - t, 0),
        retries: shown === "on" || shown === "timewait" ? s.retries : s.probes,
      };
  }
  return null;
}
