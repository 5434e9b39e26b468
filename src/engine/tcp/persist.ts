/**
 * The peer's window is zero and something waits: ask from time to time whether it has opened.
 * RFC 9293 section 3.8.6.1; tcp_timer.c tcp_probe_timer, tcp_output.c tcp_send_probe0.
 */
import { ACK } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { push } from "./output.ts";
import { arm, emit, type Turn } from "./turn.ts";

export function onPersist(turn: Turn): void {
  const { s, env } = turn;
  if (s.snd_wnd > 0) {
    push(turn);
    return;
  }
  // One number below what was acknowledged: out of window, so it draws an acknowledgement.
  emit(turn, "persist.probe", { flags: ACK, seq: seqAdd(s.snd_una, -1) });
  s.probes_out += 1;
  s.backoff += 1;
  const wait = Math.min(s.rto * 2 ** s.backoff, env.settings.tcp_rto_max_ms * 1000);
  arm(turn, "persist", env.now + wait, "persist.armed");
}
