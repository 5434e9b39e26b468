/** Where a reader stands with the questions about one thing: a claim, a chapter. */
import { type Attempt, attemptsAt, latestAttempt, type Progress } from "./model.ts";

/** `right`: every question answered so far was right the last time, and one was answered at least. */
export type Standing = "none" | "right" | "wrong";

/** @param items ids of the questions */
export function standing(progress: Progress, items: readonly string[]): Standing {
  const latest = items.flatMap((item) => latestAttempt(attemptsAt(progress, item)) ?? []);
  if (latest.length === 0) return "none";
  return latest.every(({ right }) => right) ? "right" : "wrong";
}

/** Until then a right answer says that the feedback was read, not that the thing is known. */
const RETRY = 12 * 3_600_000;

/** Without the right answers that follow a wrong one so soon: a wrong answer comes back the next day, whatever was tried since. */
export function withoutRetries(attempts: readonly Attempt[]): readonly Attempt[] {
  return attempts.filter(({ right, at }, n) => {
    const wrong = attempts.slice(0, n).findLast((one) => one.answer !== null && !one.right);
    return !(right && wrong && at - wrong.at < RETRY);
  });
}
