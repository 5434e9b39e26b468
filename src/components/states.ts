/** The families of the eleven states, and the check that content names one of them. */
import { STATES, type State } from "../engine/trace.ts";
import { STATE_LOOKS } from "../views/states.ts";

/** Who closed first decides the family; hue tells the family, mark and name tell the state. */
export const FAMILIES = [
  { family: "opening", states: ["LISTEN", "SYN-SENT", "SYN-RECEIVED"] },
  { family: "open", states: ["ESTABLISHED"] },
  { family: "active", states: ["FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT"] },
  { family: "passive", states: ["CLOSE-WAIT", "LAST-ACK"] },
  { family: "end", states: ["CLOSED"] },
] as const satisfies readonly { readonly family: string; readonly states: readonly State[] }[];

/** The two letters of a state, or an error that names the eleven: content is checked when it is built. */
export function stateCode(name: string): string {
  const state = STATES.find((each) => each === name);
  if (state === undefined) throw new Error(`"${name}" is no state; write one of ${STATES.join(", ")}`);
  return STATE_LOOKS[state].code;
}
