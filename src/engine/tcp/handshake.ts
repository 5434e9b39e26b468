/**
 * A segment meets a connection that is being opened: SYN-SENT (RFC 9293 section 3.10.7.3,
 * tcp_rcv_synsent_state_process) or SYN-RECEIVED (section 3.10.7.4, fifth check; tcp_check_req, tcp_rcv_state_process). The SYN that
 * meets a listener is in `listen.ts`.
 */
import { ACK, endSeq, has, RST, type Segment, SYN } from "../segment.ts";
import { seqAdd, seqAfter } from "../seq.ts";
import { acknowledgementArrives } from "./ack-arrives.ts";
import { isLimited } from "./challenge-ack.ts";
import { startKeepalive } from "./keepalive.ts";
import { agreeOnOptions } from "./listen.ts";
import { resetFor } from "./no-socket.ts";
import { sendFin } from "./output.ts";
import { reset } from "./reset-arrives.ts";
import { repeatSynAck, RTO_FALLBACK } from "./retransmission.ts";
import type { FullSocket } from "./socket.ts";
import { count, destroy, emit, type Environment, move, note, sendAck, type Turn, wake } from "./turn.ts";

export function inSynSent(turn: Turn, segment: Segment): void {
  const { s } = turn;
  if (has(segment, ACK)) {
    const acceptable = seqAfter(segment.ack, s.snd_una) && !seqAfter(segment.ack, s.snd_nxt);
    if (!acceptable) {
      refuseAck(turn, segment);
      hastenSyn(turn);
      return;
    }
  }
  if (has(segment, RST)) {
    if (has(segment, ACK)) reset(turn, "connect.refused");
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
  acknowledgementArrives(turn, segment);
  established(turn, segment);
  move(turn, "SYN+ACK arrives", "connect.established");
  s.rcv_wnd = s.options.receive_buffer;
  sendAck(turn, "connect.established");
  wake(turn, "connect.established");
}

/** What it acknowledges was never sent. */
export function refuseAck(turn: Turn, segment: Segment): void {
  if (has(segment, RST)) return;
  turn.effects.push({ do: "send", segment: resetFor(segment), rule: "connect.bad-ack" });
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

/** Both ends sent a SYN and then a SYN+ACK: the second of them opens the connection (RFC 9293 section 3.5). */
export function completesCrossingOpen(s: FullSocket, segment: Segment, env: Environment): boolean {
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

/**
 * A SYN in the window meets a half-open connection (tcp_check_req). The one it began with says that the SYN+ACK was lost;
 * another one ends it.
 */
export function synIntoHalfOpen(turn: Turn, segment: Segment): void {
  if (segment.seq === turn.s.irs) {
    if (!isLimited(turn, "listen.syn-again")) repeatSynAck(turn);
    return;
  }
  turn.effects.push({ do: "send", segment: resetFor(segment), rule: "listen.other-syn" });
  reset(turn, "listen.other-syn");
}

/** An acknowledgement in SYN-RECEIVED. False if it does not open the connection: nothing of the segment is left to do. */
export function opensConnection(turn: Turn, segment: Segment): boolean {
  const { s, env } = turn;
  if (segment.ack !== s.snd_nxt) {
    refuseAck(turn, segment);
    return false;
  }
  if (env.acceptQueueFull) {
    noRoom(turn, segment);
    return false;
  }
  s.rcv_wnd = s.options.receive_buffer;
  acknowledgementArrives(turn, segment);
  established(turn, segment);
  if (s.listener === null) {
    move(turn, "our SYN is acknowledged", "connect.crossed");
    wake(turn, "connect.crossed");
    if (s.shut_send) sendFin(turn, "shutdown.fin");
  } else {
    move(turn, "our SYN is acknowledged", "listen.child");
    count(turn, "TcpPassiveOpens");
    turn.effects.push({ do: "enqueue", rule: "listen.child" });
  }
  return true;
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
  move(turn, "abort", "listen.child-queue-full-rst");
  destroy(turn, "listen.child-queue-full-rst");
}

/** What holds for every connection that opens (tcp_finish_connect, tcp_init_transfer). */
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
