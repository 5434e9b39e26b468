/**
 * FIN-WAIT-2 once no process holds the socket: the only part of closing that `tcp_fin_timeout`
 * governs. Up to 60 s a mini-socket waits for the whole time; above, the full socket waits for the
 * part beyond 60 s first, with a timer that `ss` calls keepalive. tcp_input.c tcp_rcv_state_process
 * (TCP_FIN_WAIT1), tcp.c __tcp_close, tcp_timer.c tcp_keepalive_timer.
 */
import { FIN, has, hasDataOrFin, type Segment, ACK, RST } from "../segment.ts";
import { seqAfter, seqAdd } from "../seq.ts";
import { SECOND } from "../time.ts";
import { resetFor } from "./no-socket.ts";
import type { RuleId } from "./rules.ts";
import type { FullSocket } from "./socket.ts";
import { TIME_WAIT_LENGTH } from "./time-wait.ts";
import { arm, becomeMini, count, destroy, emit, type Environment, move, type Turn } from "./turn.ts";

/** tcp_fin_time(): the socket's TCP_LINGER2 or the sysctl, and never less than 3.5 timeouts. Microseconds. */
export function finTime(s: FullSocket, env: Environment): number {
  const set = (s.options.linger2 !== 0 ? s.options.linger2 : env.settings.tcp_fin_timeout) * SECOND;
  return Math.max(set, shortestWait(s));
}

/** 3.5 retransmission timeouts: (rto << 2) - (rto >> 1). A timeout that was doubled stays so until there is a sample. */
export function shortestWait(s: FullSocket): number {
  return 3.5 * s.rto * 2 ** s.backoff;
}

/**
 * Our FIN was just acknowledged and nobody holds the socket. `segment` is what acknowledged it.
 * True if the socket left with it.
 */
export function finishClosing(turn: Turn, segment: Segment): boolean {
  const { s } = turn;
  if (s.options.linger2 < 0) {
    // The acknowledgement itself is answered, and counted as data would be (tcp_rcv_state_process, TCP_FIN_WAIT1).
    answerWithReset(turn, segment, "fw2.linger2-negative");
    return true;
  }
  // Data, or a FIN behind data that has not come (end_seq - fin after rcv_nxt).
  if (hasDataOrFin(segment) && seqAfter(seqAdd(segment.seq, segment.len), s.rcv_nxt)) {
    answerWithReset(turn, segment, "data.after-close");
    return true;
  }
  const wait = finTime(s, turn.env);
  if (wait > TIME_WAIT_LENGTH) {
    arm(turn, "keepalive", turn.env.now + wait - TIME_WAIT_LENGTH, "fw2.full-first");
    return false;
  }
  // The FIN came with the acknowledgement and is taken next.
  if (has(segment, FIN)) return false;
  becomeMini(turn, "FIN-WAIT-2", wait, "fw2.mini");
  return true;
}

/** close() of a socket that was in FIN-WAIT-2 already, after shutdown(). True if the full socket left. */
export function orphanInFinWait2(turn: Turn): boolean {
  const { s } = turn;
  const wait = finTime(s, turn.env);
  if (s.options.linger2 < 0) abortWithReset(turn);
  else if (wait <= TIME_WAIT_LENGTH) becomeMini(turn, "FIN-WAIT-2", wait, "fw2.mini");
  else {
    arm(turn, "keepalive", turn.env.now + wait - TIME_WAIT_LENGTH, "fw2.full-first");
    return false;
  }
  return true;
}

/** The first part is over (tcp_keepalive_timer): what is left beyond 60 s becomes the mini-socket's time. */
export function onFirstPartOver(turn: Turn): void {
  const { s } = turn;
  const rest = finTime(s, turn.env) - TIME_WAIT_LENGTH;
  if (s.options.linger2 >= 0 && rest > 0) {
    becomeMini(turn, "FIN-WAIT-2", Math.max(rest, shortestWait(s)), "fw2.full-to-mini");
    return;
  }
  emit(turn, "fw2.full-reset", { flags: RST | ACK, seq: s.snd_nxt });
  move(turn, "abort", "fw2.full-reset");
  destroy(turn, "fw2.full-reset");
}

function answerWithReset(turn: Turn, segment: Segment, rule: RuleId): void {
  count(turn, "TCPAbortOnData");
  turn.effects.push({ do: "send", segment: resetFor(segment), rule });
  move(turn, "abort", rule);
  destroy(turn, rule);
}

/** close() with a negative TCP_LINGER2 (__tcp_close, tcp_send_active_reset). */
function abortWithReset(turn: Turn): void {
  const { s } = turn;
  emit(turn, "fw2.linger2-negative", { flags: RST | ACK, seq: s.snd_nxt });
  count(turn, "TCPAbortOnLinger");
  move(turn, "abort", "fw2.linger2-negative");
  destroy(turn, "fw2.linger2-negative");
}
