/**
 * A segment meets a connection: RFC 9293 section 3.10.7, in its order. Linux: tcp_rcv_established,
 * tcp_rcv_state_process, tcp_validate_incoming, tcp_ack, tcp_data_queue, tcp_fin.
 * A SYN that meets a listener is in `listen.ts`, any segment that meets a mini-socket in
 * `time-wait.ts`, one that meets nothing in `no-socket.ts`.
 */
import { ACK, endSeq, FIN, has, RST, type Segment, SYN } from "../segment.ts";
import { seqAdd, seqAfter, seqBefore, seqDiff } from "../seq.ts";
import { MILLISECOND } from "../time.ts";
import { acceptance } from "./acceptance.ts";
import { checkAcknowledge, dataReceived, enterQuick } from "./acknowledge.ts";
import { finishClosing } from "./fin-wait-2.ts";
import { agreeOnOptions } from "./listen.ts";
import { startKeepalive } from "./keepalive.ts";
import { push } from "./output.ts";
import { onProbeAnswered } from "./persist.ts";
import { armTransmit, RTO_FALLBACK, takeSample } from "./retransmission.ts";
import type { RuleId } from "./rules.ts";
import type { FullSocket, OutOfOrder } from "./socket.ts";
import {
  becomeMini,
  beginTurn,
  count,
  destroy,
  endTurn,
  emit,
  type Environment,
  move,
  note,
  type Outcome,
  sendAck,
  timestampNow,
  type Turn,
  wake,
} from "./turn.ts";
import { resetFor } from "./no-socket.ts";
import { TIME_WAIT_LENGTH } from "./time-wait.ts";

/** One segment arrives for a connection. */
export function onSegment(socket: FullSocket, segment: Segment, env: Environment): Outcome<FullSocket> {
  const turn = beginTurn(socket, env);
  if (socket.state === "SYN-SENT") inSynSent(turn, segment);
  else inSynchronised(turn, segment);
  return endTurn(turn);
}

/** RFC 9293 section 3.10.7.3, tcp_rcv_synsent_state_process. */
function inSynSent(turn: Turn, segment: Segment): void {
  const { s } = turn;
  if (has(segment, ACK)) {
    const acceptable = seqAfter(segment.ack, s.snd_una) && !seqAfter(segment.ack, s.snd_nxt);
    if (!acceptable) {
      if (!has(segment, RST)) {
        turn.effects.push({ do: "send", segment: resetFor(segment), rule: "connect.bad-ack" });
        count(turn, "TcpOutRsts");
      }
      hastenSyn(turn);
      return;
    }
  }
  if (has(segment, RST)) {
    if (has(segment, ACK)) reset(turn, "ECONNREFUSED", "connect.refused");
    return;
  }
  if (!has(segment, SYN)) return;
  s.irs = segment.seq;
  s.rcv_nxt = seqAdd(segment.seq, 1);
  s.copied_seq = s.rcv_nxt;
  s.rcv_wup = s.rcv_nxt;
  agreeOnOptions(turn, segment);
  if (!has(segment, ACK)) {
    move(turn, "SYN arrives", "connect.crossing-syn");
    emit(turn, "connect.crossing-syn", { flags: SYN | ACK, seq: s.iss });
    return;
  }
  acceptAcknowledgement(turn, segment);
  established(turn, segment);
  move(turn, "SYN+ACK arrives", "connect.established");
  s.rcv_wnd = s.options.receive_buffer;
  sendAck(turn, "connect.established");
  wake(turn, "connect.established");
}

/**
 * After a wrong acknowledgement, be it of a RST, the first repetition of the SYN goes in two jiffies, not after a second
 * (9603d47bad46, Linux 5.6; tcp_rcv_synsent_state_process).
 */
function hastenSyn(turn: Turn): void {
  const { s, env } = turn;
  if (env.kernel["syn-retry-after-bad-ack"] === "timeout") return;
  if (s.timers.retransmit === null || s.retransmits > 0) return;
  const soon = env.now + (2 * 1_000_000) / env.hz;
  s.timers = { ...s.timers, retransmit: soon };
  turn.effects.push({ do: "arm", timer: "retransmit", due: soon, rule: "connect.bad-ack" });
}

function established(turn: Turn, segment: Segment): void {
  const { s } = turn;
  if (s.options.keepalive) startKeepalive(turn);
  s.snd_wnd = segment.win;
  s.snd_wl1 = segment.seq;
  s.retrans_stamp = null;
  s.retransmits = 0;
  s.backoff = 0;
  if (s.srtt === null) s.rto = RTO_FALLBACK;
}

/** Every state but SYN-SENT: the checks of section 3.10.7.4, one after the other. */
function inSynchronised(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  if (has(segment, RST) && isBehindFin(s, segment)) {
    reset(turn, resetError(s), "rst.behind-fin");
    return;
  }
  const verdict = acceptance(s, segment, env.now);
  if (verdict !== "acceptable") {
    refuse(turn, segment, verdict === "old timestamp" ? "accept.old-timestamp" : "accept.out-of-window");
    return;
  }
  if (has(segment, RST)) {
    // Exactly the next expected number, or it is only a guess (RFC 5961 section 3.2).
    if (segment.seq === s.rcv_nxt) reset(turn, resetError(s), "rst.exact");
    else if (env.kernel["rst.inexact"] === "believed") reset(turn, resetError(s), "rst.in-window");
    else challenge(turn, "rst.challenge-ack");
    return;
  }
  if (has(segment, SYN) && !completesCrossingOpen(s, segment, env)) {
    if (env.kernel["syn.synchronized"] === "rst" && !seqBefore(segment.seq, s.rcv_nxt)) {
      abortOnSyn(turn, segment);
      return;
    }
    challenge(turn, "syn.challenge-ack");
    count(turn, "TCPSYNChallenge");
    return;
  }
  if (!has(segment, ACK)) {
    note(turn, "accept.no-ack-flag");
    return;
  }
  if (s.state === "SYN-RECEIVED") {
    if (segment.ack !== s.snd_nxt) {
      turn.effects.push({ do: "send", segment: resetFor(segment), rule: "connect.bad-ack" });
      return;
    }
    if (env.acceptQueueFull) {
      noRoom(turn, segment);
      return;
    }
    s.rcv_wnd = s.options.receive_buffer;
    acceptAcknowledgement(turn, segment);
    established(turn, segment);
    if (s.listener === null) {
      move(turn, "our SYN is acknowledged", "connect.crossed");
      wake(turn, "connect.crossed");
    } else {
      move(turn, "our SYN is acknowledged", "listen.child");
      count(turn, "TcpPassiveOpens");
      turn.effects.push({ do: "enqueue", rule: "listen.child" });
    }
  } else if (seqAfter(segment.ack, s.snd_nxt)) {
    challenge(turn, "accept.ack-of-unsent");
    return;
  } else {
    acceptAcknowledgement(turn, segment);
  }
  rememberTimestamp(turn, segment);
  if (finIsAcknowledged(s) && finAcknowledged(turn, segment)) return;
  const filledGap = takeData(turn, segment);
  if (!turn.alive) return;
  push(turn);
  // What fills a gap is acknowledged at once (RFC 5681 section 4.2; tcp_data_queue: ICSK_ACK_NOW).
  if (filledGap && s.ack_scheduled) sendAck(turn, "ack.at-once");
  else checkAcknowledge(turn);
}

/**
 * The last ACK of the handshake finds the accept queue full (tcp_check_req, listen_overflow). It counts for nothing
 * and the SYN+ACK goes on being repeated; only with tcp_abort_on_overflow is the peer told.
 */
function noRoom(turn: Turn, segment: Segment): void {
  count(turn, "ListenOverflows");
  count(turn, "ListenDrops");
  if (turn.env.settings.tcp_abort_on_overflow === 0) {
    note(turn, "listen.child-queue-full");
    return;
  }
  turn.effects.push({ do: "send", segment: resetFor(segment), rule: "listen.child-queue-full-rst" });
  count(turn, "TcpOutRsts");
  move(turn, "abort", "listen.child-queue-full-rst");
  destroy(turn, "listen.child-queue-full-rst");
}

/** RFC 7323 section 4.3: only a segment that covers the last acknowledgement sent updates TS.Recent. */
function rememberTimestamp(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  if (!s.timestamps || segment.ts === null || seqAfter(segment.seq, s.rcv_wup)) return;
  if (seqDiff(segment.ts.val, s.ts_recent) < 0) return;
  s.ts_recent = segment.ts.val;
  s.ts_recent_stamp = env.now;
}

/** A RST with the number of the FIN that was taken is believed too: some stacks send it (tcp_reset_check). */
function isBehindFin(s: FullSocket, segment: Segment): boolean {
  const taken = s.state === "CLOSE-WAIT" || s.state === "LAST-ACK" || s.state === "CLOSING";
  return taken && segment.seq === seqAdd(s.rcv_nxt, -1);
}

/** A segment outside the window draws an acknowledgement, but not too often (tcp_oow_rate_limited). */
function refuse(turn: Turn, segment: Segment, rule: RuleId): void {
  if (has(segment, RST)) {
    note(turn, rule);
    return;
  }
  // A SYN is answered first of all (RFC 5961 section 4.2).
  if (has(segment, SYN) && turn.env.kernel["syn.synchronized"] === "challenge-ack") {
    challenge(turn, "syn.challenge-ack");
    count(turn, "TCPSYNChallenge");
    return;
  }
  if (rule === "accept.old-timestamp") count(turn, "PAWSEstab");
  if (occupied(segment)) {
    const { s } = turn;
    if (seqBefore(segment.seq, s.rcv_nxt)) enterQuick(turn);
    sendAck(turn, rule);
    return;
  }
  sendLimited(turn, rule);
}

function occupied(segment: Segment): boolean {
  return segment.len > 0 || has(segment, FIN);
}

function sendLimited(turn: Turn, rule: RuleId): void {
  const { s, env } = turn;
  if (s.last_oow_ack !== null && env.now - s.last_oow_ack < env.settings.tcp_invalid_ratelimit * 1000) {
    note(turn, rule);
    return;
  }
  s.last_oow_ack = env.now;
  sendAck(turn, rule);
}

/** tcp_send_challenge_ack. */
function challenge(turn: Turn, rule: RuleId): void {
  const { s, env } = turn;
  if (s.last_oow_ack !== null && env.now - s.last_oow_ack < env.settings.tcp_invalid_ratelimit * 1000) {
    note(turn, rule);
    return;
  }
  s.last_oow_ack = env.now;
  count(turn, "TCPChallengeACK");
  sendAck(turn, rule);
}

/** Both ends sent a SYN and then a SYN+ACK: the second of them opens the connection (RFC 9293 section 3.5). */
function completesCrossingOpen(s: FullSocket, segment: Segment, env: Environment): boolean {
  return (
    env.kernel["syn-ack.crossing"] === "established" &&
    s.state === "SYN-RECEIVED" &&
    s.listener === null &&
    has(segment, ACK) &&
    segment.ack === s.snd_nxt &&
    endSeq(segment) === s.rcv_nxt &&
    seqAdd(segment.seq, 1) === s.rcv_nxt
  );
}

/** Before RFC 5961 a SYN inside the window ended the connection with a RST (RFC 793 page 71). */
function abortOnSyn(turn: Turn, segment: Segment): void {
  turn.effects.push({ do: "send", segment: resetFor(segment), rule: "syn.in-window-rst" });
  count(turn, "TcpOutRsts");
  count(turn, "TCPAbortOnSyn");
  reset(turn, resetError(turn.s), "syn.in-window-rst");
}

/** What the program is told (tcp_reset). */
function resetError(s: FullSocket): string {
  return s.state === "CLOSE-WAIT" ? "EPIPE" : "ECONNRESET";
}

function reset(turn: Turn, error: string, rule: RuleId): void {
  const { s } = turn;
  s.error = error;
  s.flight = [];
  move(turn, "RST arrives", rule);
  wake(turn, rule);
  destroy(turn, rule);
}

/** Takes in the acknowledgement number and the window (tcp_ack, tcp_clean_rtx_queue). */
function acceptAcknowledgement(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  const advanced = seqAfter(segment.ack, s.snd_una);
  s.last_heard = env.now;
  s.probes_out = 0;
  if (advanced) {
    let sample: number | null = null;
    const remaining = [];
    for (const one of s.flight) {
      const end = seqAdd(one.seq, one.len + (one.fin || one.syn ? 1 : 0));
      if (seqAfter(end, segment.ack)) remaining.push(one);
      // Karn: a segment sent twice gives no sample (RFC 6298 section 3).
      else if (!one.retransmitted) sample = env.now - one.sent_at;
    }
    sample ??= echoedSample(turn, segment);
    s.snd_una = segment.ack;
    s.flight = remaining;
    s.retransmits = 0;
    s.retrans_stamp = null;
    s.tail_probe_sent = false;
    if (sample !== null) takeSample(turn, sample);
  }
  const newer = seqAfter(segment.seq, s.snd_wl1) || segment.seq === s.snd_wl1;
  if (advanced || newer) {
    s.snd_wnd = segment.win;
    s.snd_wl1 = segment.seq;
  }
  if (advanced) {
    armTransmit(turn);
    wake(turn, "ack.of-our-data");
  }
  if (s.timers.persist !== null) onProbeAnswered(turn);
}

/** What was sent twice gives a sample if timestamps say which of the two was answered (tcp_ack_update_rtt, tcp_rtt_tsopt_us). */
function echoedSample({ s, env }: Turn, { ts }: Segment): number | null {
  if (!s.timestamps || ts === null || ts.ecr === 0) return null;
  return Math.max(1, seqDiff(timestampNow(s, env.now), ts.ecr)) * MILLISECOND;
}

function finIsAcknowledged(s: FullSocket): boolean {
  return s.fin_queued && s.snd_una === s.write_seq;
}

/** The peer has acknowledged our FIN. True if nothing of the segment is left to do. */
function finAcknowledged(turn: Turn, segment: Segment): boolean {
  const { s } = turn;
  switch (s.state) {
    case "FIN-WAIT-1":
      move(turn, "our FIN is acknowledged", "fin.acked");
      wake(turn, "fin.acked");
      return s.orphan && finishClosing(turn, segment);
    case "CLOSING":
      move(turn, "our FIN is acknowledged", "fin.acked-closing");
      becomeMini(turn, "TIME-WAIT", TIME_WAIT_LENGTH, "tw.start");
      wake(turn, "fin.acked-closing");
      return true;
    case "LAST-ACK":
      move(turn, "our FIN is acknowledged", "fin.acked-last");
      wake(turn, "fin.acked-last");
      destroy(turn, "fin.acked-last");
      return true;
    default:
      return false;
  }
}

/** Data and FIN, in order or kept for later (tcp_data_queue). Returns whether what had been kept followed on. */
function takeData(turn: Turn, segment: Segment): boolean {
  const { s } = turn;
  // A SYN that got here has been taken before; like other bytes that come again it is acknowledged (tcp_data_queue).
  if (!occupied(segment) && !has(segment, SYN)) return false;
  const end = endSeq(segment);
  if (s.fin_received && !seqBefore(segment.seq, s.rcv_nxt)) {
    note(turn, "data.behind-fin");
    return false;
  }
  const finSent = s.state === "FIN-WAIT-1" || s.state === "FIN-WAIT-2";
  if (s.shut_receive && finSent && seqAfter(seqAdd(segment.seq, segment.len), s.rcv_nxt)) {
    // The program has closed, or shut down both ways: nobody will ever read this (RFC 1122 section 4.2.2.13;
    // tcp_rcv_state_process, RCV_SHUTDOWN). A FIN behind a gap says as much. A program that still holds the socket
    // is told.
    count(turn, "TCPAbortOnData");
    turn.effects.push({ do: "send", segment: resetFor(segment), rule: "data.after-close" });
    count(turn, "TcpOutRsts");
    s.error = "ECONNRESET";
    move(turn, "abort", "data.after-close");
    wake(turn, "data.after-close");
    destroy(turn, "data.after-close");
    return false;
  }
  if (!seqAfter(end, s.rcv_nxt)) {
    enterQuick(turn);
    s.ack_scheduled = true;
    note(turn, has(segment, FIN) && segment.len === 0 ? "fin.again" : "data.duplicate");
    return false;
  }
  if (seqAfter(segment.seq, s.rcv_nxt)) {
    const held: OutOfOrder = { seq: segment.seq, len: segment.len, fin: has(segment, FIN) };
    s.out_of_order = [...s.out_of_order, held].sort((a, b) => seqDiff(a.seq, b.seq));
    s.ack_scheduled = true;
    note(turn, "data.out-of-order");
    return false;
  }
  receive(turn, end, segment.len, has(segment, FIN));
  if (s.out_of_order.length === 0) return false;
  while (turn.alive) {
    const next = s.out_of_order[0];
    if (!next || seqAfter(next.seq, s.rcv_nxt)) break;
    s.out_of_order = s.out_of_order.slice(1);
    const nextEnd = seqAdd(next.seq, next.len + (next.fin ? 1 : 0));
    if (seqAfter(nextEnd, s.rcv_nxt)) receive(turn, nextEnd, next.len, next.fin);
  }
  return s.out_of_order.length === 0;
}

function receive(turn: Turn, end: number, length: number, fin: boolean): void {
  const { s } = turn;
  const before = s.rcv_nxt;
  s.rcv_nxt = end;
  if (length > 0 && seqDiff(end, before) > (fin ? 1 : 0)) {
    dataReceived(turn, length);
    note(turn, "data.queued");
  }
  if (fin) finReceived(turn);
  if (turn.alive) wake(turn, fin ? "fin.passive-close" : "data.queued");
}

/** The peer will send no more (tcp_fin). */
function finReceived(turn: Turn): void {
  const { s } = turn;
  s.fin_received = true;
  s.ack_scheduled = true;
  // Nothing can follow a FIN. So a FIN sent again together with what was lost before it fills no gap.
  s.out_of_order = [];
  switch (s.state) {
    case "ESTABLISHED":
    case "SYN-RECEIVED":
      move(turn, "FIN arrives", "fin.passive-close");
      // A program that sees the end usually closes soon: its FIN can carry the acknowledgement.
      s.pingpong = true;
      return;
    case "FIN-WAIT-1":
      sendAck(turn, "fin.crossing");
      move(turn, "FIN arrives", "fin.crossing");
      return;
    case "FIN-WAIT-2":
      sendAck(turn, "fin.second");
      move(turn, "FIN arrives", "fin.second");
      becomeMini(turn, "TIME-WAIT", TIME_WAIT_LENGTH, "tw.start");
      wake(turn, "fin.second");
      return;
    default:
      return;
  }
}
