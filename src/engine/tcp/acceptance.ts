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
  readonly timestamps: boolean;
  readonly ts_recent: number;
  readonly ts_recent_stamp: number;
}

export type Acceptance = "acceptable" | "old timestamp" | "out of window";

/** TCP_PAWS_24DAYS: after so long without traffic the stored timestamp says nothing. */
const PAWS_IDLE = 24 * 24 * 3600 * SECOND;

/** PAWS: the segment's timestamp is older than the newest accepted one (tcp_paws_check). */
export function isOldTimestamp(side: ReceiveSide, segment: Segment, now: number): boolean {
  if (!side.timestamps || segment.ts === null || side.ts_recent === 0) return false;
  if (now - side.ts_recent_stamp >= PAWS_IDLE) return false;
  return seqDiff(segment.ts.val, side.ts_recent) < 0;
}

/** Whether any of the segment lies in the window. Linux counts from the last acknowledgement sent (tcp_sequence). */
export function isInWindow(side: ReceiveSide, segment: Segment): boolean {
  return (
    !seqBefore(endSeq(segment), side.rcv_wup ?? side.rcv_nxt) &&
    !seqAfter(segment.seq, seqAdd(side.rcv_nxt, side.rcv_wnd))
  );
}

export function acceptance(side: ReceiveSide, segment: Segment, now: number): Acceptance {
  // A RST is never discarded for its timestamp (RFC 7323 section 5.2).
  if (!has(segment, RST) && isOldTimestamp(side, segment, now)) return "old timestamp";
  return isInWindow(side, segment) ? "acceptable" : "out of window";
}

/** A bare SYN, the only segment that asks for a new connection. */
export function asksForConnection(segment: Segment): boolean {
  return has(segment, SYN) && !has(segment, ACK) && !has(segment, RST);
}
