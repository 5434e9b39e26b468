/**
 * What leaves a connection on its own account: data within the peer's window, and the FIN behind it.
 * RFC 9293 sections 3.8.6 and 3.10.4; tcp_output.c tcp_write_xmit, tcp_send_fin.
 */
import { ACK, FIN, PSH } from "../segment.ts";
import { seqAdd, seqDiff } from "../seq.ts";
import { armTransmit } from "./retransmission.ts";
import type { RuleId } from "./rules.ts";
import type { Flight } from "./socket.ts";
import { SECOND } from "../time.ts";
import { arm, emit, move, type Turn } from "./turn.ts";

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
 * How many segments the stack hands down as one packet, which the device or the kernel below cuts (tcp_tso_autosize):
 * what a millisecond carries at the pace of the first window, and more the nearer the peer is; at least two.
 */
function offloadSegments({ s }: Turn): number {
  // Before any sample the pace has no bound.
  if (s.srtt === null || s.min_rtt === null) return Math.floor(OFFLOAD_MOST / s.mss);
  const paced = (2 * FIRST_WINDOW * s.mss * SECOND) / s.srtt / 1024;
  const near = Math.floor(OFFLOAD_MOST / 2 ** Math.floor(s.min_rtt / 512));
  return Math.max(2, Math.floor(Math.min(paced + near, OFFLOAD_MOST) / s.mss));
}

/** Segments that may be out at first (TCP_INIT_CWND); without congestion control they always are. */
const FIRST_WINDOW = 10;

/** Most bytes in such a packet (sk_gso_max_size: 64 KB without the headers). */
const OFFLOAD_MOST = 65_216;

/**
 * Sends what may be sent. A short segment waits while another short one is out (Nagle, as Minshall changed it),
 * unless a FIN ends it; with `more` it waits for what the program says is coming (MSG_MORE, tcp_push with
 * TCP_NAGLE_CORK). With `probe` the first segment is as long as the window.
 */
export function push(turn: Turn, more = false, probe = false): void {
  const { s, env } = turn;
  let sent = false;
  const most = offloadSegments(turn);
  let inPacket = 0;
  for (let len = nextLength(turn, more, probe); len !== null;) {
    const finWaiting = isFinUnsent(turn);
    const last = len === unsentBytes(turn);
    const fin = last && finWaiting && sendWindow(turn) > len;
    const marked = probe || (last && s.push_marked);
    const seq = s.snd_nxt;
    // A reply within the delay of what it answers: the acknowledgement rides on it (tcp_event_data_sent).
    if (len > 0 && env.now - s.lrcvtime < s.ato) s.pingpong = true;
    s.snd_nxt = seqAdd(seq, len + (fin ? 1 : 0));
    s.flight = [...s.flight, { seq, len, fin, syn: false, push: false, sent_at: env.now, retransmitted: false }];
    const following = nextLength(turn, more);
    inPacket = len > 0 ? inPacket + 1 : 0;
    const ends = inPacket === most || following === null || following === 0;
    // A packet of several segments ends with PSH, whatever the program asked for (__tcp_transmit_skb since 5.4).
    const pushed = marked || (ends && inPacket > 1);
    if (ends) inPacket = 0;
    if (pushed) s.flight = s.flight.with(-1, { ...(s.flight.at(-1) as Flight), push: true });
    const rule = !fin ? "data.send" : len > 0 ? "fin.on-last-data" : "fin.sent";
    emit(turn, rule, { flags: ACK | (pushed ? PSH : 0) | (fin ? FIN : 0), seq, len });
    sent = true;
    len = following;
  }
  if (s.snd_nxt === s.write_seq) s.push_marked = false;
  if (sent) armTransmit(turn);
  else if (s.flight.length === 0 && (unsentBytes(turn) > 0 || isFinUnsent(turn)) && s.timers.persist === null) {
    arm(turn, "persist", env.now + s.rto * 2 ** s.backoff, "persist.armed");
  }
}

/** Queues the FIN behind the last byte, if this state allows one (tcp_close_state, tcp_send_fin). */
export function sendFin(turn: Turn, rule: RuleId): void {
  const { s } = turn;
  if (s.state !== "ESTABLISHED" && s.state !== "CLOSE-WAIT" && s.state !== "SYN-RECEIVED") return;
  move(turn, "close()", rule);
  s.fin_queued = true;
  s.write_seq = seqAdd(s.write_seq, 1);
  push(turn);
}

function isFinUnsent({ s }: Turn): boolean {
  return s.fin_queued && s.snd_nxt !== s.write_seq;
}

/** Bytes the peer still takes. */
function sendWindow({ s }: Turn): number {
  return seqDiff(seqAdd(s.snd_una, s.snd_wnd), s.snd_nxt);
}

/** Length of the segment that may be sent now, 0 for a FIN alone; null: none may. */
function nextLength(turn: Turn, more: boolean, probe = false): number | null {
  const { s } = turn;
  const waiting = unsentBytes(turn);
  const finWaiting = isFinUnsent(turn);
  if (waiting === 0 && !finWaiting) return null;
  // After a timeout one segment is out and no more, until something is acknowledged (RFC 5681 section 3.1: the loss
  // window; tcp_cwnd_test in TCP_CA_Loss).
  if (s.retransmits > 0 && s.flight.length > 0) return null;
  const room = sendWindow(turn);
  if (room < 1) return null;
  const whole = Math.min(waiting, s.mss);
  const len = probe ? Math.min(whole, room) : whole;
  // The FIN needs room too (tcp_snd_wnd_test).
  if (room < len + (finWaiting && len === waiting && !probe ? 1 : 0)) return null;
  if (more && len < s.mss) return null;
  const holdsBack = len < s.mss && smallInFlight(turn) && !s.options.no_delay;
  if (waiting > 0 && holdsBack && !(len === waiting && finWaiting)) return null;
  return len;
}
