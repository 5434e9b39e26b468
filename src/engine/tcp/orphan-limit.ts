/**
 * Too many sockets without a program (tcp_max_orphans, a limit of the whole machine): the connection is reset.
 * tcp.c tcp_check_oom, tcp_too_many_orphans; tcp_timer.c tcp_out_of_resources. Linux adds its orphans up every 100 ms
 * (tcp_orphan_update), so an orphan is in the sum when its timers fire and not yet at its own close(). How old its last
 * data is (2 * TCP_RTO_MAX) and the memory of TCP, which the same functions look at, are not modelled.
 */
import { ACK, RST } from "../segment.ts";
import { count, destroy, emit, move, type Turn } from "./turn.ts";

/** True: there were more orphans than may be, and the socket is gone. */
export function resetOverLimit(turn: Turn): boolean {
  const { s, env } = turn;
  if ((env.orphans ?? 0) <= env.settings.tcp_max_orphans) return false;
  emit(turn, "orphan.too-many", { flags: RST | ACK, seq: s.snd_nxt });
  count(turn, "TCPAbortOnMemory");
  move(turn, "abort", "orphan.too-many");
  destroy(turn, "orphan.too-many");
  return true;
}
