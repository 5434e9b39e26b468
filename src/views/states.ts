/** How each of the eleven states is written and drawn. Every view takes its looks from here. */
import { STATES, type State } from "../engine/trace.ts";

/** A rail says whether one direction is open: `full` open, `half` not acknowledged yet, `none` not open or over. */
export type Rail = "full" | "half" | "none";

interface Looks {
  /** Two letters; the CSS class is `st-` + code, the mark `#g-` + code. */
  readonly code: string;
  /** As `ss` prints it. */
  readonly ss: string;
  /** What this side may still send. */
  readonly send: Rail;
  /** What its peer may still send. */
  readonly recv: Rail;
}

export const STATE_LOOKS: Readonly<Record<State, Looks>> = {
  CLOSED: { code: "CL", ss: "UNCONN", send: "none", recv: "none" },
  LISTEN: { code: "LI", ss: "LISTEN", send: "none", recv: "none" },
  "SYN-SENT": { code: "SS", ss: "SYN-SENT", send: "half", recv: "none" },
  "SYN-RECEIVED": { code: "SR", ss: "SYN-RECV", send: "half", recv: "full" },
  ESTABLISHED: { code: "ES", ss: "ESTAB", send: "full", recv: "full" },
  "FIN-WAIT-1": { code: "F1", ss: "FIN-WAIT-1", send: "half", recv: "full" },
  "FIN-WAIT-2": { code: "F2", ss: "FIN-WAIT-2", send: "none", recv: "full" },
  "CLOSE-WAIT": { code: "CW", ss: "CLOSE-WAIT", send: "full", recv: "none" },
  CLOSING: { code: "CG", ss: "CLOSING", send: "half", recv: "none" },
  "LAST-ACK": { code: "LA", ss: "LAST-ACK", send: "half", recv: "none" },
  "TIME-WAIT": { code: "TW", ss: "TIME-WAIT", send: "none", recv: "none" },
};

/** As `netstat` and `lsof` print a state: TIME_WAIT, FIN_WAIT2, SYN_RECV. */
export function bsdName(state: State): string {
  if (state === "SYN-RECEIVED") return "SYN_RECV";
  if (state === "CLOSED") return "CLOSE";
  return state.replace(/-(\d)$/, "$1").replaceAll("-", "_");
}

/** Who closed first decides the family; hue tells the family, mark and name tell the state. */
export const FAMILIES = [
  { family: "opening", states: ["LISTEN", "SYN-SENT", "SYN-RECEIVED"] },
  { family: "open", states: ["ESTABLISHED"] },
  { family: "active", states: ["FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT"] },
  { family: "passive", states: ["CLOSE-WAIT", "LAST-ACK"] },
  { family: "end", states: ["CLOSED"] },
] as const satisfies readonly { readonly family: string; readonly states: readonly State[] }[];

/** The states in which a socket shows how it ends; the picture spends a second line on them. */
export const CLOSING_STATES: readonly State[] = FAMILIES.flatMap(({ family, states }) =>
  family === "active" || family === "passive" ? states : [],
);

/** The two letters of a state, or an error that names the eleven: content is checked when it is built. */
export function stateCode(name: string): string {
  const state = STATES.find((each) => each === name);
  if (state === undefined) throw new Error(`"${name}" is no state; write one of ${STATES.join(", ")}`);
  return STATE_LOOKS[state].code;
}
