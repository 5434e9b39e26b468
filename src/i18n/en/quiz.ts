/** Strings of questions, predictions and what is kept of the answers. */
export const quiz = {
  tag: {
    question: "Check yourself",
    numbered: "Check yourself, {n} of {count}",
    /** A missed question, back at the end. */
    again: "Once more, {n} of {count}",
    predict: "Predict",
    prediction: "Your prediction",
  },
  /** After the answer, behind the tag. */
  youWere: { sure: "You were sure.", "think-so": "You thought so.", guess: "You guessed." },
  seen: "The answer, without another try.",
  /** Behind the tag, and behind the history of a blank question. */
  marked: "Sure and wrong: marked for review.",

  howSure: "How sure are you?",
  confidence: { sure: "sure", "think-so": "think so", guess: "guess" },
  answer: "Answer",
  lockIn: "Lock in and run it",
  skip: "Skip",
  tryAgain: "Try again",
  next: "Next question",
  again: "Once more: what you missed",
  showMe: "Show me",
  observe: "What did you observe?",
  observed: "That is what I saw",
  compare: "Compare with what happened",

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
  /** Read out when an answer has been given. */
  resultRight: "Right. {feedback}",
  resultWrong: "Not this. {feedback} Right is: {right}",

  lockedIn: "Locked in. Run it below, then say what you saw.",
  skipped: "Skipped. The run below is open.",
  sawIt: "You have seen the run.",
  compared: {
    foreseen: "You predicted it, and you saw it.",
    surprised: "You saw something else than you predicted. That is the point of a run.",
    "seen-as-expected": "You saw what you predicted, and the run shows something else. Step through it once more.",
    "seen-otherwise": "The run shows something else than you saw. Step through it once more.",
  },

  /** Beside a blank question on a later visit. */
  historyRight: "{date}: you were {confidence}, and right.",
  historyWrong: "{date}: you were {confidence}, and not right.",
  historyConfidence: { sure: "sure", "think-so": "fairly sure", guess: "guessing" },
  changed: "The question has changed since.",
  score: "{right} of {count} right at the first try.",

  steps: "Questions",
  step: { blank: "Question {n}", right: "Question {n}, right", wrong: "Question {n}, not right yet" },

  /** Without JavaScript. */
  without: "Answer and reasons",

  kept: {
    summary: "Your answers stay in this browser",
    text: "They are sent nowhere. Take them along as a file, or merge a file from another browser: nothing is overwritten.",
    download: "Download answers",
    load: "Merge a file",
    file: "last-ack-answers.json",
    merged: "Merged. Questions with answers: {items}.",
    mergedSome: "Merged. Questions with answers: {items}. Entries that could not be read and were left out: {dropped}.",
    unreadable: "This file holds no answers that can be read. Nothing was changed.",
    newer: "This file comes from a later version of the site. Nothing was changed.",
    "too-large": "This file is too large to hold answers. Nothing was changed.",
  },
  trouble: {
    blocked: "This browser keeps nothing for this site. Your answers last until you leave the page.",
    full: "The browser has no room left for this site. Your new answers last until you leave the page.",
    newer:
      "Your saved answers were written by a later version of this site and are left as they are. New answers last until you leave the page.",
    aside: "Some saved answers could not be read. They were set aside, not deleted.",
    downloadAside: "Download what was set aside",
    asideFile: "last-ack-set-aside.txt",
  },
} as const;

/** The same in any language. */
export type QuizText = Widen<typeof quiz>;
type Widen<T> = { readonly [K in keyof T]: T[K] extends string ? string : Widen<T[K]> };
