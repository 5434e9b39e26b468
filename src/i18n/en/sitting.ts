/** Strings of questions that stand in the text or in a quiz, beyond those that a prediction has too (quiz.ts). */
import type { Widen } from "./quiz.ts";

export const sitting = {
  tag: {
    question: "Check yourself",
    numbered: "Check yourself, {n} of {count}",
    /** A missed question, back at the end. */
    again: "Once more, {n} of {count}",
  },
  steps: "Questions",
  step: { blank: "Question {n}", right: "Question {n}, right", wrong: "Question {n}, not right yet" },
  answer: "Answer",
  next: "Next question",
  tryAgain: "Try again",
  again: "Once more: what you missed",
  passedOver: "To what you passed over: {count}",
  showMe: "Show me",
  score: "{right} of {count} right at the first try.",
  /** Behind the tag. */
  seen: "The answer, without another try.",
  /** Behind the tag, and behind the history of a blank question. */
  marked: "Sure and wrong: marked for review.",

  /** Beside a blank question on a later visit. */
  historyRight: "{date}: you were {confidence}, and right.",
  historyWrong: "{date}: you were {confidence}, and not right.",
  historyConfidence: { sure: "sure", "think-so": "fairly sure", guess: "guessing" },
  changed: "The question has changed since.",

  /** Read out when an answer has been given. */
  resultRight: "Right. {feedback}",
  resultWrong: "Not this. {feedback} Right is: {right}",

  /** Without JavaScript. */
  without: "Answer and reasons",
} as const;

export type SittingText = Widen<typeof sitting>;
