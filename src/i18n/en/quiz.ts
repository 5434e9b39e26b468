/** Strings that a question and a prediction have both. */
export const quiz = {
  /** After the answer, behind the tag. */
  youWere: { sure: "You were sure.", "think-so": "You thought so.", guess: "You guessed." },

  howSure: "How sure are you?",
  confidence: { sure: "sure", "think-so": "think so", guess: "guess" },

  numberLabel: "Your answer in {unit}",
  numberHint: "A number. Another unit of time is fine too: 0.5 s.",
  numberHintCount: "A number.",
  unit: {
    us: "µs",
    ms: "ms",
    s: "s",
    min: "min",
    segments: "segments",
    bytes: "bytes",
    sockets: "sockets",
  },

  /** Kinds. */
  several: "Take all that hold.",
  sort: "Put them in order, the first on top.",
  earlier: "Earlier: {what}",
  later: "Later: {what}",
  place: "{what}: place {n} of {count}",
  why: "Why is it wrong?",
  output: "{command} on {host}, recorded on Linux {release}",

  needAnswer: "Choose an answer first.",
  needNumber: "Write a number first, such as {example}.",
  needReason: "Say why it is wrong, too.",
  needConfidence: "Say how sure you are: it counts only before you know.",

  right: "Right.",
  wrong: "Not this.",
  yours: "It was your answer.",
  /** Several may hold. */
  holds: { 0: "Holds.", 1: "Does not hold." },
  missed: "You left it out.",
  /** A sentence of quoted advice: the one to find, the others. */
  sentence: { 0: "This is the wrong sentence.", 1: "This sentence holds." },
  /** An order. */
  then: ", then ",
  placed: "Place {n}.",
  had: "You had it at {n}.",
  slips: "What is easily mixed up",
  slip: "{first}, before: {then}",
  /** Of a prediction, afterwards. */
  saw: "It is what you saw.",
  yourNumber: "Your answer: {value} {unit}",

  report: {
    title: "Something wrong with this question?",
    text: "Say what you expected, and on which kernel.",
    link: "Report it",
    copy: "Begin with:",
    item: "question {id} ({version})",
  },
} as const;

/** The same in any language. */
export type QuizText = Widen<typeof quiz>;
export type Widen<T> = { readonly [K in keyof T]: T[K] extends string ? string : Widen<T[K]> };
