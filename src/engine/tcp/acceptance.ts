/**
 * May this segment be looked at? RFC 9293 section 3.10.7.4, first check, and RFC 7323 section 5
 * before it. One function, one reason.
 */
import { ACK, endSeq, has, RST, type Segment, SYN } from "../segment.ts";
import { seqAfter, seqBefore, seqAdd, seqDiff } from "../seq.ts";
import { SECOND } from "../time.ts";

/** What both a full socket and a mini-socket know about what they expect. */
export interface ReceiveSide {
  /** rcv_nxt when the last acknowledgement was sent; a mini-socket has acknowledged all. */
  readonly rcv_wup?: number;
  readonly rcv_nxt: number;
  readonly rcv_wnd: number;
  /** The next byte the program will read; before rcv_nxt if something is unread. */
  readonly copied_seq?: number;
  readonly timestamps: boolean;
  readonly ts_recent: number;
  readonly ts_recent_stamp: number;
}

export type Acceptance = "acceptable" | "old timestamp" | "out of window";

/** TCP_PAWS_24DAYS: after so long without traffic the stored timestamp says nothing. */
const PAWS_IDLE = 24 * 24 * 3600 * SECOND;

/**
 * PAWS: the segment's timestamp is older than the newest accepted one (tcp_paws_check), by more than `slack`: 1 for a
 * full socket (TCP_PAWS_WINDOW), 0 for what is less.
 */
export function isOldTimestamp(side: ReceiveSide, segment: Segment, now: number, slack = 0): boolean {
  if (!side.timestamps || segment.ts === null || side.ts_recent === 0) return false;
  if (now - side.ts_recent_stamp >= PAWS_IDLE) return false;
  return seqDiff(side.ts_recent, segment.ts.val) > slack;
}

/** Where the window ends that the last acknowledgement offered, or what was taken beyond it (tcp_receive_window). */
export function windowEnd({ rcv_nxt, rcv_wup = rcv_nxt, rcv_wnd }: ReceiveSide): number {
  const end = seqAdd(rcv_wup, rcv_wnd);
  return seqAfter(end, rcv_nxt) ? end : rcv_nxt;
}

/**
 * Whether any of the segment lies in the window, counted from the last acknowledgement sent; while something is unread
 * also whether it ends there, but for the FIN (tcp_sequence).
 */
export function isInWindow(side: ReceiveSide, segment: Segment): boolean {
  const { rcv_nxt, rcv_wup = rcv_nxt, copied_seq = rcv_nxt } = side;
  const last = copied_seq === rcv_nxt ? segment.seq : seqAdd(segment.seq, segment.len);
  return !seqBefore(endSeq(segment), rcv_wup) && !seqAfter(last, windowEnd(side));
}

export function acceptance(side: ReceiveSide, segment: Segment, now: number, slack: number): Acceptance {
  // A RST is never discarded for its timestamp (RFC 7323 section 5.2).
  if (!has(segment, RST) && isOldTimestamp(side, segment, now, slack)) return "old timestamp";
  return isInWindow(side, segment) ? "acceptable" : "out of window";
}

/** A bare SYN, the only segment that asks for a new connection. */
export function asksForConnection(segment: Segment): boolean {
  return has(segment, SYN) && !has(segment, ACK) && !has(segment, RST);
}
