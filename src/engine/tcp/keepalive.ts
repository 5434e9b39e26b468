/**
 * SO_KEEPALIVE: after a silence, ask whether the peer is still there. It runs in CLOSE-WAIT too.
 * RFC 1122 section 4.2.3.6; tcp_timer.c tcp_keepalive_timer.
 */
import { ACK, RST } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { SECOND } from "../time.ts";
import { arm, count, destroy, emit, move, type Turn, wake } from "./turn.ts";

/** Silence before the first probe, microseconds: TCP_KEEPIDLE or tcp_keepalive_time. */
function idleTime(turn: Turn): number {
  return (turn.s.options.keepalive_time ?? turn.env.settings.tcp_keepalive_time) * SECOND;
}

export function startKeepalive(turn: Turn): void {
  arm(turn, "keepalive", turn.env.now + idleTime(turn), "keepalive.armed");
}

/** TCP_KEEPIDLE counts from when the peer was last heard, at once (tcp_sock_set_keepidle_locked). */
export function restartKeepalive(turn: Turn): void {
  const silent = turn.env.now - turn.s.last_heard;
  arm(turn, "keepalive", turn.env.now + Math.max(0, idleTime(turn) - silent), "keepalive.armed");
}

export function onKeepalive(turn: Turn): void {
  const { s, env } = turn;
  if (!s.options.keepalive || s.state === "CLOSED" || s.state === "SYN-SENT") return;
  const idle = idleTime(turn);
  // While something is on its way, its own timer watches over the peer.
  if (s.flight.length > 0 || s.snd_nxt !== s.write_seq) {
    arm(turn, "keepalive", env.now + idle, "keepalive.armed");
    return;
  }
  const silent = env.now - s.last_heard;
  if (silent < idle) {
    arm(turn, "keepalive", env.now + idle - silent, "keepalive.armed");
    return;
  }
  const userTimeout = s.options.user_timeout * 1000;
  const usedUp =
    userTimeout > 0
      ? silent >= userTimeout && s.probes_out > 0
      : s.probes_out >= (s.options.keepalive_probes ?? env.settings.tcp_keepalive_probes);
  if (usedUp) {
    emit(turn, "keepalive.gave-up", { flags: RST | ACK, seq: s.snd_nxt });
    s.error = "ETIMEDOUT";
    count(turn, "TCPAbortOnTimeout");
    move(turn, "retries used up", "keepalive.gave-up");
    wake(turn, "keepalive.gave-up");
    destroy(turn, "keepalive.gave-up");
    return;
  }
  // One number below what was acknowledged: out of window, so a living peer answers.
  emit(turn, "keepalive.probe", { flags: ACK, seq: seqAdd(s.snd_una, -1) });
  count(turn, "TCPKeepAlive");
  s.probes_out += 1;
  const gap = (s.options.keepalive_interval ?? env.settings.tcp_keepalive_intvl) * SECOND;
  arm(turn, "keepalive", env.now + gap, "keepalive.armed");
}
