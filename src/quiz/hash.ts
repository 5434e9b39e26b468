/**
 * FNV-1a over UTF-16 code units, 32 bits: small, and enough to notice a change or to seed an order.
 * Not for anything that must resist intent. Parameters from the FNV reference (draft-eastlake-fnv).
 */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** A short name for a text's content: eight hexadecimal digits. */
export function contentHash(text: string): string {
  return fnv1a(text).toString(16).padStart(8, "0");
}
