/**
 * A SYN meets a listener: RFC 9293 section 3.10.7.2, tcp_conn_request. Linux gives the half-open
 * connection an object of its own (request_sock); here it is a full socket in SYN-RECEIVED.
 */
import { ACK, type End, FIN, has, RST, type Segment, SYN } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { asksForConnection } from "./acceptance.ts";
import { cookieFor } from "./syn-cookie.ts";
import { resetFor } from "./no-socket.ts";
import type { RuleId } from "./rules.ts";
import { RTO_INITIAL } from "./retransmission.ts";
import { DEFAULT_OPTIONS, type FullSocket, type ListenSocket, NO_TIMERS, type SocketOptions } from "./socket.ts";
import { arm, firstTurn, type Effect, emit, type Environment, move, type Turn } from "./turn.ts";

/** What a listener does with a segment: nothing, an answer, or a new connection. */
export interface ListenOutcome {
  readonly child: FullSocket | null;
  readonly effects: readonly Effect[];
}

/** What the host knows when a segment meets a listener. */
export interface Offer {
  /** Number for the new socket, if there will be one. */
  readonly id: number;
  /** Its initial sequence number and timestamp offset. */
  readonly iss: number;
  readonly tsOffset: number;
  /** What a SYN cookie would be made of; see `syn-cookie.ts`. */
  readonly cookie: number;
  /** A TIME-WAIT has let the SYN through: it is not asked again (isn in tcp_conn_request). */
  readonly fromTimeWait: boolean;
  /** False if its timestamp is older than what is remembered of its address; see `kernel/peers.ts`. */
  readonly proven: boolean;
  /** Connections of the listener that are half open. */
  readonly halfOpen: number;
}

/** One segment that acknowledges no cookie arrives for a listener. */
export function onListenSegment(
  listener: ListenSocket,
  segment: Segment,
  env: Environment,
  offer: Offer,
): ListenOutcome {
  if (has(segment, RST)) return { child: null, effects: [] };
  if (has(segment, ACK)) {
    return {
      child: null,
      effects: [
        { do: "send", segment: resetFor(segment), rule: "listen.not-a-syn" },
        { do: "count", counter: "TcpOutRsts" },
      ],
    };
  }
  if (!asksForConnection(segment) || has(segment, FIN))
    return { child: null, effects: [{ do: "note", rule: "listen.not-a-syn" }] };
  const refused = refusal(listener, env, offer);
  if (refused) {
    const counted = [...refused.counters, "ListenDrops"].map((counter) => ({ do: "count", counter }) as const);
    return { child: null, effects: [{ do: "note", rule: refused.rule }, ...counted] };
  }
  if (wantsCookie(listener, env, offer)) return { child: null, effects: cookieFor(listener, segment, env, offer) };
  const { id, iss, tsOffset } = offer;
  const turn = firstTurn(newConnection(id, listener.options, segment.dst, segment.src, iss, tsOffset, env), env);
  turn.s.bound = listener.bound;
  turn.s.listener = listener.id;
  turn.s.held = false;
  receiveSyn(turn, segment);
  return { child: turn.s, effects: turn.effects };
}

/** Nothing is kept of the SYN if more than the backlog is half open, or always (inet_csk_reqsk_queue_is_full). */
function wantsCookie(listener: ListenSocket, { settings }: Environment, { halfOpen, fromTimeWait }: Offer): boolean {
  return !fromTimeWait && (halfOpen > listener.backlog || settings.tcp_syncookies === 2);
}

/** Why a SYN is dropped without an answer; null: it is not. In the order of tcp_conn_request. */
function refusal(
  listener: ListenSocket,
  env: Environment,
  offer: Offer,
): { readonly rule: RuleId; readonly counters: readonly string[] } | null {
  const { tcp_syncookies: cookies, tcp_max_syn_backlog: most, tcp_tw_recycle: recycle } = env.settings;
  const cookie = wantsCookie(listener, env, offer);
  if (cookie && cookies === 0) return { rule: "listen.syn-queue-full", counters: ["TCPReqQFullDrop"] };
  if (isQueueFull(listener)) return { rule: "listen.queue-full", counters: ["ListenOverflows"] };
  if (cookie || offer.fromTimeWait) return null;
  if (!offer.proven) return { rule: "listen.old-timestamp", counters: ["PAWSPassive"] };
  // Who was measured before may have the last quarter; with tcp_no_metrics_save, as here, nobody was.
  const lastQuarter = cookies === 0 && recycle === 0 && most - offer.halfOpen < most >> 2;
  return lastQuarter ? { rule: "listen.last-quarter", counters: [] } : null;
}

/** sk_acceptq_is_full: one more than the backlog fits. */
export function isQueueFull(listener: ListenSocket): boolean {
  return listener.accept_queue.length > listener.backlog;
}

function receiveSyn(turn: Turn, segment: Segment): void {
  move(turn, "SYN arrives", "listen.syn");
  takeSyn(turn, segment);
  sendSyn(turn, SYN | ACK, "listen.syn");
}

/** Notes the numbers and options of the client's SYN. */
export function takeSyn(turn: Turn, segment: Segment): void {
  const { s } = turn;
  s.irs = segment.seq;
  s.rcv_nxt = seqAdd(segment.seq, 1);
  s.copied_seq = s.rcv_nxt;
  s.rcv_wup = s.rcv_nxt;
  s.snd_wnd = segment.win;
  agreeOnOptions(turn, segment);
  // The first window is a whole number of segments, and timestamps make them shorter (tcp_openreq_init_rwin).
  if (s.timestamps && s.options.receive_buffer === DEFAULT_OPTIONS.receive_buffer)
    s.options = { ...s.options, receive_buffer: 45 * 1448 };
}

/** Options hold only if both SYNs carry them (RFC 7323 sections 2.2 and 3.2, RFC 2018 section 2). */
export function agreeOnOptions(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  s.timestamps = s.timestamps && segment.ts !== null;
  s.sack = s.sack && segment.sack;
  s.window_scaling = s.window_scaling && segment.ws !== null;
  // 12 bytes of each segment go to the timestamps option.
  s.mss = Math.min(segment.mss ?? 536, 1460) - (s.timestamps ? 12 : 0);
  s.rcv_mss = Math.min(s.mss, 536);
  if (segment.ts) {
    s.ts_recent = segment.ts.val;
    s.ts_recent_stamp = env.now;
  }
}

/** Sends our SYN, which takes the first sequence number, and starts its timer. */
export function sendSyn(turn: Turn, flags: number, rule: "listen.syn" | "connect.syn"): void {
  const { s, env } = turn;
  s.snd_nxt = seqAdd(s.iss, 1);
  s.write_seq = s.snd_nxt;
  s.flight = [{ seq: s.iss, len: 0, fin: false, syn: true, push: false, sent_at: env.now, retransmitted: false }];
  emit(turn, rule, { flags, seq: s.iss });
  arm(turn, "retransmit", env.now + RTO_INITIAL, "rto.armed");
}

/** A connection before anything was sent or received. */
export function newConnection(
  id: number,
  options: SocketOptions,
  local: End,
  remote: End,
  iss: number,
  tsOffset: number,
  env: Environment,
): FullSocket {
  return {
    kind: "full",
    id,
    options,
    bound: { address: local.address, port: local.port, explicit: false },
    asked: null,
    connecting: false,
    state: "CLOSED",
    local,
    remote,
    listener: null,
    orphan: false,
    held: true,
    iss,
    snd_una: iss,
    snd_nxt: iss,
    snd_wnd: 0,
    snd_wl1: 0,
    max_window: 0,
    bytes_acked: 0,
    write_seq: iss,
    push_marked: false,
    fin_queued: false,
    mss: 1460,
    flight: [],
    shut_send: false,
    irs: 0,
    rcv_nxt: 0,
    rcv_wup: 0,
    copied_seq: 0,
    rcv_wnd: options.receive_buffer,
    rcv_mss: 536,
    out_of_order: [],
    fin_received: false,
    shut_receive: false,
    timestamps: env.settings.tcp_timestamps !== 0,
    sack: env.settings.tcp_sack !== 0,
    window_scaling: env.settings.tcp_window_scaling !== 0,
    ts_recent: 0,
    ts_offset: tsOffset,
    ts_recent_stamp: 0,
    srtt: null,
    min_rtt: null,
    rttvar: 0,
    mdev: 0,
    mdev_max: 0,
    rtt_seq: iss,
    rto: RTO_INITIAL,
    backoff: 0,
    retransmits: 0,
    retrans_stamp: null,
    tail_probe_sent: false,
    probes_out: 0,
    probes_tstamp: null,
    last_heard: env.now,
    ack_scheduled: false,
    ato: 0,
    quick: 0,
    pingpong: false,
    ack_pushed: false,
    lrcvtime: -1e9,
    last_oow_ack: null,
    timers: NO_TIMERS,
    error: null,
  };
}
