/**
 * How many connections of a listener are half open (inet_csk_reqsk_queue_len), and when it last answered with a SYN
 * cookie: for two minutes after that an ACK may bring one back (tcp_synq_no_recent_overflow).
 */
import { SECOND } from "../time.ts";
import type { State } from "../trace.ts";
import type { Crowd } from "../tcp/half-open.ts";
import { type AnySocket, type FullSocket, isHalfOpen } from "../tcp/socket.ts";
import type { Host } from "./host.ts";

export interface SynQueue {
  readonly length: number;
  /** Microseconds; null: never. */
  readonly cookieAt: number | null;
}

const EMPTY: SynQueue = { length: 0, cookieAt: null };

/** TCP_SYNCOOKIE_VALID, include/net/tcp.h: a cookie names its minute, and two of them count. */
const COOKIE_PERIOD = 60 * SECOND;
const COOKIE_PERIODS = 2;

export function synQueueOf(host: Host, listener: number): SynQueue {
  return host.synQueues.get(listener) ?? EMPTY;
}

/** What waits at the listener of a half-open connection; null while it is at most half of the backlog, or four. */
export function crowdOf(host: Host, socket: FullSocket): Crowd | null {
  const listener = isHalfOpen(socket) && host.sockets.get(socket.listener ?? 0);
  if (!listener || listener.kind !== "listen") return null;
  const all = synQueueOf(host, listener.id).length;
  if (all * 2 <= Math.max(8, listener.backlog)) return null;
  const isYoung = (one: AnySocket): boolean =>
    one.kind === "full" && isHalfOpen(one) && one.listener === listener.id && one.backoff === 0;
  return { all, young: [...host.sockets.values()].filter(isYoung).length };
}

/** A child of the listener changed its state. */
export function followChild(host: Host, listener: number, from: State, to: State): void {
  if (from !== "SYN-RECEIVED" && to !== "SYN-RECEIVED") return;
  const { length, cookieAt } = synQueueOf(host, listener);
  host.synQueues.set(listener, { length: length + (to === "SYN-RECEIVED" ? 1 : -1), cookieAt });
}

export function cookieSent(host: Host, listener: number, now: number): void {
  host.synQueues.set(listener, { length: synQueueOf(host, listener).length, cookieAt: now });
}

/** The periods whose cookies count now, newest first; none if no cookie was sent lately. */
export function cookiePeriods(host: Host, listener: number, now: number): readonly number[] {
  const { cookieAt } = synQueueOf(host, listener);
  if (cookieAt === null || now - cookieAt > COOKIE_PERIODS * COOKIE_PERIOD) return [];
  const period = cookiePeriod(now);
  return Array.from({ length: COOKIE_PERIODS }, (_, ago) => period - ago);
}

export function cookiePeriod(now: number): number {
  return Math.floor(now / COOKIE_PERIOD);
}
