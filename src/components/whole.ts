import { STATES } from "../engine/trace.ts";

/** State names with a hyphen, and a number with its unit. */
const WHOLE = new RegExp(`\\b(?:${STATES.filter((state) => state.includes("-")).join("|")}|[\\d.,]+ m?s)\\b`, "g");

/** HTML in which the state names and times of the text stay on one line; tags and attributes are left alone. */
export function keepWhole(html: string): string {
  return html
    .split(/(<[^>]*>)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(WHOLE, '<span class="nb">$&</span>')))
    .join("");
}
