/**
 * tcp_tw_recycle, Linux until 4.11: the host remembers one timestamp for each remote address and refuses a SYN with
 * an older one for a minute. Behind one address there may be many hosts with clocks of their own; that is what it
 * broke. tcp_metrics.c tcp_remember_stamp, tcp_peer_is_proven, tcp_fetch_timewait_stamp (4.4).
 */
import type { Endpoint } from "../process/program.ts";
import { seqDiff } from "../seq.ts";
import { SECOND } from "../time.ts";
import type { FullSocket, MiniSocket } from "../tcp/socket.ts";
import type { Host } from "./host.ts";

/** What is remembered of a remote address (tcpm_ts, tcpm_ts_stamp). */
export interface PeerStamp {
  readonly ts: number;
  /** When it came, in whole seconds. */
  readonly at: number;
}

/** TCP_PAWS_MSL and TCP_PAWS_WINDOW, include/net/tcp.h: seconds a stamp counts, and the lag it forgives. */
const PAWS_MSL = 60;
const PAWS_WINDOW = 1;

function keyOf(local: Endpoint, remote: Endpoint): string {
  return `${local.address} ${remote.address}`;
}

function seconds(time: number): number {
  return Math.floor(time / SECOND);
}

/**
 * A connection ends here and leaves its last timestamp behind. Whether its TIME-WAIT may be short: with tcp_tw_recycle,
 * if the connection had timestamps.
 */
export function rememberStamp(host: Host, socket: FullSocket | MiniSocket, now: number): boolean {
  if (host.settings.tcp_tw_recycle === 0 || !socket.timestamps) return false;
  const key = keyOf(socket.local, socket.remote);
  const known = host.peers.get(key);
  const at = seconds(socket.ts_recent_stamp);
  const outdated = known !== undefined && seconds(now) - known.at > PAWS_MSL && known.at <= at;
  if (known === undefined || seqDiff(known.ts, socket.ts_recent) <= 0 || outdated)
    host.peers.set(key, { ts: socket.ts_recent, at });
  return true;
}

/** Whether a SYN from `remote` is newer than what is remembered of its address. `ts` null: it has no timestamp. */
export function isProven(host: Host, local: Endpoint, remote: Endpoint, ts: number | null, now: number): boolean {
  if (host.settings.tcp_tw_recycle === 0) return true;
  const known = host.peers.get(keyOf(local, remote));
  if (known === undefined || seconds(now) - known.at >= PAWS_MSL) return true;
  return ts !== null && seqDiff(known.ts, ts) <= PAWS_WINDOW;
}

/** What connect() takes for the peer's last timestamp: null if nothing fresh is remembered. */
export function fetchStamp(host: Host, local: Endpoint, remote: Endpoint, now: number): PeerStamp | null {
  if (host.settings.tcp_tw_recycle === 0) return null;
  const known = host.peers.get(keyOf(local, remote));
  return known !== undefined && seconds(now) - known.at <= PAWS_MSL ? known : null;
}
