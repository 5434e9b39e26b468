/** A SYN meets a connection that took one already: RFC 9293 section 3.10.7.4, fourth check; RFC 5961 section 4. */
import { type Segment } from "../segment.ts";
import { seqBefore } from "../seq.ts";
import { challengeSyn } from "./challenge-ack.ts";
import { resetFor } from "./no-socket.ts";
import { reset } from "./reset-arrives.ts";
import { count, type Turn } from "./turn.ts";

/** A challenge ACK answers it; the peer that means it answers that with an exact RST (tcp_validate_incoming). */
export function synArrives(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  if (env.kernel["syn.synchronized"] === "rst" && !seqBefore(segment.seq, s.rcv_nxt)) abortOnSyn(turn, segment);
  else challengeSyn(turn);
}

/** Before RFC 5961 a SYN inside the window ended the connection with a RST (RFC 793 page 71). */
function abortOnSyn(turn: Turn, segment: Segment): void {
  turn.effects.push({ do: "send", segment: resetFor(segment), rule: "syn.in-window-rst" });
  count(turn, "TCPAbortOnSyn");
  reset(turn, "syn.in-window-rst");
}
