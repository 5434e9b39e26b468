/** Where a reader stands with the questions about one thing: a claim, a chapter. */
import { attemptsAt, latestAttempt, type Progress } from "./model.ts";

/** `right`: every question answered so far was right the last time, and one was answered at least. */
export type Standing = "none" | "right" | "wrong";

/** @param items ids of the questions */
export function standing(progress: Progress, items: readonly string[]): Standing {
  const latest = items.flatMap((item) => latestAttempt(attemptsAt(progress, item)) ?? []);
  if (latest.length === 0) return "none";
  return latest.every(({ right }) => right) ? "right" : "wrong";
}
