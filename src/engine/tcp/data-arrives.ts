/** Data and FIN arrive, in order or too early: RFC 9293 section 3.10.7.4, seventh check; tcp_data_queue. */
import { endSeq, FIN, has, hasDataOrFin, type Segment, SYN } from "../segment.ts";
import { seqAdd, seqAfter, seqBefore, seqDiff } from "../seq.ts";
import { windowEnd } from "./acceptance.ts";
import { dataReceived, enterQuick } from "./acknowledge.ts";
import { finArrives } from "./fin-arrives.ts";
import { resetFor } from "./no-socket.ts";
import { reset } from "./reset-arrives.ts";
import { endOf, type OutOfOrder } from "./socket.ts";
import { count, note, type Turn, wake } from "./turn.ts";

/** Returns whether the segment filled a gap, so that what had been kept behind it followed on. */
export function dataArrives(turn: Turn, segment: Segment): boolean {
  const { s } = turn;
  // A SYN that got here has been taken before; like other bytes that come again it is acknowledged.
  if (!hasDataOrFin(segment) && !has(segment, SYN)) return false;
  const end = endSeq(segment);
  if (s.fin_received && !seqBefore(segment.seq, s.rcv_nxt)) {
    note(turn, "data.behind-fin");
    return false;
  }
  const finSent = s.state === "FIN-WAIT-1" || s.state === "FIN-WAIT-2";
  if ((s.fin_received || (s.shut_receive && finSent)) && seqAfter(seqAdd(segment.seq, segment.len), s.rcv_nxt)) {
    abortOnData(turn, segment);
    return false;
  }
  // A FIN alone is taken into a closed window (tcp_data_queue).
  const room = seqDiff(windowEnd(s), seqAfter(segment.seq, s.rcv_nxt) ? segment.seq : s.rcv_nxt);
  const dropped = room <= 0 && segment.len > 0;
  if (dropped || !seqAfter(end, s.rcv_nxt)) {
    enterQuick(turn);
    s.ack_scheduled = true;
    if (dropped) note(turn, "data.no-room");
    else note(turn, has(segment, FIN) && segment.len === 0 ? "fin.again" : "data.duplicate");
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
    const nextEnd = endOf(next);
    if (seqAfter(nextEnd, s.rcv_nxt)) receive(turn, nextEnd, next.len, next.fin);
  }
  return s.out_of_order.length === 0;
}

/**
 * The program has closed, or shut down both ways, or the peer itself has said that nothing follows: nobody will ever
 * read this (RFC 1122 section 4.2.2.13; tcp_rcv_state_process, RCV_SHUTDOWN). A FIN behind a gap says as much. A program
 * that still holds the socket is told.
 */
function abortOnData(turn: Turn, segment: Segment): void {
  count(turn, "TCPAbortOnData");
  turn.effects.push({ do: "send", segment: resetFor(segment), rule: "data.after-close" });
  reset(turn, "data.after-close");
}

function receive(turn: Turn, end: number, length: number, fin: boolean): void {
  const { s } = turn;
  const before = s.rcv_nxt;
  s.rcv_nxt = end;
  if (length > 0 && seqDiff(end, before) > (fin ? 1 : 0)) {
    dataReceived(turn, length);
    note(turn, "data.queued");
  }
  if (fin) finArrives(turn);
  if (turn.alive) wake(turn, fin ? "fin.passive-close" : "data.queued");
}
