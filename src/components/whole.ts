import { STATES } from "../engine/trace.ts";

const NAMES = new RegExp(`\\b(?:${STATES.filter((state) => state.includes("-")).join("|")})\\b`, "g");

/** HTML in which the state names of the text stay on one line; tags and attributes are left alone. */
export function keepWhole(html: string): string {
  return html
    .split(/(<[^>]*>)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(NAMES, '<span class="nb">$&</span>')))
    .join("");
}
