/**
 * What a host keeps per socket. Three kinds, as in Linux, because they hold different things: a
 * listener (queues), a full socket (`tcp_sock`), and the mini-socket (`tcp_timewait_sock`) that
 * stands in for one in TIME-WAIT, and in FIN-WAIT-2 once no process holds it.
 *
 * Sockets are values: a step makes a new one and never changes an old one. Variable names are those
 * of RFC 9293 section 3.3.1 and of Linux (`struct tcp_sock`). Times are microseconds, sizes bytes.
 */
import type { Endpoint } from "../process/program.ts";
import type { End } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import type { State } from "../trace.ts";

/** A segment sent and not yet acknowledged. */
export interface Flight {
  readonly seq: number;
  readonly len: number;
  readonly fin: boolean;
  readonly syn: boolean;
  readonly push: boolean;
  /** When it was last sent. */
  readonly sent_at: number;
  readonly retransmitted: boolean;
}

/** Received ahead of its turn. */
export interface OutOfOrder {
  readonly seq: number;
  readonly len: number;
  readonly fin: boolean;
}

export function endOf({ seq, len, fin }: OutOfOrder): number {
  return seqAdd(seq, len + (fin ? 1 : 0));
}

export interface Linger {
  readonly on: boolean;
  readonly seconds: number;
}

/** What `setsockopt` can change; a listener's children inherit it. */
export interface SocketOptions {
  readonly reuse_address: boolean;
  readonly reuse_port: boolean;
  readonly bind_address_no_port: boolean;
  readonly port_range: { readonly first: number; readonly last: number } | null;
  readonly keepalive: boolean;
  readonly keepalive_time: number | null;
  readonly keepalive_interval: number | null;
  readonly keepalive_probes: number | null;
  readonly linger: Linger;
  /** TCP_LINGER2 in seconds: 0 follows tcp_fin_timeout, negative skips FIN-WAIT-2. */
  readonly linger2: number;
  readonly no_delay: boolean;
  /** Milliseconds; 0 is off. */
  readonly user_timeout: number;
  readonly syn_retries: number | null;
  /** Microseconds; null waits for ever. */
  readonly receive_timeout: number | null;
  readonly send_timeout: number | null;
  readonly send_buffer: number;
  readonly receive_buffer: number;
}

export interface Bound {
  readonly address: string;
  readonly port: number;
  /** The port was asked for by number, not chosen by the kernel. */
  readonly explicit: boolean;
}

interface SocketBase {
  readonly id: number;
  readonly options: SocketOptions;
  readonly bound: Bound | null;
  /** What bind() asked for. A port it named stays taken as long as a descriptor refers to the socket (SOCK_BINDPORT_LOCK). */
  readonly asked: Endpoint | null;
}

/** A socket that neither listens nor has been connected. */
export interface FreshSocket extends SocketBase {
  readonly kind: "fresh";
  readonly error: string | null;
}

export interface ListenSocket extends SocketBase {
  readonly kind: "listen";
  readonly bound: Bound;
  readonly backlog: number;
  /** Established connections nobody has accepted yet, oldest first. */
  readonly accept_queue: readonly number[];
}

export type SocketTimer = "retransmit" | "probe" | "persist" | "delack" | "keepalive";

/** Absolute deadlines; null: not running. At most one of retransmit, probe and persist runs. */
export type SocketTimers = Readonly<Record<SocketTimer, number | null>>;

export interface FullSocket extends SocketBase {
  readonly kind: "full";
  readonly state: State;
  readonly bound: Bound;
  readonly local: End;
  readonly remote: End;
  /** connect() has not told yet how it ended (SS_CONNECTING). */
  readonly connecting: boolean;
  /** The listener whose child this is, while it is not accepted. */
  readonly listener: number | null;
  /** No process holds it any more (SOCK_DEAD). */
  readonly orphan: boolean;
  /** Some descriptor refers to it; false while it sits in an accept queue. */
  readonly held: boolean;

  // Sending: RFC 9293 3.3.1
  readonly iss: number;
  readonly snd_una: number;
  readonly snd_nxt: number;
  readonly snd_wnd: number;
  readonly snd_wl1: number;
  /** The largest window the peer has ever offered. */
  readonly max_window: number;
  readonly bytes_acked: number;
  /** Sequence number after everything the program has written, FIN included once queued. */
  readonly write_seq: number;
  /** What is unsent ends with PSH: a send() without MSG_MORE wrote some of it (tcp_mark_push). */
  readonly push_marked: boolean;
  readonly fin_queued: boolean;
  readonly mss: number;
  readonly flight: readonly Flight[];
  readonly shut_send: boolean;

  // Receiving
  readonly irs: number;
  readonly rcv_nxt: number;
  /** rcv_nxt when the last acknowledgement was sent. */
  readonly rcv_wup: number;
  /** Sequence number of the next byte the program will read. */
  readonly copied_seq: number;
  readonly rcv_wnd: number;
  readonly rcv_mss: number;
  readonly out_of_order: readonly OutOfOrder[];
  readonly fin_received: boolean;
  readonly shut_receive: boolean;

  // Options agreed in the handshake
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly window_scaling: boolean;
  readonly ts_recent: number;
  readonly ts_offset: number;
  /** When ts_recent was taken. */
  readonly ts_recent_stamp: number;

  // Round-trip time and retransmission: RFC 6298. null: no sample yet.
  readonly srtt: number | null;
  /** The shortest round trip seen (tcp_min_rtt). Microseconds; null: no sample yet. */
  readonly min_rtt: number | null;
  readonly rttvar: number;
  /** Four mean deviations, the largest of them in this round trip, and the number that ends the round trip. */
  readonly mdev: number;
  readonly mdev_max: number;
  readonly rtt_seq: number;
  readonly rto: number;
  readonly backoff: number;
  /** Timer-driven retransmissions of the oldest segment. */
  readonly retransmits: number;
  /** When the first of them was sent. */
  readonly retrans_stamp: number | null;
  /** A tail-loss probe is out and not answered. */
  readonly tail_probe_sent: boolean;
  /** Probes of a zero window or of a silent peer that nobody has answered. */
  readonly probes_out: number;
  /** When the probes of this closed window began. */
  readonly probes_tstamp: number | null;
  /** When the peer was last heard (the later of lrcvtime and rcv_tstamp). */
  readonly last_heard: number;

  // Delayed acknowledgements: inet_connection_sock.icsk_ack
  readonly ack_scheduled: boolean;
  readonly ato: number;
  readonly quick: number;
  readonly pingpong: boolean;
  /** A segment shorter than the MSS arrived that the program has not read (ICSK_ACK_PUSHED). */
  readonly ack_pushed: boolean;
  readonly lrcvtime: number;
  readonly last_oow_ack: number | null;

  readonly timers: SocketTimers;
  /** Error the next call reports (sk_err). */
  readonly error: string | null;
}

/** `tcp_timewait_sock`: what is left of a connection. */
export interface MiniSocket {
  readonly kind: "mini";
  readonly id: number;
  /** In the trace: that of the socket it stands for. */
  readonly name: string;
  readonly substate: "FIN-WAIT-2" | "TIME-WAIT";
  readonly bound: Bound;
  readonly local: End;
  readonly remote: End;
  readonly rcv_nxt: number;
  readonly snd_nxt: number;
  readonly rcv_wnd: number;
  readonly timestamps: boolean;
  readonly ts_recent: number;
  readonly ts_recent_stamp: number;
  readonly ts_offset: number;
  /** SO_REUSEADDR and SO_REUSEPORT of the socket it stands for (inet_twsk_alloc). */
  readonly reuse_address: boolean;
  readonly reuse_port: boolean;
  readonly last_oow_ack: number | null;
  /** When the wait began; a segment that starts the 60 seconds again leaves it (tw_entry_stamp). */
  readonly entered: number;
  /** How long TIME-WAIT lasts: 60 s, or 3.5 timeouts where tcp_tw_recycle held (tw_timeout). Microseconds. */
  readonly timeout: number;
  readonly deadline: number;
}

export type AnySocket = FreshSocket | ListenSocket | FullSocket | MiniSocket;

export const DEFAULT_OPTIONS: SocketOptions = {
  reuse_address: false,
  reuse_port: false,
  bind_address_no_port: false,
  port_range: null,
  keepalive: false,
  keepalive_time: null,
  keepalive_interval: null,
  keepalive_probes: null,
  linger: { on: false, seconds: 0 },
  linger2: 0,
  no_delay: false,
  user_timeout: 0,
  syn_retries: null,
  receive_timeout: null,
  send_timeout: null,
  send_buffer: 87_040,
  receive_buffer: 64_240,
};

export const NO_TIMERS: SocketTimers = { retransmit: null, probe: null, persist: null, delack: null, keepalive: null };

/** The socket as it was before listen() or connect(), with what bind() asked for (tcp_disconnect, inet_csk_listen_stop). */
export function asNew({ id, options, asked }: ListenSocket | FullSocket): FreshSocket {
  const bound = asked && { ...asked, explicit: asked.port !== 0 };
  return { kind: "fresh", id, options, bound, asked, error: null };
}

/** The state `ss` prints for a socket. */
export function stateOf(socket: AnySocket): State {
  switch (socket.kind) {
    case "fresh":
      return "CLOSED";
    case "listen":
      return "LISTEN";
    case "full":
      return socket.state;
    case "mini":
      return socket.substate;
  }
}

/** Bytes that arrived in order and were not read, the FIN not counted. */
export function unreadBytes(socket: FullSocket): number {
  const ahead = (socket.rcv_nxt - socket.copied_seq) | 0;
  return socket.fin_received ? Math.max(0, ahead - 1) : ahead;
}

/** In SYN-RECEIVED, and begun by a listener: in Linux not yet a socket but a request (struct request_sock). */
export function isHalfOpen({ state, listener }: FullSocket): boolean {
  return state === "SYN-RECEIVED" && listener !== null;
}
