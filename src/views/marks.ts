/** What one step puts beside a lifeline: the call or timer that is named, the states it changes and their second lines. */
import type { State } from "../engine/trace.ts";
import { callLabel, mainCall } from "./narrate.ts";
import type { Mark, Sub } from "./sequence.ts";
import type { SocketView } from "./socket-view.ts";
import { CLOSING_STATES } from "./states.ts";
import type { Step } from "./step.ts";
import type { Story } from "./steps.ts";

/** What is written beside the lifeline; null: the step needs no name there. */
export function markOf(story: Story, step: Step): { kind: Mark["kind"]; text: string; errno: string | null } | null {
  if (step.skipped > 0) return null;
  const event = story.run.events[step.at];
  if (event?.k === "timer") return { kind: "timer", text: event.timer, errno: null };
  if (event?.k === "process")
    return { kind: "process", text: event.act === "killed" ? "SIGKILL" : event.act, errno: null };
  const call = mainCall(step);
  if (!call) return null;
  // A call that began earlier and comes back in another's step is named when it says something new.
  if (!call.called && !["accept", "recv"].includes(call.op) && call.result?.errno == null) return null;
  if (call.called && call.result === null && ["accept", "recv", "poll"].includes(call.op)) return null;
  return {
    kind: "call",
    text: callLabel({ ...call, result: call.result && { ...call.result, errno: null } }),
    errno: call.result?.errno ?? null,
  };
}

/** What changes the look of a socket's band in a step: its state, or becoming a mini-socket. */
export function phaseChanges(story: Story, step: Step): { sock: string; state: State; subs: readonly Sub[] }[] {
  const now = story.after[step.n - 1]?.sockets ?? [];
  const subsOf = (sock: string): readonly Sub[] => {
    const socket = now.find((s) => s.sock === sock);
    return socket ? subs(socket) : [];
  };
  const changes = step.changes.map(({ sock, to }) => ({ sock, state: to, subs: subsOf(sock) }));
  for (const sock of step.minis) {
    const socket = now.find((s) => s.sock === sock);
    if (socket && !changes.some((change) => change.sock === sock))
      changes.push({ sock, state: socket.state, subs: subs(socket) });
  }
  return changes;
}

function subs(socket: SocketView): readonly Sub[] {
  if (!CLOSING_STATES.includes(socket.state)) return [];
  const found: Sub[] = [];
  const { state, timer } = socket;
  if (state === "CLOSE-WAIT") {
    if (!timer) found.push({ is: "noTimer" });
    if (socket.recvq > 0)
      found.push({ is: socket.recvq === 1 && socket.finInRecvq ? "recvqFin" : "recvq", count: socket.recvq });
    return found;
  }
  if (state === "FIN-WAIT-2" || state === "TIME-WAIT") {
    if (timer) found.push({ is: "timer", name: timer.name, left: timer.left });
    if (socket.mini) found.push({ is: "miniSocket" });
    else if (socket.orphan) found.push({ is: "fullSocket" });
    return found;
  }
  if (timer) found.push({ is: "timer", name: timer.name, left: timer.left });
  if (socket.orphan) found.push({ is: "noProcess" });
  return found;
}
