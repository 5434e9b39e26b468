/** A RST meets a connection: RFC 9293 section 3.10.7.4, second check; RFC 5961 section 3; tcp_validate_incoming, tcp_reset. */
import type { Segment } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { challenge } from "./challenge-ack.ts";
import type { RuleId } from "./rules.ts";
import { endOf, type FullSocket } from "./socket.ts";
import { destroy, move, type Turn, wake } from "./turn.ts";

/** A RST with the number of the FIN that was taken is believed too: some stacks send it (tcp_reset_check). */
export function isBehindFin(s: FullSocket, segment: Segment): boolean {
  const taken = s.state === "CLOSE-WAIT" || s.state === "LAST-ACK" || s.state === "CLOSING";
  return taken && segment.seq === seqAdd(s.rcv_nxt, -1);
}

/** A RST inside the window: exactly the next expected number, or it is only a guess (RFC 5961 section 3.2). */
export function resetArrives(turn: Turn, segment: Segment): void {
  const { s, env } = turn;
  const held = s.out_of_order.at(-1);
  if (segment.seq === s.rcv_nxt) reset(turn, "rst.exact");
  // A peer that learned by SACK what came may count from its end (max_sack).
  else if (s.sack && held && segment.seq === endOf(held)) reset(turn, "rst.behind-held");
  else if (env.kernel["rst.inexact"] === "believed") reset(turn, "rst.in-window");
  else challenge(turn, "rst.challenge-ack");
}

/** The connection ends, and the program is told (tcp_reset). */
export function reset(turn: Turn, rule: RuleId): void {
  const { s } = turn;
  s.error = s.state === "SYN-SENT" ? "ECONNREFUSED" : s.state === "CLOSE-WAIT" ? "EPIPE" : "ECONNRESET";
  s.flight = [];
  move(turn, "RST arrives", rule);
  wake(turn, rule);
  destroy(turn, rule);
}
