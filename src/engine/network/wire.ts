/**
 * What the wire has seen of each connection: its number, and of each end how far it has sent and what
 * has arrived there. Made-up segments take their numbers from this, as the lab's relay does, so that
 * they can be aimed at sockets that are long gone. Kept only in runs that make segments up.
 */
import type { Endpoint } from "../process/program.ts";
import { type End, endSeq, has, RST, ACK, type Segment, SYN } from "../segment.ts";
import { seqAfter, seqBefore } from "../seq.ts";
import type { World } from "../world/world.ts";

export interface WireSide {
  /** The highest number it has used. */
  readonly snd_nxt: number;
  /** The next number it expects, as far as segments arrived; null: none did. */
  readonly rcv_nxt: number | null;
  /** Arrived ahead of a gap. */
  readonly waiting: readonly { readonly from: number; readonly to: number }[];
  readonly window: number;
  readonly tsval_sent: number;
  /** The latest timestamp that arrived in order; null: none did. */
  readonly tsval_got: number | null;
}

export interface WireConnection {
  readonly from: End;
  readonly to: End;
  /** Sequence number of its first SYN: another one between the same ends begins another connection. */
  readonly iss: number;
  /** Of `from`, then of `to`. */
  readonly sides: readonly [WireSide, WireSide];
}

const UNSEEN: WireSide = { snd_nxt: 0, rcv_nxt: null, waiting: [], window: 0, tsval_sent: 0, tsval_got: null };

export function sameEnd(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port;
}

/** Index of the latest connection between the two ends, and which of its sides `end` is. */
function find(world: World, end: Endpoint, peer: Endpoint): { index: number; side: 0 | 1 } | null {
  for (let index = world.connections.length - 1; index >= 0; index -= 1) {
    const one = world.connections[index];
    if (one && sameEnd(one.from, end) && sameEnd(one.to, peer)) return { index, side: 0 };
    if (one && sameEnd(one.to, end) && sameEnd(one.from, peer)) return { index, side: 1 };
  }
  return null;
}

function change(world: World, end: Endpoint, peer: Endpoint, next: (side: WireSide) => WireSide): void {
  const found = find(world, end, peer);
  if (!found) return;
  world.connections = world.connections.map((one, index): WireConnection => {
    if (index !== found.index) return one;
    const [from, to] = one.sides;
    return { ...one, sides: found.side === 0 ? [next(from), to] : [from, next(to)] };
  });
}

/** A segment leaves a host. */
export function sawSent(world: World, segment: Segment): void {
  const { src, dst, seq } = segment;
  if (has(segment, SYN) && !has(segment, ACK)) {
    const latest = world.connections.findLast((one) => sameEnd(one.from, src) && sameEnd(one.to, dst));
    if (latest?.iss !== seq)
      world.connections = [...world.connections, { from: src, to: dst, iss: seq, sides: [UNSEEN, UNSEEN] }];
  }
  const end = endSeq(segment);
  change(world, src, dst, (side) => ({
    ...side,
    snd_nxt: has(segment, SYN) || seqAfter(end, side.snd_nxt) ? end : side.snd_nxt,
    window: segment.win,
    tsval_sent: segment.ts?.val ?? side.tsval_sent,
  }));
}

/** A segment reaches a host, whatever becomes of it there. */
export function sawArrive(world: World, segment: Segment): void {
  if (has(segment, RST)) return;
  change(world, segment.dst, segment.src, (side) => arrived(side, segment));
}

function arrived(side: WireSide, segment: Segment): WireSide {
  const end = endSeq(segment);
  let { rcv_nxt } = side;
  let waiting = side.waiting;
  if (has(segment, SYN)) {
    rcv_nxt = end;
    waiting = [];
  } else if (rcv_nxt === null) {
    return side;
  } else if (seqBefore(rcv_nxt, end)) {
    waiting = [...waiting, { from: segment.seq, to: end }].sort((a, b) => (seqBefore(a.from, b.from) ? -1 : 1));
    for (const one of waiting) if (!seqBefore(rcv_nxt, one.from) && seqBefore(rcv_nxt, one.to)) rcv_nxt = one.to;
    const reached = rcv_nxt;
    waiting = waiting.filter((one) => seqBefore(reached, one.to));
  }
  const newer =
    segment.ts !== null &&
    !seqBefore(rcv_nxt, segment.seq) &&
    (side.tsval_got === null || has(segment, SYN) || !seqBefore(segment.ts.val, side.tsval_got));
  return { ...side, rcv_nxt, waiting, tsval_got: newer && segment.ts ? segment.ts.val : side.tsval_got };
}
