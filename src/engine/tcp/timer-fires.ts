/** A timer of a connection fires: tcp_timer.c. The world has checked that it was still running. */
import { onDelayOver } from "./acknowledge.ts";
import { onFirstPartOver } from "./fin-wait-2.ts";
import { onKeepalive } from "./keepalive.ts";
import { onPersist } from "./persist.ts";
import { onRetransmit, onTailProbe } from "./retransmission.ts";
import type { FullSocket, SocketTimer } from "./socket.ts";
import { beginTurn, endTurn, type Environment, type Outcome } from "./turn.ts";

export function onTimer(socket: FullSocket, timer: SocketTimer, env: Environment): Outcome<FullSocket> {
  const turn = beginTurn(socket, env);
  turn.s.timers = { ...socket.timers, [timer]: null };
  switch (timer) {
    case "retransmit":
      onRetransmit(turn);
      break;
    case "probe":
      onTailProbe(turn);
      break;
    case "persist":
      onPersist(turn);
      break;
    case "delack":
      onDelayOver(turn);
      break;
    case "keepalive":
      if (socket.state === "FIN-WAIT-2" && socket.orphan) onFirstPartOver(turn);
      else onKeepalive(turn);
      break;
  }
  return endTurn(turn);
}
