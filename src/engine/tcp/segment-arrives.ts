/**
 * A segment meets a connection: RFC 9293 section 3.10.7, its checks in their order. Linux: tcp_rcv_established,
 * tcp_rcv_state_process, tcp_validate_incoming. What each check does is in the file it names here.
 * A SYN that meets a listener is in `listen.ts`, any segment that meets a mini-socket in
 * `time-wait.ts`, one that meets nothing in `no-socket.ts`.
 */
import { ACK, has, RST, type Segment, SYN } from "../segment.ts";
import { seqAfter, seqBefore, seqDiff } from "../seq.ts";
import { acceptance } from "./acceptance.ts";
import { acknowledgementArrives, endsWithOurFin, isTooOldAck } from "./ack-arrives.ts";
import { checkAcknowledge } from "./acknowledge.ts";
import { challenge, refuse } from "./challenge-ack.ts";
import { dataArrives } from "./data-arrives.ts";
import { completesCrossingOpen, inSynSent, opensConnection, refuseAck, synIntoHalfOpen } from "./handshake.ts";
import { push } from "./output.ts";
import { isBehindFin, reset, resetArrives } from "./reset-arrives.ts";
import { type FullSocket, isHalfOpen } from "./socket.ts";
import { synArrives } from "./syn-arrives.ts";
import { beginTurn, endTurn, type Environment, note, type Outcome, sendAck, type Turn } from "./turn.ts";

/** One segment arrives for a connection. */
export function onSegment(socket: FullSocket, segment: Segment, env: Environment): Outcome<FullSocket> {
  const turn = beginTurn(socket, env);
  if (socket.state === "SYN-SENT") inSynSent(turn, segment);
  else inSynchronised(turn, segment);
  return endTurn(turn);
}

/** Every state but SYN-SENT: the checks of section 3.10.7.4, one after the other. */
function inSynchronised(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  if (has(segment, RST) && isBehindFin(s, segment)) return reset(turn, "rst.behind-fin");
  const halfOpen = isHalfOpen(s);
  if (halfOpen && has(segment, ACK) && !has(segment, RST) && segment.ack !== s.snd_nxt) return refuseAck(turn, segment);
  const verdict = acceptance(s, segment, env.now, halfOpen ? 0 : 1);
  if (verdict !== "acceptable")
    return refuse(turn, segment, verdict === "old timestamp" ? "accept.old-timestamp" : "accept.out-of-window");
  if (has(segment, RST)) return resetArrives(turn, segment);
  if (has(segment, SYN) && !completesCrossingOpen(s, segment, env))
    return halfOpen ? synIntoHalfOpen(turn, segment) : synArrives(turn, segment);
  if (!has(segment, ACK)) return note(turn, "accept.no-ack-flag");
  if (s.state === "SYN-RECEIVED") {
    if (!opensConnection(turn, segment)) return;
  } else if (seqAfter(segment.ack, s.snd_nxt)) return challenge(turn, "accept.ack-of-unsent");
  else if (isTooOldAck(s, segment)) return challenge(turn, "accept.ack-too-old");
  else acknowledgementArrives(turn, segment);
  rememberTimestamp(turn, segment);
  if (endsWithOurFin(turn, segment)) return;
  const filledGap = dataArrives(turn, segment);
  if (!turn.alive) return;
  push(turn);
  // What fills a gap is acknowledged at once (RFC 5681 section 4.2; tcp_data_queue: ICSK_ACK_NOW).
  if (filledGap && s.ack_scheduled) sendAck(turn, "ack.at-once");
  else checkAcknowledge(turn);
}

/** RFC 7323 section 4.3: only a segment that covers the last acknowledgement sent updates TS.Recent. */
function rememberTimestamp(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  if (!s.timestamps || segment.ts === null || seqAfter(segment.seq, s.rcv_wup)) return;
  if (seqBefore(segment.ack, s.snd_una)) return;
  if (seqDiff(segment.ts.val, s.ts_recent) < 0) return;
  s.ts_recent = segment.ts.val;
  s.ts_recent_stamp = env.now;
}
