/**
 * The one declared transition table: state x event -> state. The engine changes a state only through
 * it, the page's state diagram and the Mermaid one are drawn from it, and tests report which rows a
 * set of experiments covers. RFC 9293 section 3.3.2 (figure 5), with what Linux adds marked.
 */
import { type State, STATES } from "../trace.ts";

export type TransitionEvent =
  | "listen()"
  | "connect()"
  | "SYN arrives"
  | "SYN+ACK arrives"
  | "our SYN is acknowledged"
  | "close()"
  | "FIN arrives"
  | "our FIN is acknowledged"
  | "time is up"
  | "RST arrives"
  | "abort"
  | "retries used up"
  | "close() of the listener";

export interface Transition {
  readonly from: State;
  readonly event: TransitionEvent;
  readonly to: State;
  /** True if figure 5 of RFC 9293 does not show it. */
  readonly beyondFigure?: true;
}

const SYNCHRONISED = ["ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK"] as const;

export const TRANSITIONS: readonly Transition[] = [
  { from: "CLOSED", event: "listen()", to: "LISTEN" },
  { from: "CLOSED", event: "connect()", to: "SYN-SENT" },
  // Linux makes the new connection a socket of its own; the listener stays in LISTEN.
  { from: "CLOSED", event: "SYN arrives", to: "SYN-RECEIVED" },
  { from: "LISTEN", event: "close() of the listener", to: "CLOSED" },
  { from: "SYN-SENT", event: "SYN arrives", to: "SYN-RECEIVED" },
  { from: "SYN-SENT", event: "SYN+ACK arrives", to: "ESTABLISHED" },
  { from: "SYN-SENT", event: "close()", to: "CLOSED" },
  { from: "SYN-RECEIVED", event: "our SYN is acknowledged", to: "ESTABLISHED" },
  { from: "SYN-RECEIVED", event: "close()", to: "FIN-WAIT-1" },
  { from: "ESTABLISHED", event: "close()", to: "FIN-WAIT-1" },
  { from: "ESTABLISHED", event: "FIN arrives", to: "CLOSE-WAIT" },
  { from: "FIN-WAIT-1", event: "our FIN is acknowledged", to: "FIN-WAIT-2" },
  { from: "FIN-WAIT-1", event: "FIN arrives", to: "CLOSING" },
  { from: "FIN-WAIT-2", event: "FIN arrives", to: "TIME-WAIT" },
  { from: "FIN-WAIT-2", event: "time is up", to: "CLOSED", beyondFigure: true },
  { from: "CLOSING", event: "our FIN is acknowledged", to: "TIME-WAIT" },
  { from: "CLOSE-WAIT", event: "close()", to: "LAST-ACK" },
  { from: "LAST-ACK", event: "our FIN is acknowledged", to: "CLOSED" },
  { from: "TIME-WAIT", event: "time is up", to: "CLOSED" },
  { from: "TIME-WAIT", event: "SYN arrives", to: "CLOSED", beyondFigure: true },
  { from: "TIME-WAIT", event: "RST arrives", to: "CLOSED", beyondFigure: true },
  { from: "TIME-WAIT", event: "abort", to: "CLOSED", beyondFigure: true },
  ...(["SYN-SENT", "SYN-RECEIVED", ...SYNCHRONISED] as const).flatMap((from): Transition[] => [
    { from, event: "RST arrives", to: "CLOSED", beyondFigure: true },
    { from, event: "abort", to: "CLOSED", beyondFigure: true },
    { from, event: "retries used up", to: "CLOSED", beyondFigure: true },
  ]),
];

const TABLE: ReadonlyMap<State, ReadonlyMap<TransitionEvent, State>> = new Map(
  STATES.map((state) => [
    state,
    new Map(TRANSITIONS.filter(({ from }) => from === state).map(({ event, to }) => [event, to])),
  ]),
);

/** The state after `event`. @throws Error if the table has no such row: the engine, not the input, is wrong */
export function nextState(from: State, event: TransitionEvent): State {
  const to = TABLE.get(from)?.get(event);
  if (to === undefined) throw new Error(`no transition from ${from} on "${event}"; see src/engine/tcp/transitions.ts`);
  return to;
}
