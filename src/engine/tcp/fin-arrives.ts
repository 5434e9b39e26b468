/** The peer's FIN is next in order: RFC 9293 section 3.10.7.4, eighth check; tcp_fin. */
import { TIME_WAIT_LENGTH } from "./time-wait.ts";
import { becomeMini, move, sendAck, type Turn, wake } from "./turn.ts";

/** The peer will send no more. */
export function finArrives(turn: Turn): void {
  const { s } = turn;
  s.fin_received = true;
  s.ack_scheduled = true;
  // Nothing can follow a FIN. So a FIN sent again together with what was lost before it fills no gap.
  s.out_of_order = [];
  switch (s.state) {
    case "ESTABLISHED":
    case "SYN-RECEIVED":
      move(turn, "FIN arrives", "fin.passive-close");
      // A program that sees the end usually closes soon: its FIN can carry the acknowledgement.
      s.pingpong = true;
      return;
    case "FIN-WAIT-1":
      sendAck(turn, "fin.crossing");
      move(turn, "FIN arrives", "fin.crossing");
      return;
    case "FIN-WAIT-2":
      sendAck(turn, "fin.second");
      move(turn, "FIN arrives", "fin.second");
      becomeMini(turn, "TIME-WAIT", TIME_WAIT_LENGTH, "tw.start");
      wake(turn, "fin.second");
      return;
    default:
      return;
  }
}
