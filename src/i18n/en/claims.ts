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
  ownPage: "This claim by itself, with its questions",
  /** Where the fact stands that the claim breaks on. */
  more: "The fact with its proof",
  page: {
    title: "Claims",
    description:
      "What people say about closing TCP connections, each with a verdict, its reason, and a run that decides it.",
    what: "What people repeat about closing connections. Each with a verdict, the reason why it looks true, and a run that decides it.",
    verdicts:
      "False: a run or a source contradicts it. Imprecise: true in one setting, said of all. Changed: true of an older kernel. True: it holds.",
    filterVerdict: "Verdict",
    filterTopic: "Topic",
    filterAnswers: "My answers",
    all: "All",
    any: "any",
    answers: { none: "not asked yet", right: "right", wrong: "not right yet" },
    of: "{verdict} “{belief}” {fact}",
    on: "Verdict for {systems}",
    run: "Run it",
    otherRuns: "More runs about it",
    questions: "Questions about it",
    questionsText: "Your answers count wherever the same question stands.",
    rests: "What the verdict rests on",
    chapters: "Told in",
    ledes: { false: "False", true: "True", changed: "Changed", imprecise: "Imprecise" },
    paste: "To paste into a review or a chat",
    copy: "Copy",
    copied: "Copied",
    notCopied: "Select the text and copy it.",
    undecided: "Someone says:",
    decideFirst: "Decide first. Then open the verdict.",
    open: "Open the verdict",
  },
} as const;
