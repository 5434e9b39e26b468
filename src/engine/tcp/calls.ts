/**
 * What a program's call does to a connection: send, the reading half of recv, shutdown, close. RFC
 * 9293 sections 3.10.2 to 3.10.5; tcp.c tcp_sendmsg, tcp_recvmsg, tcp_shutdown, __tcp_close. What the
 * call returns to the program, and whether it waits, is decided in `kernel/system-calls.ts`.
 */
import { ACK, RST } from "../segment.ts";
import { seqAdd, seqDiff } from "../seq.ts";
import { checkAfterRead } from "./acknowledge.ts";
import { orphanInFinWait2 } from "./fin-wait-2.ts";
import { restartKeepalive, startKeepalive } from "./keepalive.ts";
import { resetOverLimit } from "./orphan-limit.ts";
import { push, sendFin } from "./output.ts";
import type { RuleId } from "./rules.ts";
import { type FullSocket, isHalfOpen, unreadBytes } from "./socket.ts";
import {
  beginTurn,
  count,
  destroy,
  emit,
  endTurn,
  type Environment,
  move,
  note,
  type Outcome,
  type Turn,
  cancel,
  wake,
} from "./turn.ts";

export type Call =
  /** `more`: MSG_MORE. */
  | { readonly op: "send"; readonly bytes: number; readonly more: boolean }
  | { readonly op: "read"; readonly bytes: number }
  | { readonly op: "shutdown"; readonly how: "read" | "write" | "both" }
  /** The last descriptor is gone. `rule` says why: close(), exit, kill. */
  | { readonly op: "close"; readonly rule: RuleId }
  /** close() has waited long enough, or need not wait: the socket is nobody's now. */
  | { readonly op: "orphan" }
  /** Taken out of the accept queue. */
  | { readonly op: "accepted" }
  /** Its listener closed while it was queued. */
  | { readonly op: "abandon" }
  /** SO_KEEPALIVE was set on it. */
  | { readonly op: "keepalive"; readonly on: boolean }
  /** TCP_NODELAY was set: what waits is sent (__tcp_sock_set_nodelay). */
  | { readonly op: "nodelay" }
  /** TCP_KEEPIDLE was set while SO_KEEPALIVE was on. */
  | { readonly op: "keepidle" }
  /** `ss -K`. */
  | { readonly op: "destroy" };

export function onCall(socket: FullSocket, call: Call, env: Environment): Outcome<FullSocket> {
  const turn = beginTurn(socket, env);
  switch (call.op) {
    case "send":
      turn.s.write_seq = seqAdd(socket.write_seq, call.bytes);
      if (!call.more) turn.s.push_marked = true;
      push(turn, call.more);
      break;
    case "read":
      turn.s.copied_seq = seqAdd(socket.copied_seq, call.bytes);
      checkAfterRead(turn);
      break;
    case "shutdown":
      shutdown(turn, call.how);
      break;
    case "close":
      close(turn, call.rule);
      break;
    case "orphan":
      orphan(turn);
      break;
    case "accepted":
      turn.s.listener = null;
      turn.s.held = true;
      break;
    case "abandon":
      abort(turn, "close.listener");
      break;
    case "keepalive":
      turn.s.options = { ...turn.s.options, keepalive: call.on };
      if (call.on && !socket.options.keepalive) startKeepalive(turn);
      else if (!call.on) cancel(turn, "keepalive", "keepalive.armed");
      break;
    case "nodelay":
      push(turn);
      break;
    case "keepidle":
      restartKeepalive(turn);
      break;
    case "destroy":
      administratorAbort(turn);
      break;
  }
  return endTurn(turn);
}

/** The room left for send(), in bytes. */
export function sendRoom(socket: FullSocket): number {
  return Math.max(0, socket.options.send_buffer - seqDiff(socket.write_seq, socket.snd_una));
}

function shutdown(turn: Turn, how: "read" | "write" | "both"): void {
  if (turn.s.state === "SYN-SENT") {
    // tcp_disconnect: whoever waits in connect() is told.
    turn.s.error = "ECONNRESET";
    move(turn, "close()", "close.before-established");
    wake(turn, "close.before-established");
    destroy(turn, "close.before-established");
    return;
  }
  if (how !== "write") turn.s.shut_receive = true;
  if (how !== "read") {
    turn.s.shut_send = true;
    // The FIN of a crossing open waits until it is open (tcp_shutdown since 6.10).
    if (turn.s.state !== "SYN-RECEIVED") sendFin(turn, "shutdown.fin");
  }
  // inet_shutdown: sk_state_change, whatever was shut.
  wake(turn, "shutdown.fin");
}

function close(turn: Turn, rule: RuleId): void {
  const { s } = turn;
  s.shut_send = true;
  s.shut_receive = true;
  s.held = false;
  if (s.state === "SYN-SENT") {
    move(turn, "close()", "close.before-established");
    destroy(turn, "close.before-established");
    return;
  }
  if (unreadBytes(s) > 0) {
    // Unread data would be lost in silence: the peer must learn it (RFC 2525 section 2.17).
    count(turn, "TCPAbortOnClose");
    abort(turn, "close.unread-data-rst");
    return;
  }
  if (s.options.linger.on && s.options.linger.seconds === 0) {
    count(turn, "TCPAbortOnData");
    const tells = needsReset(s) || s.snd_nxt !== s.write_seq;
    abort(turn, tells ? "close.linger-0-rst" : "close.linger-0-silent", tells);
    return;
  }
  sendFin(turn, rule);
}

/** Active reset: RST with ACK if the peer is told, nothing stays on this host (tcp_send_active_reset). */
function abort(turn: Turn, rule: RuleId, tells = true): void {
  if (tells) emit(turn, rule, { flags: RST | ACK, seq: turn.s.snd_nxt });
  move(turn, "abort", rule);
  destroy(turn, rule);
}

/** Whether the peer may still expect something (tcp_need_reset). */
function needsReset({ state }: FullSocket): boolean {
  return !["SYN-SENT", "CLOSING", "LAST-ACK"].includes(state);
}

/** tcp_abort: the program is told, and the peer, unless it is of a connection that is still a request. */
function administratorAbort(turn: Turn): void {
  turn.s.error = "ECONNABORTED";
  wake(turn, "ss.destroyed");
  abort(turn, "ss.destroyed", needsReset(turn.s) && !isHalfOpen(turn.s));
}

function orphan(turn: Turn): void {
  turn.s.orphan = true;
  note(turn, "close.orphan");
  if (turn.s.state === "FIN-WAIT-2" && orphanInFinWait2(turn)) return;
  if (turn.s.state !== "CLOSED") resetOverLimit(turn);
}
