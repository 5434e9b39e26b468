/**
 * One turn of a socket: an input (segment, timer, call) meets a socket and an environment, and a new
 * socket and a list of effects come out. Inside a turn the new socket is being written; outside,
 * sockets never change. Nothing here acts: the world applies the effects.
 */
import type { KernelFacts } from "../kernel/kernel-version.ts";
import type { Settings } from "../kernel/settings.ts";
import { ACK, type Segment, SYN } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import type { State } from "../trace.ts";
import type { Crowd } from "./half-open.ts";
import type { RuleId } from "./rules.ts";
import type { FullSocket, SocketTimer } from "./socket.ts";
import { nextState, type TransitionEvent } from "./transitions.ts";

export interface Environment {
  /** Microseconds. */
  readonly now: number;
  /** Ticks per second of the kernel. */
  readonly hz: number;
  readonly settings: Settings;
  /** What the host's version of Linux does where versions differ. */
  readonly kernel: KernelFacts;
  /** For a connection in SYN-RECEIVED: its listener's accept queue has no room. */
  readonly acceptQueueFull?: boolean;
  /** For a half-open connection whose timer fires: who else waits at its listener, if that is many. */
  readonly crowd?: Crowd | null;
  /** Nobody listens where the segment goes to. */
  readonly nobodyListens?: boolean;
  /** Sockets of the host without a program, before this turn; given where tcp_max_orphans is set. */
  readonly orphans?: number;
}

export type Effect =
  | { readonly do: "send"; readonly segment: Segment; readonly rule: RuleId }
  | { readonly do: "move"; readonly from: State; readonly to: State; readonly rule: RuleId }
  | { readonly do: "arm"; readonly timer: SocketTimer | "timewait"; readonly due: number; readonly rule: RuleId }
  | { readonly do: "cancel"; readonly timer: SocketTimer | "timewait"; readonly due: number; readonly rule: RuleId }
  /** The mini-socket's last timestamp is remembered for its peer's address (tcp_tw_recycle). */
  | { readonly do: "remember" }
  /** Whoever waits for this socket looks again. */
  | { readonly do: "wake"; readonly rule: RuleId }
  /** A mini-socket takes over for `duration` microseconds. */
  | {
      readonly do: "mini";
      readonly substate: "FIN-WAIT-2" | "TIME-WAIT";
      readonly duration: number;
      readonly rule: RuleId;
    }
  | { readonly do: "destroy"; readonly rule: RuleId }
  /** The connection is complete and goes to its listener's accept queue. */
  | { readonly do: "enqueue"; readonly rule: RuleId }
  /** A segment that finds TIME-WAIT over and is offered to the listener, with the sequence number to start from. */
  | { readonly do: "offer"; readonly segment: Segment; readonly iss: number; readonly rule: RuleId }
  | { readonly do: "count"; readonly counter: string }
  | { readonly do: "note"; readonly rule: RuleId };

export type Draft<T> = { -readonly [K in keyof T]: T[K] };

export interface Turn {
  readonly s: Draft<FullSocket>;
  readonly env: Environment;
  readonly effects: Effect[];
  /** False once the socket is gone or has become a mini-socket. */
  alive: boolean;
}

export interface Outcome<T> {
  readonly next: T;
  readonly effects: readonly Effect[];
}

export function beginTurn(socket: FullSocket, env: Environment): Turn {
  return firstTurn({ ...socket }, env);
}

/** The turn in which a connection begins: nobody has the socket yet, so it need not be copied. */
export function firstTurn(socket: FullSocket, env: Environment): Turn {
  return { s: socket, env, effects: [], alive: true };
}

export function endTurn(turn: Turn): Outcome<FullSocket> {
  return { next: turn.s, effects: turn.effects };
}

export function note(turn: Turn, rule: RuleId): void {
  turn.effects.push({ do: "note", rule });
}

export function count(turn: Turn, counter: string): void {
  turn.effects.push({ do: "count", counter });
}

export function wake(turn: Turn, rule: RuleId): void {
  turn.effects.push({ do: "wake", rule });
}

/** Changes the state by the transition table. */
export function move(turn: Turn, event: TransitionEvent, rule: RuleId): void {
  const from = turn.s.state;
  const to = nextState(from, event);
  turn.s.state = to;
  turn.effects.push({ do: "move", from, to, rule });
  // tcp_set_state and tcp_done count connections that ended without a close of both sides.
  if (to === "CLOSED" && (from === "ESTABLISHED" || from === "CLOSE-WAIT")) count(turn, "TcpEstabResets");
  // A half-open connection counts if a segment ended it (tcp_check_req), not if its time did.
  const failed = from === "SYN-SENT" ? event !== "close()" : from === "SYN-RECEIVED" && event === "RST arrives";
  if (to === "CLOSED" && failed) count(turn, "TcpAttemptFails");
}

const TRANSMIT_TIMERS: readonly SocketTimer[] = ["retransmit", "probe", "persist"];

/**
 * Starts a timer. Retransmission, tail-loss probe and persist share one kernel timer
 * (icsk_retransmit_timer), so starting one of them ends the others.
 */
export function arm(turn: Turn, timer: SocketTimer, due: number, rule: RuleId): void {
  const old = turn.s.timers[timer];
  if (old === due) return;
  if (TRANSMIT_TIMERS.includes(timer))
    for (const other of TRANSMIT_TIMERS) if (other !== timer) cancel(turn, other, rule);
  turn.s.timers = { ...turn.s.timers, [timer]: due };
  turn.effects.push({ do: "arm", timer, due, rule });
}

export function cancel(turn: Turn, timer: SocketTimer, rule: RuleId): void {
  const due = turn.s.timers[timer];
  if (due === null) return;
  turn.s.timers = { ...turn.s.timers, [timer]: null };
  turn.effects.push({ do: "cancel", timer, due, rule });
}

export function cancelTransmit(turn: Turn, rule: RuleId): void {
  for (const timer of TRANSMIT_TIMERS) cancel(turn, timer, rule);
}

/** The value of the timestamp clock of this connection: milliseconds and its random offset. */
export function timestampNow(socket: { readonly ts_offset: number }, now: number): number {
  return seqAdd(Math.floor(now / 1000), socket.ts_offset);
}

/** Sends a segment of this connection. Everything sent but a RST acknowledges all that has arrived. */
export function emit(
  turn: Turn,
  rule: RuleId,
  parts: { readonly flags: number; readonly seq: number; readonly len?: number; readonly mss?: number | null },
): void {
  const { s, env } = turn;
  const syn = (parts.flags & SYN) !== 0;
  const acknowledges = (parts.flags & ACK) !== 0;
  turn.effects.push({
    do: "send",
    rule,
    segment: {
      src: s.local,
      dst: s.remote,
      flags: parts.flags,
      seq: parts.seq,
      ack: acknowledges ? s.rcv_nxt : 0,
      win: syn ? synWindow(s, env, acknowledges) : receiveWindow(s),
      len: parts.len ?? 0,
      mss: syn ? 1460 : null,
      ws: syn && s.window_scaling ? windowScale(env) : null,
      sack: syn && s.sack,
      ts: s.timestamps ? { val: timestampNow(s, env.now), ecr: s.ts_recent } : null,
    },
  });
  if (acknowledges) acknowledged(turn, rule);
}

/** The scale a SYN offers: enough for the largest buffer (tcp_select_initial_window). */
function windowScale(env: Environment): number {
  return Math.min(14, Math.max(0, Math.floor(Math.log2(env.settings.tcp_rmem.most)) - 15));
}

/** The window of a SYN: half of the buffer, in whole segments, unscaled (tcp_select_initial_window). */
function synWindow(s: FullSocket, env: Environment, answers: boolean): number {
  const space = env.settings.tcp_rmem.initial / 2;
  // A listener knows already whether 12 bytes of each segment go to timestamps.
  const segment = answers && s.timestamps ? 1448 : 1460;
  return Math.min(65_535, Math.floor(space / segment) * segment);
}

function receiveRoom(s: FullSocket): number {
  return Math.max(0, s.options.receive_buffer - Math.max(0, (s.rcv_nxt - s.copied_seq) | 0));
}

/** Bytes the peer may still send (tcp_select_window, simplified: a window too small is said to be none). */
export function receiveWindow(s: FullSocket): number {
  const free = receiveRoom(s);
  return free < Math.min(s.mss, s.options.receive_buffer >> 1) ? 0 : free;
}

/** Bookkeeping of an acknowledgement that just left (tcp_event_ack_sent). */
function acknowledged(turn: Turn, rule: RuleId): void {
  const { s } = turn;
  s.rcv_wup = s.rcv_nxt;
  // What was offered is never taken back.
  s.rcv_wnd = receiveRoom(s);
  s.ack_scheduled = false;
  s.ack_pushed = false;
  if (s.quick > 0) {
    s.quick -= 1;
    if (s.quick === 0) s.ato = ATO_MIN;
  }
  cancel(turn, "delack", rule);
}

/** TCP_ATO_MIN and TCP_DELACK_MIN: HZ/25, include/net/tcp.h. */
export const ATO_MIN = 40_000;

/** A pure acknowledgement at once (tcp_send_ack). */
export function sendAck(turn: Turn, rule: RuleId): void {
  emit(turn, rule, { flags: ACK, seq: turn.s.snd_nxt });
}

/** The connection ends here: nothing of it is left on this host. */
export function destroy(turn: Turn, rule: RuleId): void {
  turn.alive = false;
  turn.effects.push({ do: "destroy", rule });
}

/** The mini-socket takes over (tcp_time_wait). */
export function becomeMini(turn: Turn, substate: "FIN-WAIT-2" | "TIME-WAIT", duration: number, rule: RuleId): void {
  turn.alive = false;
  turn.effects.push({ do: "mini", substate, duration, rule });
}
