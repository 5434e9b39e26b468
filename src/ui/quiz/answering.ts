/** What happens between a form and the store: the same for questions and predictions. */
import { addAttempt, attemptsAt, type Attempt, observationOf } from "../../progress/model.ts";
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
  | { readonly ok: false; readonly missing: string; readonly field: "answer" | "reason" | "confidence" };

/** Reads the form; nothing is recorded until all of the answer is there, and the confidence if it is asked. */
export function readSubmission(form: HTMLFormElement, item: Item, t: QuizText, sure = true): Submission {
  const { answers, reason, confidence } = readForm(form);
  const answer = toAnswer(item, answers, reason);
  if (answer === null) {
    const missing = item.unit === null ? t.needAnswer : format(t.needNumber, { example: `40 ${t.unit[item.unit]}` });
    return { ok: false, missing, field: "answer" };
  }
  if (item.reasons && reason === "") return { ok: false, missing: t.needReason, field: "reason" };
  if (sure && confidence === null) return { ok: false, missing: t.needConfidence, field: "confidence" };
  return {
    ok: true,
    attempt: { at: Date.now(), answer, right: grade(item, answer).right, confidence, hash: item.hash },
  };
}

/** The answer as it is kept; null if there is none. Without a reason it is not graded. */
function toAnswer(item: Item, answers: readonly string[], reason: string): Answer | null {
  const [first = ""] = answers;
  if (item.unit !== null) return parseNumber(first, item.unit);
  if (first === "") return null;
  if (item.kind === "multiple") return item.options.map(({ id }) => id).filter((id) => answers.includes(id));
  if (item.kind === "order") return answers;
  return item.reasons ? [first, reason] : first;
}

export function record(item: Pick<Item, "id">, attempt: Attempt): void {
  progressStore().update((progress) => addAttempt(progress, item.id, attempt), attempt.at);
}

/** What the reader says they saw is kept beside the prediction; null: they did not say. */
export function recordObservation(item: Item, attempt: Attempt | null): void {
  const skipped = { at: Date.now(), answer: null, right: false, confidence: null, hash: item.hash };
  record({ id: observationOf(item.id) }, attempt ?? skipped);
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
