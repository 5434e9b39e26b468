/**
 * What is kept about one reader, in one browser: every answer with its time. Nothing is derived
 * here that can be computed from the answers. Times are milliseconds since 1970 (UTC), given by the
 * caller; nothing in this folder reads a clock.
 */
import type { Answer, Confidence } from "../quiz/model.ts";

export const VERSION = 1;

export interface Attempt {
  readonly at: number;
  /** null: the reader skipped it, which only a prediction allows. */
  readonly answer: Answer | null;
  readonly right: boolean;
  /** Asked before the answer counted; null for what was skipped, and for what was observed. */
  readonly confidence: Confidence | null;
  /** The question's content at that time: a changed question is marked, not erased. */
  readonly hash: string;
}

export interface Progress {
  readonly version: typeof VERSION;
  /** Random, made once per browser; seeds the order of options and is sent nowhere. */
  readonly visitor: string;
  /** By question id (of observations: `observationOf`), oldest attempt first. */
  readonly items: Readonly<Record<string, readonly Attempt[]>>;
  /** When an item was reset, or `*` for everything: attempts up to then are forgotten, in other tabs too. */
  readonly resets: Readonly<Record<string, number>>;
}

export const EVERYTHING = "*";
/** Per item: the first attempt and the latest others, so that years of review cannot fill the storage. */
const KEPT = 100;

export function emptyProgress(visitor = ""): Progress {
  return { version: VERSION, visitor, items: {}, resets: {} };
}

/** Under which name it is kept what the reader says they saw in the run that a prediction was about. */
export function observationOf(item: string): string {
  return `${item}.observed`;
}

/** Under which name it is kept what the reader thought of a claim before reading. */
export function believeItem(claim: string): string {
  return `believe.${claim}`;
}

/** Under which name it is kept that a challenge was reached. */
export function challengeItem(challenge: string): string {
  return `challenge.${challenge}`;
}

/** The first attempt that was not skipped: it stays for the record, whatever follows. */
export function firstAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find((attempt) => attempt.answer !== null);
}

/** The latest attempt that was not skipped. */
export function latestAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.findLast((attempt) => attempt.answer !== null);
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

/** Sure, and wrong, and not sure and right since, retries apart. It comes first in the review. */
export function sureAndWrong(attempts: readonly Attempt[]): boolean {
  return withoutRetries(attempts).findLast(({ confidence }) => confidence === "sure")?.right === false;
}

export function attemptsAt(progress: Progress, item: string): readonly Attempt[] {
  return Object.hasOwn(progress.items, item) ? (progress.items[item] ?? []) : [];
}

export function addAttempt(progress: Progress, item: string, attempt: Attempt): Progress {
  return merge(progress, { ...emptyProgress(), items: { [item]: [attempt] } });
}

/** Forgets one item, or everything with `EVERYTHING`, up to the given time. */
export function reset(progress: Progress, item: string, at: number): Progress {
  return merge(progress, { ...emptyProgress(), resets: { [item]: at } });
}

/**
 * Both records in one: every attempt of either, once. Order and repetition make no difference, so
 * tabs and files can be merged in any order. The visitor of the first one stays if it has one.
 */
export function merge(one: Progress, other: Progress): Progress {
  const resets = { ...one.resets };
  for (const [item, at] of Object.entries(other.resets)) resets[item] = Math.max(at, resets[item] ?? 0);
  const items: Record<string, readonly Attempt[]> = {};
  for (const item of [...new Set([...Object.keys(one.items), ...Object.keys(other.items)])].sort()) {
    const since = Math.max(resets[item] ?? -1, resets[EVERYTHING] ?? -1);
    const attempts = union(attemptsAt(one, item), attemptsAt(other, item)).filter(({ at }) => at > since);
    if (attempts.length > 0) items[item] = attempts;
  }
  return { version: VERSION, visitor: one.visitor || other.visitor, items, resets };
}

/**
 * Brings in a saved file. It adds and never takes away: the file's resets do not count, and what was
 * reset here comes back if the file has it.
 */
export function importInto(progress: Progress, file: Progress): Progress {
  const resets = Object.fromEntries(
    Object.entries(progress.resets).filter(([item]) => item !== EVERYTHING && !Object.hasOwn(file.items, item)),
  );
  return merge({ ...progress, resets }, { ...file, resets: {} });
}

function union(one: readonly Attempt[], other: readonly Attempt[]): readonly Attempt[] {
  const byKey = new Map([...one, ...other].map((attempt) => [sortKey(attempt), attempt]));
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, attempt]) => attempt);
  return sorted.length <= KEPT ? sorted : [...sorted.slice(0, 1), ...sorted.slice(1 - KEPT)];
}

/** By time; the rest only decides between attempts of the same millisecond. */
function sortKey({ at, answer, right, confidence, hash }: Attempt): string {
  return `${String(at).padStart(16, "0")} ${JSON.stringify([answer, right, confidence, hash])}`;
}
