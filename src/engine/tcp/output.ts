/**
 * What leaves a connection on its own account: data within the peer's window, and the FIN behind it.
 * RFC 9293 sections 3.8.6 and 3.10.4; tcp_output.c tcp_write_xmit, tcp_send_fin.
 */
import { ACK, FIN, PSH } from "../segment.ts";
import { seqAdd, seqDiff } from "../seq.ts";
import { armTransmit } from "./retransmission.ts";
import type { RuleId } from "./rules.ts";
import { arm, emit, type Turn } from "./turn.ts";

/** Bytes written and not sent, the FIN not counted. */
export function unsentBytes(turn: Turn): number {
  const { s } = turn;
  const finUnsent = s.fin_queued && s.snd_nxt !== s.write_seq ? 1 : 0;
  return seqDiff(s.write_seq, s.snd_nxt) - finUnsent;
}

/** Whether a short segment is out and not acknowledged; full ones do not count (tcp_minshall_check). */
function smallInFlight({ s }: Turn): boolean {
  return s.flight.some((one) => one.len < s.mss);
}

/**
 * Sends what may be sent. A short segment waits while another short one is out (Nagle, as Minshall changed it),
 * unless a FIN ends it; with `more` it waits for what the program says is coming (MSG_MORE, tcp_push with
 * TCP_NAGLE_CORK).
 */
export function push(turn: Turn, more = false): void {
  const { s, env } = turn;
  let sent = false;
  for (;;) {
    const waiting = unsentBytes(turn);
    const finWaiting = s.fin_queued && s.snd_nxt !== s.write_seq;
    if (waiting === 0 && !finWaiting) break;
    // After a timeout one segment is out and no more, until something is acknowledged (RFC 5681 section 3.1: the loss
    // window; tcp_cwnd_test in TCP_CA_Loss).
    if (s.retransmits > 0 && s.flight.length > 0) break;
    const room = seqDiff(seqAdd(s.snd_una, s.snd_wnd), s.snd_nxt);
    const len = Math.min(waiting, s.mss, Math.max(room, 0));
    if (len < Math.min(waiting, s.mss) || room < 1) break;
    const last = len === waiting;
    if (more && len < s.mss) break;
    if (waiting > 0 && len < s.mss && smallInFlight(turn) && !s.options.no_delay && !(last && finWaiting)) break;
    const fin = last && finWaiting && room > len;
    sendNew(turn, len, fin, last && len > 0, fin ? (len > 0 ? "fin.on-last-data" : "fin.sent") : "data.send");
    sent = true;
  }
  if (sent) armTransmit(turn);
  else if (
    s.flight.length === 0 &&
    (unsentBytes(turn) > 0 || (s.fin_queued && s.snd_nxt !== s.write_seq)) &&
    s.timers.persist === null
  ) {
    arm(turn, "persist", env.now + s.rto * 2 ** s.backoff, "persist.armed");
  }
}

function sendNew(turn: Turn, len: number, fin: boolean, pushed: boolean, rule: RuleId): void {
  const { s, env } = turn;
  const seq = s.snd_nxt;
  if (len > 0) {
    // A reply within the delay of what it answers: the acknowledgement rides on it (tcp_event_data_sent).
    if (env.now - s.lrcvtime < s.ato) s.pingpong = true;
  }
  s.snd_nxt = seqAdd(seq, len + (fin ? 1 : 0));
  s.flight = [...s.flight, { seq, len, fin, syn: false, push: pushed, sent_at: env.now, retransmitted: false }];
  emit(turn, rule, { flags: ACK | (pushed ? PSH : 0) | (fin ? FIN : 0), seq, len });
}
