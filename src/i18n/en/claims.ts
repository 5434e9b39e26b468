/** Strings of claims: a belief, its verdict, and why. */
export const claims = {
  /** Stands before the belief. */
  verdict: { false: "False:", true: "True:", changed: "Changed:", imprecise: "Imprecise:" },
  /** Where it stands alone, after the reader has decided. */
  alone: { false: "False.", true: "True.", changed: "It was so once, and has changed.", imprecise: "Imprecise." },
  someone: "Someone says:",
  decide: "Is that so? Decide, then open.",
  fact: "The fact",
  why: "Why it looks true",
  /** In the place of `why`, for what is true. */
  doubt: "Why it is doubted",
  happens: "What happens",
  see: "See it",
  said: "Seen at",
  /** Where the fact stands that the claim breaks on. */
  more: "The fact with its proof",
} as const;
