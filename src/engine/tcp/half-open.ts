/** How long a half-open connection is kept; tcp_check_req's part is in `handshake.ts`. */
import type { FullSocket } from "./socket.ts";
import type { Environment } from "./turn.ts";

/** The half-open connections of one listener (reqsk_queue_len, reqsk_queue_len_young). */
export interface Crowd {
  readonly all: number;
  /** Those whose SYN+ACK was not repeated by the timer. */
  readonly young: number;
}

/**
 * How often the SYN+ACK is repeated. Once the listener's half-open connections fill more than half of its backlog, room
 * is kept for young ones: old ones are given up earlier (reqsk_timer_handler).
 */
export function synAckRetries(s: FullSocket, { settings, crowd }: Environment): number {
  let retries = s.options.syn_retries ?? settings.tcp_synack_retries;
  if (!crowd) return retries;
  for (let young = crowd.young * 2; retries > 2 && crowd.all >= young; young *= 2) retries -= 1;
  return retries;
}
