/**
 * The peer's window is zero and something waits: ask from time to time whether it has opened.
 * RFC 9293 section 3.8.6.1; tcp_timer.c tcp_probe_timer, tcp_output.c tcp_send_probe0.
 */
import { ACK } from "../segment.ts";
import { seqAdd, seqDiff } from "../seq.ts";
import { resetOverLimit } from "./orphan-limit.ts";
import { push } from "./output.ts";
import { giveUp, orphanRetries, userTimeoutLeft, withinUserTimeout } from "./retransmission.ts";
import { arm, cancel, count, emit, type Turn } from "./turn.ts";

/** The next probe; the last comes with the end of TCP_USER_TIMEOUT. */
function armProbe(turn: Turn): void {
  const wait = withinUserTimeout(turn, probeWait(turn), turn.s.probes_tstamp);
  arm(turn, "persist", turn.env.now + wait, "persist.armed");
}

/** tcp_probe0_when: the retransmission timeout, doubled for every probe. Microseconds. */
function probeWait(turn: Turn): number {
  const { s, env } = turn;
  const base = Math.max(s.rto, env.settings.tcp_rto_min_us);
  return Math.min(base * 2 ** s.backoff, env.settings.tcp_rto_max_ms * 1000);
}

export function onPersist(turn: Turn): void {
  const { s, env } = turn;
  s.probes_tstamp ??= env.now;
  if (usedUp(turn)) {
    giveUp(turn);
    return;
  }
  if (s.orphan && resetOverLimit(turn)) return;
  if (s.snd_wnd > 0) {
    // What fits goes out as if a push had ended it (tcp_write_wakeup).
    s.push_marked = true;
    s.backoff = 0;
    s.probes_out = 0;
    s.probes_tstamp = null;
    push(turn, false, true);
    return;
  }
  // One number below what was acknowledged: out of window, so it draws an acknowledgement.
  emit(turn, "persist.probe", { flags: ACK, seq: seqAdd(s.snd_una, -1) });
  count(turn, "TCPWinProbe");
  s.probes_out += 1;
  if (s.backoff < env.settings.tcp_retries2) s.backoff += 1;
  armProbe(turn);
}

/**
 * A peer that answers is asked for ever, as long as a process holds the socket that set no TCP_USER_TIMEOUT. An orphan
 * is given up when its wait has reached the longest timeout (tcp_probe_timer).
 */
function usedUp(turn: Turn): boolean {
  const { s, env } = turn;
  if (userTimeoutLeft(turn, s.probes_tstamp) <= 0) return true;
  if (!s.orphan) return s.probes_out >= env.settings.tcp_retries2;
  const alive = probeWait(turn) < env.settings.tcp_rto_max_ms * 1000;
  const most = orphanRetries(env, alive);
  return (!alive && s.backoff >= most) || s.probes_out >= most;
}

/** An acknowledgement came while probing (tcp_ack_probe). */
export function onProbeAnswered(turn: Turn): void {
  const { s } = turn;
  if (s.snd_wnd >= Math.min(s.mss, seqDiff(s.write_seq, s.snd_nxt))) {
    s.backoff = 0;
    s.probes_tstamp = null;
    cancel(turn, "persist", "persist.opened");
    return;
  }
  armProbe(turn);
}
