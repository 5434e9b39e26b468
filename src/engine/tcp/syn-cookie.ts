/**
 * SYN cookies: a listener with too many half-open connections answers a SYN and keeps nothing of it. What it has to
 * know when the client answers lies in the sequence number and in the low bits of the timestamp. syncookies.c
 * cookie_init_sequence, cookie_init_timestamp, cookie_v4_check.
 */
import { ACK, type Segment, SYN } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { MILLISECOND } from "../time.ts";
import { agreeOnOptions, newConnection, type Offer, takeSyn } from "./listen.ts";
import type { FullSocket, ListenSocket } from "./socket.ts";
import { beginTurn, count, type Effect, emit, type Environment, move } from "./turn.ts";

/** Segment sizes a cookie can name (msstab). */
const SIZES = [536, 1300, 1440, 1460] as const;
/** Low bits of the timestamp: window scale, 15 for none, and SACK (TS_OPT_WSCALE_MASK, TS_OPT_SACK). */
const SCALE_BITS = 15;
const SACK_BIT = 16;
const OPTION_BITS = 63;

/** The SYN+ACK that carries a cookie. `hash` is secret and belongs to both ends, the client's number and the minute. */
export function cookieFor(listener: ListenSocket, segment: Segment, env: Environment, offer: Offer): readonly Effect[] {
  const size = SIZES.findLastIndex((bytes) => bytes <= (segment.mss ?? 536));
  const iss = ((offer.cookie & ~3) | Math.max(size, 0)) >>> 0;
  const { id, tsOffset } = offer;
  const blank = newConnection(id, listener.options, segment.dst, segment.src, iss, tsOffset, env);
  const turn = beginTurn({ ...blank, bound: listener.bound }, env);
  takeSyn(turn, segment);
  // Without timestamps there is no place for the other options, so they are not offered (cookie_ecn_ok, tstamp_ok).
  if (!turn.s.timestamps) Object.assign(turn.s, { sack: false, window_scaling: false });
  count(turn, "TCPReqQFullDoCookies");
  emit(turn, "listen.cookie", { flags: SYN | ACK, seq: iss });
  count(turn, "SyncookiesSent");
  const { timestamps, window_scaling, sack } = turn.s;
  const bits = (window_scaling ? (segment.ws ?? SCALE_BITS) : SCALE_BITS) | (sack ? SACK_BIT : 0);
  return turn.effects.map((effect) =>
    effect.do === "send" && timestamps && effect.segment.ts
      ? { ...effect, segment: withBits(effect.segment, effect.segment.ts.ecr, bits, tsOffset, env.now) }
      : effect,
  );
}

function withBits(segment: Segment, ecr: number, bits: number, offset: number, now: number): Segment {
  const clock = Math.floor(now / MILLISECOND);
  const coded = ((clock & ~OPTION_BITS) | bits) >>> 0;
  const val = seqAdd(coded > clock ? coded - OPTION_BITS - 1 : coded, offset);
  return { ...segment, ts: { val, ecr } };
}

/** Whether a segment acknowledges a cookie made from `hash`. */
export function acknowledgesCookie(segment: Segment, hash: number): boolean {
  return ((seqAdd(segment.ack, -1) ^ hash) & ~3) === 0;
}

/** The connection a cookie stood for, as half open as if it had been kept; the segment that brought it comes next. */
export function connectionFromCookie(
  listener: ListenSocket,
  segment: Segment,
  env: Environment,
  { id, tsOffset }: Pick<Offer, "id" | "tsOffset">,
): { readonly child: FullSocket; readonly effects: readonly Effect[] } {
  const iss = seqAdd(segment.ack, -1);
  const bits = segment.ts ? seqAdd(segment.ts.ecr, -tsOffset) & OPTION_BITS : SCALE_BITS;
  const blank = newConnection(id, listener.options, segment.dst, segment.src, iss, tsOffset, env);
  const turn = beginTurn({ ...blank, bound: listener.bound, listener: listener.id, held: false }, env);
  move(turn, "SYN arrives", "listen.cookie-answered");
  const { s } = turn;
  s.irs = seqAdd(segment.seq, -1);
  s.rcv_nxt = segment.seq;
  s.copied_seq = s.rcv_nxt;
  s.rcv_wup = s.rcv_nxt;
  s.snd_nxt = seqAdd(iss, 1);
  s.write_seq = s.snd_nxt;
  s.snd_wnd = segment.win;
  const scale = bits & SCALE_BITS;
  agreeOnOptions(turn, {
    ...segment,
    mss: SIZES[iss & 3] ?? 536,
    ws: scale === SCALE_BITS ? null : scale,
    sack: (bits & SACK_BIT) !== 0,
  });
  return { child: s, effects: turn.effects };
}
