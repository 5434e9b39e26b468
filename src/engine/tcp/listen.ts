/**
 * A SYN meets a listener: RFC 9293 section 3.10.7.2, tcp_conn_request. Linux gives the half-open
 * connection an object of its own (request_sock); here it is a full socket in SYN-RECEIVED.
 */
import { ACK, type End, FIN, has, RST, type Segment, SYN } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { asksForConnection } from "./acceptance.ts";
import { resetFor } from "./no-socket.ts";
import { RTO_INITIAL } from "./retransmission.ts";
import { DEFAULT_OPTIONS, type FullSocket, type ListenSocket, NO_TIMERS, type SocketOptions } from "./socket.ts";
import { arm, firstTurn, type Effect, emit, type Environment, move, type Turn } from "./turn.ts";

/** What a listener does with a segment: nothing, an answer, or a new connection. */
export interface ListenOutcome {
  readonly child: FullSocket | null;
  readonly effects: readonly Effect[];
}

/**
 * @param id number for the new socket, if there will be one
 * @param iss its initial sequence number
 * @param tsOffset its timestamp offset
 */
export function onListenSegment(
  listener: ListenSocket,
  segment: Segment,
  env: Environment,
  id: number,
  iss: number,
  tsOffset: number,
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
  if (isQueueFull(listener)) {
    return {
      child: null,
      effects: [
        { do: "note", rule: "listen.queue-full" },
        { do: "count", counter: "ListenOverflows" },
        { do: "count", counter: "ListenDrops" },
      ],
    };
  }
  if (env.proven === false) {
    return {
      child: null,
      effects: [
        { do: "note", rule: "listen.old-timestamp" },
        { do: "count", counter: "PAWSPassive" },
        { do: "count", counter: "ListenDrops" },
      ],
    };
  }
  const turn = firstTurn(newConnection(id, listener.options, segment.dst, segment.src, iss, tsOffset, env), env);
  turn.s.bound = listener.bound;
  turn.s.listener = listener.id;
  turn.s.held = false;
  receiveSyn(turn, segment);
  return { child: turn.s, effects: turn.effects };
}

/** sk_acceptq_is_full: one more than the backlog fits. */
export function isQueueFull(listener: ListenSocket): boolean {
  return listener.accept_queue.length > listener.backlog;
}

function receiveSyn(turn: Turn, segment: Segment): void {
  const { s } = turn;
  move(turn, "SYN arrives", "listen.syn");
  s.irs = segment.seq;
  s.rcv_nxt = seqAdd(segment.seq, 1);
  s.copied_seq = s.rcv_nxt;
  s.rcv_wup = s.rcv_nxt;
  s.snd_wnd = segment.win;
  agreeOnOptions(turn, segment);
  // The first window is a whole number of segments, and timestamps make them shorter (tcp_openreq_init_rwin).
  if (s.timestamps && s.options.receive_buffer === DEFAULT_OPTIONS.receive_buffer)
    s.options = { ...s.options, receive_buffer: 45 * 1448 };
  sendSyn(turn, SYN | ACK, "listen.syn");
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
    write_seq: iss,
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
