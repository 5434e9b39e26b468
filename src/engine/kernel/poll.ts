/** poll(): what is ready. */
import { sendRoom } from "../tcp/calls.ts";
import { type AnySocket, unreadBytes } from "../tcp/socket.ts";
import { type Attempt, type CallContext, type CallResult, done, wait } from "./call.ts";

/** tcp_poll. */
export function poll(
  context: CallContext,
  target: AnySocket,
  events: readonly ("in" | "out" | "rdhup")[],
  timeout: number | null,
  attempt: Attempt,
): CallResult {
  const ready = events.some((event) => isReady(target, event)) || (target.kind === "full" && target.error !== null);
  if (ready) return done(1);
  if (timeout === 0 || attempt.late) return done(0);
  return wait(context, target, timeout, attempt);
}

function isReady(target: AnySocket, event: "in" | "out" | "rdhup"): boolean {
  if (target.kind === "listen") return event === "in" && target.accept_queue.length > 0;
  if (target.kind !== "full") return true;
  const receiveShut = target.fin_received || target.shut_receive;
  // POLLHUP, whatever was asked for: the connection is gone, or both directions are shut.
  if (target.state === "CLOSED" || (target.shut_send && receiveShut)) return true;
  switch (event) {
    case "in":
      return receiveShut || unreadBytes(target) > 0;
    case "rdhup":
      return receiveShut;
    case "out":
      // Writing that only gives EPIPE does not wait either.
      if (target.state === "SYN-SENT" || target.state === "SYN-RECEIVED") return false;
      return target.shut_send || sendRoom(target) > 0;
  }
}
