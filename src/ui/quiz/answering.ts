/** What happens between a form and the store: the same for questions and predictions. */
import { addAttempt, attemptsAt, type Attempt } from "../../progress/model.ts";
import type { QuizText } from "../../i18n/en/quiz.ts";
import { format } from "../../i18n/format.ts";
import { grade } from "../../quiz/grade.ts";
import type { Answer, Item } from "../../quiz/model.ts";
import { parseNumber } from "../../quiz/number.ts";
import { readForm } from "./parts.tsx";
import { progressStore } from "./progress.ts";

export type Submission =
  | { readonly ok: true; readonly attempt: Attempt }
  /** What is missing, in words, and the name of the field to go to. */
  | { readonly ok: false; readonly missing: string; readonly field: "answer" | "confidence" };

/** Reads the form; nothing is recorded until answer and confidence are both there. */
export function readSubmission(form: HTMLFormElement, item: Item, t: QuizText): Submission {
  const { answer: raw, confidence } = readForm(form);
  const answer: Answer | null = item.unit === null ? raw || null : parseNumber(raw, item.unit);
  if (answer === null) {
    const missing = item.unit === null ? t.needAnswer : format(t.needNumber, { example: `40 ${t.unit[item.unit]}` });
    return { ok: false, missing, field: "answer" };
  }
  if (confidence === null) return { ok: false, missing: t.needConfidence, field: "confidence" };
  return {
    ok: true,
    attempt: { at: Date.now(), answer, right: grade(item, answer).right, confidence, hash: item.hash },
  };
}

export function record(item: Item, attempt: Attempt): void {
  progressStore().update((progress) => addAttempt(progress, item.id, attempt), attempt.at);
}

/** A skipped prediction is kept too. */
export function recordSkip(item: Item): void {
  record(item, { at: Date.now(), answer: null, right: false, confidence: null, hash: item.hash });
}

export function countAttempts(item: Item): number {
  return attemptsAt(progressStore().progress(), item.id).length;
}

/** Moves to the first field of that name and keeps it in view. */
export function focusField(form: HTMLFormElement, name: string): void {
  form.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();
}
