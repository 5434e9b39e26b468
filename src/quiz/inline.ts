/**
 * The little markup that questions use: `code` in backquotes, and state names, which are kept on one
 * line. Everything else is plain text, its apostrophes set as ’.
 */
import { STATES } from "../engine/trace.ts";

export type Inline = { readonly as: "text" | "code" | "state"; readonly text: string };

/** Longest first, so that FIN-WAIT-1 is not read as something shorter. CLOSED and LISTEN have no hyphen to break at. */
const HYPHENATED = STATES.filter((state) => state.includes("-")).sort((a, b) => b.length - a.length);
// Spelled with an underscore in chips and titles, with a hyphen in prose: both are kept together.
const PIECES = new RegExp(`\`([^\`]+)\`|\\b(${HYPHENATED.join("|").replaceAll("-", "[-_]")})\\b`, "g");

function typeset(text: string): string {
  return text.replace(/(?<=\w)'/g, "’");
}

/** Splits a text into its pieces, in order. */
export function parseInline(text: string): readonly Inline[] {
  const pieces: Inline[] = [];
  let end = 0;
  for (const found of text.matchAll(PIECES)) {
    if (found.index > end) pieces.push({ as: "text", text: typeset(text.slice(end, found.index)) });
    pieces.push(found[1] === undefined ? { as: "state", text: found[2] ?? "" } : { as: "code", text: found[1] });
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push({ as: "text", text: typeset(text.slice(end)) });
  return pieces;
}

/** The text without its markup, for live regions and exports. */
export function plainText(text: string): string {
  return parseInline(text)
    .map((piece) => piece.text)
    .join("");
}
