/**
 * When to acknowledge what arrived: at once, or up to 40 ms later in the hope that the answer of the
 * program, or its FIN, can carry the acknowledgement. RFC 1122 section 4.2.3.2; tcp_input.c
 * tcp_event_data_recv and __tcp_ack_snd_check, tcp_output.c tcp_send_delayed_ack.
 */
import { jiffy } from "../time.ts";
import { seqAdd, seqDiff } from "../seq.ts";
import { arm, ATO_MIN, count, receiveWindow, sendAck, type Turn } from "./turn.ts";

const MAX_QUICK = 16;
/** TCP_DELACK_MAX: HZ/5. */
const DELAY_MAX = 200_000;

/** The next segments are acknowledged at once, if no answer of the program is expected (tcp_incr_quickack). */
function moreQuick(turn: Turn): void {
  const { s } = turn;
  const quick = Math.min(Math.max(2, Math.floor(s.rcv_wnd / (2 * s.rcv_mss))), MAX_QUICK);
  if (quick > s.quick) s.quick = quick;
}

/** What was sent again looks like loss: acknowledge at once, whatever the program may answer (tcp_enter_quickack_mode). */
export function enterQuick(turn: Turn): void {
  moreQuick(turn);
  turn.s.pingpong = false;
  turn.s.ato = ATO_MIN;
}

/** Data arrived: note it and adapt the delay to its rhythm (tcp_event_data_recv). */
export function dataReceived(turn: Turn, length: number): void {
  const { s, env } = turn;
  s.ack_scheduled = true;
  if (length >= s.rcv_mss) s.rcv_mss = Math.min(length, s.mss);
  else s.ack_pushed = true;
  if (s.ato === 0) {
    moreQuick(turn);
    s.ato = ATO_MIN;
  } else {
    const gap = env.now - s.lrcvtime;
    if (gap <= ATO_MIN / 2) s.ato = s.ato / 2 + ATO_MIN / 2;
    else if (gap < s.ato) s.ato = Math.min(s.ato / 2 + gap, s.rto);
    else if (gap > s.rto) moreQuick(turn);
  }
  s.lrcvtime = env.now;
  s.last_heard = env.now;
}

/** After a segment was taken in: acknowledge now, later, or not at all. */
export function checkAcknowledge(turn: Turn): void {
  const { s } = turn;
  if (!s.ack_scheduled) return;
  const unacknowledged = (s.rcv_nxt - s.rcv_wup) | 0;
  const quickly = s.quick > 0 && !s.pingpong;
  if (unacknowledged > s.rcv_mss || quickly || s.out_of_order.length > 0) {
    sendAck(turn, "ack.at-once");
    return;
  }
  delayAcknowledge(turn);
}

/** tcp_send_delayed_ack. Before any data arrived the delay is nothing: the next tick. */
function delayAcknowledge(turn: Turn): void {
  const { s, env } = turn;
  let delay = s.ato;
  if (delay > ATO_MIN) {
    const most = s.pingpong || s.ack_pushed ? DELAY_MAX : 500_000;
    delay = Math.min(delay, s.srtt === null ? most : Math.min(most, Math.max(s.srtt, ATO_MIN)));
  }
  const due = env.now + Math.max(Math.min(delay, DELAY_MAX), jiffy(env.hz));
  const running = s.timers.delack;
  if (running !== null) {
    if (running <= env.now + delay / 4) {
      sendAck(turn, "ack.at-once");
      return;
    }
    if (running <= due) return;
  }
  arm(turn, "delack", due, "ack.delayed");
}

/** The delay is over (tcp_delack_timer_handler). */
export function onDelayOver(turn: Turn): void {
  const { s } = turn;
  if (!s.ack_scheduled) return;
  if (s.pingpong) {
    s.pingpong = false;
    s.ato = ATO_MIN;
  } else {
    s.ato = Math.min(s.ato * 2, s.rto);
  }
  sendAck(turn, "ack.delay-over");
  count(turn, "DelayedACKs");
}

/** The program has read everything (tcp_cleanup_rbuf). */
export function checkAfterRead(turn: Turn): void {
  const { s } = turn;
  if (s.ack_scheduled) {
    const unacknowledged = (s.rcv_nxt - s.rcv_wup) | 0;
    const emptied = s.copied_seq === s.rcv_nxt;
    if (unacknowledged > s.rcv_mss || (s.ack_pushed && !s.pingpong && emptied)) {
      sendAck(turn, "ack.after-read");
      return;
    }
  }
  // A window that is small and has at least doubled is worth an acknowledgement of its own.
  if (s.fin_received || s.shut_receive) return;
  const known = Math.max(0, seqDiff(seqAdd(s.rcv_wup, s.rcv_wnd), s.rcv_nxt));
  const opened = receiveWindow(s);
  if (2 * known <= s.options.receive_buffer && opened > 0 && opened >= 2 * known) sendAck(turn, "ack.window-opened");
}
