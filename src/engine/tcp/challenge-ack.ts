/**
 * What answers a segment that is not believed: an acknowledgement, but not too often. RFC 9293 section 3.10.7.4, RFC 5961
 * section 7; tcp_input.c tcp_send_challenge_ack, tcp_send_dupack, tcp_oow_rate_limited.
 */
import { has, hasDataOrFin, RST, type Segment, SYN } from "../segment.ts";
import { seqBefore } from "../seq.ts";
import { enterQuick } from "./acknowledge.ts";
import type { RuleId } from "./rules.ts";
import { isHalfOpen } from "./socket.ts";
import { count, note, sendAck, type Turn } from "./turn.ts";

/** A RST, SYN or acknowledgement number that may be forged: the peer that means it knows how to answer. */
export function challenge(turn: Turn, rule: RuleId): void {
  if (isLimited(turn, rule)) return;
  count(turn, "TCPChallengeACK");
  sendAck(turn, rule);
}

export function challengeSyn(turn: Turn): void {
  challenge(turn, "syn.challenge-ack");
  count(turn, "TCPSYNChallenge");
}

/** A segment outside the window or with an old timestamp. */
export function refuse(turn: Turn, segment: Segment, rule: RuleId): void {
  if (has(segment, RST)) {
    note(turn, rule);
    return;
  }
  // A SYN is answered first of all (RFC 5961 section 4.2), but not by a connection that is half open.
  if (has(segment, SYN) && !isHalfOpen(turn.s) && turn.env.kernel["syn.synchronized"] === "challenge-ack") {
    challengeSyn(turn);
    return;
  }
  if (rule === "accept.old-timestamp") {
    // An old acknowledgement is common and asks for no answer (tcp_disordered_ack_check).
    if (!isHalfOpen(turn.s) && !hasDataOrFin(segment) && seqBefore(segment.seq, turn.s.rcv_nxt))
      return note(turn, rule);
    count(turn, "PAWSEstab");
  }
  // What holds bytes came because an acknowledgement was lost: it is never kept waiting.
  if (hasDataOrFin(segment)) {
    if (seqBefore(segment.seq, turn.s.rcv_nxt)) enterQuick(turn);
    sendAck(turn, rule);
  } else if (!isLimited(turn, rule)) sendAck(turn, rule);
}

/** At most one such answer in tcp_invalid_ratelimit milliseconds; one too many is only noted. */
export function isLimited(turn: Turn, rule: RuleId): boolean {
  const { s, env } = turn;
  if (s.last_oow_ack !== null && env.now - s.last_oow_ack < env.settings.tcp_invalid_ratelimit * 1000) {
    note(turn, rule);
    return true;
  }
  s.last_oow_ack = env.now;
  return false;
}
