/**
 * An acknowledgement arrives: what it takes off what was sent, and what it says of the round trip and the peer's window.
 * RFC 9293 section 3.10.7.4, fifth check; tcp_ack, tcp_clean_rtx_queue. When to send one is in `acknowledge.ts`.
 */
import type { Segment } from "../segment.ts";
import { seqAdd, seqAfter, seqBefore, seqDiff } from "../seq.ts";
import { MILLISECOND } from "../time.ts";
import { finishClosing } from "./fin-wait-2.ts";
import { onProbeAnswered } from "./persist.ts";
import { armTransmit, takeSample } from "./retransmission.ts";
import { type FullSocket, isHalfOpen } from "./socket.ts";
import { TIME_WAIT_LENGTH } from "./time-wait.ts";
import { becomeMini, destroy, move, timestampNow, type Turn, wake } from "./turn.ts";

/** Older than any that could still be on its way: what comes with it may be forged (RFC 5961 section 5.2, tcp_ack). */
export function isTooOldAck(s: FullSocket, { ack }: Segment): boolean {
  return seqDiff(s.snd_una, ack) > Math.min(s.max_window, s.bytes_acked);
}

/** Takes in the acknowledgement number and the window. An older one than the last says nothing (tcp_ack, old_ack). */
export function acknowledgementArrives(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  if (seqBefore(segment.ack, s.snd_una)) return;
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
    // The SYN of a listener's child is not counted: the request has sent it.
    if (!isHalfOpen(s)) s.bytes_acked += seqDiff(segment.ack, s.snd_una);
    s.snd_una = segment.ack;
    s.flight = remaining;
    s.retransmits = 0;
    s.retrans_stamp = null;
    s.tail_probe_sent = false;
    if (sample !== null) takeSample(turn, sample);
  }
  // With the same numbers a window only grows, or closes (tcp_may_update_window).
  const newer = seqDiff(segment.seq, s.snd_wl1) - (segment.win > s.snd_wnd || segment.win === 0 ? 0 : 1);
  if (advanced || newer >= 0) {
    s.snd_wnd = segment.win;
    s.snd_wl1 = segment.seq;
    s.max_window = Math.max(s.max_window, segment.win);
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

/** If the peer has now acknowledged our FIN (tcp_rcv_state_process). True if nothing of the segment is left to do. */
export function endsWithOurFin(turn: Turn, segment: Segment): boolean {
  const { s } = turn;
  if (!s.fin_queued || s.snd_una !== s.write_seq) return false;
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
