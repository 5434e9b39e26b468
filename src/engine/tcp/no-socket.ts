/**
 * A segment that meets no socket: RFC 9293 section 3.10.7.1, tcp_v4_send_reset. A RST is never
 * answered.
 */
import { ACK, endSeq, has, RST, type Segment } from "../segment.ts";

/** The RST that answers a segment: its own ack number as seq, or an ACK of all it holds. */
export function resetFor(segment: Segment): Segment {
  const acknowledges = has(segment, ACK);
  return {
    src: segment.dst,
    dst: segment.src,
    flags: acknowledges ? RST : RST | ACK,
    seq: acknowledges ? segment.ack : 0,
    ack: acknowledges ? 0 : endSeq(segment),
    win: 0,
    len: 0,
    mss: null,
    ws: null,
    sack: false,
    ts: null,
  };
}
