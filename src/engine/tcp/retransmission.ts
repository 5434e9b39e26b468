/**
 * Round-trip time, retransmission timeout and giving up: RFC 6298 as Linux does it
 * (tcp_input.c tcp_rtt_estimator, tcp_timer.c).
 */
import { ACK, FIN, PSH, SYN } from "../segment.ts";
import { seqAfter } from "../seq.ts";
import { jiffy, SECOND } from "../time.ts";
import { synAckRetries } from "./half-open.ts";
import { resetOverLimit } from "./orphan-limit.ts";
import { type Flight, type FullSocket, isHalfOpen } from "./socket.ts";
import { arm, cancelTransmit, count, destroy, emit, type Environment, move, note, type Turn, wake } from "./turn.ts";

/** Timeout before any sample: TCP_TIMEOUT_INIT, RFC 6298 2.1. */
export const RTO_INITIAL = SECOND;

/** What a number of retries counts in, whatever tcp_rto_min_us says: TCP_RTO_MIN. */
const RETRY_LEAST = 200_000;

/** Timeout if the handshake gave no sample, for its segments were sent twice: TCP_TIMEOUT_FALLBACK, RFC 6298 5.7. */
export const RTO_FALLBACK = 3 * SECOND;

/** TCP_TIMEOUT_MIN in jiffies: the least a timer of this family waits. */
const TIMEOUT_MIN_JIFFIES = 2;

/**
 * Takes a round-trip sample in microseconds (tcp_rtt_estimator, tcp_set_rto). `mdev` holds four mean
 * deviations; `rttvar` follows the largest of a round trip: at once upwards, by a quarter of the way
 * down, and never below the least timeout.
 */
export function takeSample(turn: Turn, sample: number): void {
  const { s, env } = turn;
  const measured = Math.max(sample, 1);
  const least = env.settings.tcp_rto_min_us;
  s.min_rtt = Math.min(s.min_rtt ?? measured, measured);
  if (s.srtt === null) {
    s.srtt = measured;
    s.mdev = 2 * measured;
    s.rttvar = Math.max(s.mdev, least);
    s.mdev_max = s.rttvar;
    s.rtt_seq = s.snd_nxt;
  } else {
    const error = measured - s.srtt;
    s.srtt = Math.max(1, Math.round(s.srtt + error / 8));
    const change = Math.abs(error) - s.mdev / 4;
    // A sample far below the average must not look like a growing deviation.
    s.mdev = Math.round(s.mdev + (error < 0 && change > 0 ? change / 8 : change));
    s.mdev_max = Math.max(s.mdev_max, s.mdev);
    s.rttvar = Math.max(s.rttvar, s.mdev_max);
    if (seqAfter(s.snd_una, s.rtt_seq)) {
      s.rttvar -= Math.round((s.rttvar - s.mdev_max) / 4);
      s.rtt_seq = s.snd_nxt;
      s.mdev_max = least;
    }
  }
  // Whole ticks, rounded up (__tcp_set_rto): a timeout of 200.1 ms is 204 ms at 250 ticks a second.
  const tick = jiffy(env.hz);
  s.rto = Math.ceil((s.srtt + s.rttvar) / tick) * tick;
  s.backoff = 0;
}

function effectiveTimeout(s: FullSocket, env: Environment): number {
  return Math.min(s.rto * 2 ** s.backoff, env.settings.tcp_rto_max_ms * 1000);
}

/**
 * Starts the timer for the oldest unacknowledged segment (tcp_rearm_rto, tcp_schedule_loss_probe).
 * A probe of the tail comes first if SACK was agreed and nothing was retransmitted yet.
 */
export function armTransmit(turn: Turn): void {
  const { s, env } = turn;
  const oldest = s.flight[0];
  if (!oldest) {
    cancelTransmit(turn, "ack.of-our-data");
    return;
  }
  const due = oldest.sent_at + effectiveTimeout(s, env);
  if (mayProbeTail(s, env)) {
    // 2 SRTT, and when one segment is out, room for a delayed ACK: tcp_schedule_loss_probe.
    const alone = s.flight.length === 1;
    const room = alone ? env.settings.tcp_rto_min_us : (TIMEOUT_MIN_JIFFIES * SECOND) / env.hz;
    const wait = s.srtt === null ? RTO_INITIAL : 2 * s.srtt + room;
    arm(turn, "probe", Math.min(env.now + wait, Math.max(due, env.now)), "rto.tail-probe");
    return;
  }
  arm(turn, "retransmit", Math.max(due, env.now), "rto.armed");
}

function mayProbeTail(s: FullSocket, env: Environment): boolean {
  return env.settings.tcp_early_retrans >= 3 && s.sack && !isOpening(s) && !s.tail_probe_sent && s.retransmits === 0;
}

type ResendRule = "rto.fired" | "rto.tail-probe" | "rto.syn" | "rto.syn-ack" | "listen.syn-again";

/** Sends a segment of the flight again. */
function resend(turn: Turn, index: number, rule: ResendRule): void {
  const { s, env } = turn;
  const again = s.flight[index];
  if (!again) return;
  s.flight = s.flight.map((one, at): Flight =>
    at === index ? { ...one, sent_at: env.now, retransmitted: true } : one,
  );
  const acknowledges = again.syn && s.state === "SYN-SENT" ? 0 : ACK;
  emit(turn, rule, {
    flags: (again.syn ? SYN : 0) | (again.fin ? FIN : 0) | (again.push ? PSH : 0) | acknowledges,
    seq: again.seq,
    len: again.len,
  });
  count(turn, "TcpRetransSegs");
}

/** The peer asks again: the SYN+ACK goes now, and the wait for an answer begins anew (inet_rtx_syn_ack, tcp_check_req). */
export function repeatSynAck(turn: Turn): void {
  const { s, env } = turn;
  s.retransmits += 1;
  resend(turn, 0, "listen.syn-again");
  arm(turn, "retransmit", env.now + effectiveTimeout(s, env), "rto.armed");
}

/** The tail-loss probe: the last segment again, before the timeout (tcp_send_loss_probe). */
export function onTailProbe(turn: Turn): void {
  const { s, env } = turn;
  resend(turn, s.flight.length - 1, "rto.tail-probe");
  count(turn, "TCPLossProbes");
  s.tail_probe_sent = true;
  arm(turn, "retransmit", env.now + effectiveTimeout(s, env), "rto.armed");
}

/** The retransmission timer fired (tcp_retransmit_timer). */
export function onRetransmit(turn: Turn): void {
  const { s, env } = turn;
  if (!s.flight[0]) return;
  // The firing that gives up counts too.
  count(turn, "TCPTimeouts");
  if (usedUp(turn)) {
    giveUp(turn);
    return;
  }
  if (s.orphan && resetOverLimit(turn)) return;
  const rule = s.state === "SYN-SENT" ? "rto.syn" : s.state === "SYN-RECEIVED" ? "rto.syn-ack" : "rto.fired";
  s.retransmits += 1;
  collapse(turn);
  resend(turn, 0, rule);
  if (s.retrans_stamp === null) s.retrans_stamp = env.now;
  // The first timeouts of a SYN are linear (tcp_syn_linear_timeouts), all others double.
  const linear = s.state === "SYN-SENT" && s.retransmits <= env.settings.tcp_syn_linear_timeouts;
  if (!linear) s.backoff += 1;
  arm(turn, "retransmit", env.now + withinUserTimeout(turn, effectiveTimeout(s, env), s.retrans_stamp), "rto.armed");
}

/**
 * The last wait ends with TCP_USER_TIMEOUT after `since` (tcp_clamp_rto_to_user_timeout,
 * tcp_clamp_probe0_to_user_timeout). Microseconds.
 */
export function withinUserTimeout(turn: Turn, wait: number, since: number | null): number {
  const left = userTimeoutLeft(turn, since);
  return left <= 0 ? SECOND / turn.env.hz : Math.min(wait, left);
}

/** What is left of TCP_USER_TIMEOUT, counted from `since`; Infinity if it is not set or does not run. */
export function userTimeoutLeft({ s, env }: Turn, since: number | null): number {
  return s.options.user_timeout > 0 && since !== null ? s.options.user_timeout * 1000 + since - env.now : Infinity;
}

/** Small segments that follow the oldest one are sent again as one with it (tcp_retrans_try_collapse). */
function collapse(turn: Turn): void {
  const { s } = turn;
  let [first, ...rest] = s.flight;
  for (let next = rest[0]; first && next && !first.syn && !first.fin && first.len + next.len <= s.mss; next = rest[0]) {
    first = { ...first, len: first.len + next.len, fin: next.fin, push: first.push || next.push };
    rest = rest.slice(1);
  }
  if (first) s.flight = [first, ...rest];
}

/** Whether to stop trying (tcp_write_timeout). */
function usedUp(turn: Turn): boolean {
  const { s, env } = turn;
  // What the peer asked for does not count as a try (num_timeout, reqsk_timer_handler); each timeout has doubled the wait.
  if (isHalfOpen(s)) return s.backoff >= synAckRetries(s, env);
  if (isOpening(s)) {
    const retries = s.options.syn_retries ?? env.settings.tcp_syn_retries;
    const linear = s.state === "SYN-SENT" ? env.settings.tcp_syn_linear_timeouts : 0;
    return s.retransmits >= retries + linear || timedOut(turn, retries);
  }
  if (s.snd_wnd === 0 && !s.orphan) return windowStaysClosed(turn);
  const alive = effectiveTimeout(s, env) < env.settings.tcp_rto_max_ms * 1000;
  return timedOut(turn, s.orphan ? orphanRetries(env, alive) : env.settings.tcp_retries2);
}

function isOpening({ state }: FullSocket): boolean {
  return state === "SYN-SENT" || state === "SYN-RECEIVED";
}

/**
 * The peer took back a window that something had been sent into: what is sent again is a probe, and a peer that answers
 * is asked for ever. TCP_USER_TIMEOUT does not listen to answers (tcp_rtx_probe0_timed_out).
 */
function windowStaysClosed(turn: Turn): boolean {
  const { s, env } = turn;
  const silent = env.now - Math.max(s.retrans_stamp ?? env.now, s.last_heard);
  return silent > env.settings.tcp_rto_max_ms * 2000 || userTimeoutLeft(turn, s.retrans_stamp) < 0;
}

/** tcp_orphan_retries: 0 means 8 while the timeout has not reached its maximum (`alive`). */
export function orphanRetries(env: Environment, alive: boolean): number {
  const set = env.settings.tcp_orphan_retries;
  return set === 0 && alive ? 8 : set;
}

/**
 * A number of retries is a time (retransmits_timed_out, tcp_model_timeout): what that many doublings
 * of the least timeout add up to, counted from the first retransmission; for a SYN with the initial timeout as base.
 */
function timedOut(turn: Turn, retries: number): boolean {
  const { s, env } = turn;
  if (s.retransmits === 0 || s.retrans_stamp === null) return false;
  if (s.options.user_timeout > 0) return userTimeoutLeft(turn, s.retrans_stamp) <= 0;
  const base = isOpening(s) ? RTO_INITIAL : RETRY_LEAST;
  const longest = env.settings.tcp_rto_max_ms * 1000;
  const doublings = Math.floor(Math.log2(longest / base));
  const modelled =
    retries <= doublings
      ? (2 ** (retries + 1) - 1) * base
      : (2 ** (doublings + 1) - 1) * base + (retries - doublings) * longest;
  return env.now - s.retrans_stamp >= modelled;
}

/**
 * tcp_write_err: the socket is gone, whoever waits gets ETIMEDOUT, nothing is sent. A half-open connection is only
 * forgotten (reqsk_timer_handler).
 */
export function giveUp(turn: Turn): void {
  const { s } = turn;
  s.error = "ETIMEDOUT";
  if (s.state !== "SYN-RECEIVED") count(turn, "TCPAbortOnTimeout");
  note(turn, "rto.gave-up");
  move(turn, "retries used up", "rto.gave-up");
  wake(turn, "rto.gave-up");
  destroy(turn, "rto.gave-up");
}
