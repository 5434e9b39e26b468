/**
 * The mini-socket: TIME-WAIT, and FIN-WAIT-2 after the program has gone. One function for each way a
 * segment can meet it, in the order of tcp_minisocks.c tcp_timewait_state_process.
 */
import { ACK, endSeq, FIN, has, RST, type Segment, SYN } from "../segment.ts";
import { seqAdd, seqAfter, seqBefore, seqDiff } from "../seq.ts";
import { SECOND } from "../time.ts";
import { isOldTimestamp } from "./acceptance.ts";
import { resetFor } from "./no-socket.ts";
import type { RuleId } from "./rules.ts";
import type { MiniSocket } from "./socket.ts";
import { nextState, type TransitionEvent } from "./transitions.ts";
import { type Effect, type Environment, type Outcome, timestampNow } from "./turn.ts";

/** TCP_TIMEWAIT_LEN, include/net/tcp.h: a constant of the kernel, 60 s, in microseconds. */
export const TIME_WAIT_LENGTH = 60 * SECOND;

interface MiniTurn {
  m: MiniSocket;
  readonly env: Environment;
  readonly effects: Effect[];
}

/** One segment arrives for a mini-socket. */
export function onMiniSegment(mini: MiniSocket, segment: Segment, env: Environment): Outcome<MiniSocket> {
  const turn: MiniTurn = { m: mini, env, effects: [] };
  if (mini.substate === "FIN-WAIT-2") inFinWait2(turn, segment);
  else inTimeWait(turn, segment);
  return { next: turn.m, effects: turn.effects };
}

/** Its time is up (tw_timer_handler). Nothing is sent. */
export function onMiniTimer(mini: MiniSocket): Outcome<MiniSocket> {
  const turn: MiniTurn = { m: mini, env: { now: mini.deadline } as Environment, effects: [] };
  end(turn, "time is up", mini.substate === "TIME-WAIT" ? "tw.expired" : "fw2.expired");
  return { next: mini, effects: turn.effects };
}

function inFinWait2(turn: MiniTurn, segment: Segment): void {
  const { m, env } = turn;
  const old = isOldTimestamp(m, segment, env.now);
  if ((old && !has(segment, RST)) || !isInMiniWindow(m, segment)) {
    answerLimited(turn, segment, old ? "tw.old-timestamp" : "accept.out-of-window");
    return;
  }
  if (has(segment, RST)) {
    end(turn, "RST arrives", "fw2.rst");
    return;
  }
  if (has(segment, SYN) && !seqBefore(segment.seq, m.rcv_nxt)) {
    sendReset(turn, segment, "fw2.syn-rst");
    return;
  }
  if (!has(segment, ACK) || !seqAfter(endSeq(segment), m.rcv_nxt) || endSeq(segment) === segment.seq) {
    turn.effects.push({ do: "note", rule: "fw2.old-ack" });
    return;
  }
  if (!has(segment, FIN) || endSeq(segment) !== seqAdd(m.rcv_nxt, 1)) {
    sendReset(turn, segment, "fw2.data-rst");
    return;
  }
  const to = nextState("FIN-WAIT-2", "FIN arrives");
  turn.m = { ...m, substate: "TIME-WAIT", rcv_nxt: endSeq(segment), ...remembered(turn, segment) };
  if (m.timestamps && segment.ts) turn.m = { ...turn.m, entered: env.now };
  sendAckOf(turn, "fin.second");
  turn.effects.push({ do: "move", from: "FIN-WAIT-2", to, rule: "fin.second" });
  if (env.settings.tcp_tw_recycle !== 0) turn.effects.push({ do: "remember" });
  restart(turn, "tw.start", m.timeout);
}

/** tcp_in_window of tcp_minisocks.c: stricter at both edges than what a full socket asks (tcp_sequence). */
function isInMiniWindow(m: MiniSocket, segment: Segment): boolean {
  const end = endSeq(segment);
  const edge = seqAdd(m.rcv_nxt, m.rcv_wnd);
  if (segment.seq === m.rcv_nxt) return true;
  if (seqAfter(end, m.rcv_nxt) && seqBefore(segment.seq, edge)) return true;
  return segment.seq === edge && end === edge;
}

function inTimeWait(turn: MiniTurn, segment: Segment): void {
  const { m, env } = turn;
  const old = isOldTimestamp(m, segment, env.now);
  const empty = endSeq(segment) === segment.seq;
  if (!old && segment.seq === m.rcv_nxt && (empty || has(segment, RST))) {
    if (has(segment, RST)) {
      if (env.settings.tcp_rfc1337 === 0) {
        end(turn, "RST arrives", "tw.rst-kills");
        return;
      }
      // Ignored altogether: the 60 seconds go on.
      turn.effects.push({ do: "note", rule: "tw.rst-ignored" });
    } else restart(turn, "tw.ack-restarts");
    turn.m = { ...turn.m, ...remembered(turn, segment) };
    return;
  }
  const bareSyn = has(segment, SYN) && !has(segment, RST) && !has(segment, ACK);
  const newer = m.timestamps && segment.ts !== null && seqDiff(segment.ts.val, m.ts_recent) > 0;
  if (bareSyn && !old && (seqAfter(segment.seq, m.rcv_nxt) || newer)) {
    if (env.nobodyListens === true) {
      sendAckOf(turn, "tw.syn-nobody-listens");
      return;
    }
    // The new connection starts well above everything the old one sent.
    end(turn, "SYN arrives", "tw.syn-newer");
    turn.effects.push({ do: "offer", segment, iss: seqAdd(m.snd_nxt, 65_537) || 1, rule: "tw.syn-newer" });
    return;
  }
  if (old) turn.effects.push({ do: "count", counter: "PAWSTimewait" });
  if (has(segment, RST)) {
    turn.effects.push({ do: "note", rule: "tw.rst-ignored" });
    return;
  }
  const rule: RuleId = old ? "tw.old-timestamp" : bareSyn ? "tw.syn-older" : "tw.fin-again";
  if (old || has(segment, ACK)) restart(turn, rule);
  answerLimited(turn, segment, rule);
}

function remembered(turn: MiniTurn, segment: Segment): Partial<MiniSocket> {
  return segment.ts && turn.m.timestamps ? { ts_recent: segment.ts.val, ts_recent_stamp: turn.env.now } : {};
}

function restart(turn: MiniTurn, rule: RuleId, length = TIME_WAIT_LENGTH): void {
  const due = turn.env.now + length;
  turn.m = { ...turn.m, deadline: due };
  turn.effects.push({ do: "arm", timer: "timewait", due, rule });
}

function end(turn: MiniTurn, event: TransitionEvent, rule: RuleId): void {
  const from = turn.m.substate;
  turn.effects.push({ do: "move", from, to: nextState(from, event), rule }, { do: "destroy", rule });
}

function sendReset(turn: MiniTurn, segment: Segment, rule: RuleId): void {
  turn.effects.push({ do: "send", segment: resetFor(segment), rule });
  end(turn, "abort", rule);
}

/** The old acknowledgement again; for a SYN or an empty segment at most one per tcp_invalid_ratelimit. */
function answerLimited(turn: MiniTurn, segment: Segment, rule: RuleId): void {
  const { m, env } = turn;
  const limit = env.settings.tcp_invalid_ratelimit * 1000;
  const limited = has(segment, SYN) || endSeq(segment) === segment.seq;
  if (limited && m.last_oow_ack !== null && env.now - m.last_oow_ack < limit) {
    turn.effects.push({ do: "note", rule });
    return;
  }
  if (limited) turn.m = { ...turn.m, last_oow_ack: env.now };
  sendAckOf(turn, rule);
}

/** The last ACK, as often as it is asked for (tcp_v4_timewait_ack). */
function sendAckOf(turn: MiniTurn, rule: RuleId): void {
  const { m, env } = turn;
  turn.effects.push({
    do: "send",
    rule,
    segment: {
      src: m.local,
      dst: m.remote,
      flags: ACK,
      seq: m.snd_nxt,
      ack: m.rcv_nxt,
      win: m.rcv_wnd,
      len: 0,
      mss: null,
      ws: null,
      sack: false,
      ts: m.timestamps ? { val: timestampNow(m, env.now), ecr: m.ts_recent } : null,
    },
  });
}
