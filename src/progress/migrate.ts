/**
 * Reads what was stored or imported, by this version of the site or an earlier one. The data is
 * untrusted: it may be cut off, edited, or not ours at all. What can be read is kept, the rest is
 * counted, so that the caller can set the original aside and say so.
 */
import { CONFIDENCE } from "../quiz/model.ts";
import { type Attempt, emptyProgress, EVERYTHING, merge, type Progress, VERSION } from "./model.ts";

export type Reading =
  /** `dropped`: entries that could not be read. */
  | { readonly ok: true; readonly progress: Progress; readonly dropped: number }
  /** `unreadable`: not our data, or damaged. `newer`: written by a later version of the site; leave it alone. */
  | { readonly ok: false; readonly problem: "unreadable" | "newer" };

/** Turns data of one version into the next. */
export type Migration = (data: Data) => Data;
type Data = Readonly<Record<string, unknown>>;

/** By the version they start from; each adds one. Version 1 is the first, so there are none yet. */
export const MIGRATIONS: Readonly<Record<number, Migration>> = {};

/** Data of a version as that of a later one, step by step; null where a step is missing or cannot read it. */
export function upgrade(
  data: Data,
  from: number,
  to: number,
  migrations: Readonly<Record<number, Migration>>,
): Data | null {
  if (from === to) return data;
  try {
    const next: Data | undefined = migrations[from]?.(data);
    return next ? upgrade(next, from + 1, to, migrations) : null;
  } catch {
    return null;
  }
}

export function readProgress(text: string): Reading {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { ok: false, problem: "unreadable" };
  }
  if (!isObject(data) || !isVersion(data["version"])) return { ok: false, problem: "unreadable" };
  if (data["version"] > VERSION) return { ok: false, problem: "newer" };
  const current = upgrade(data, data["version"], VERSION, MIGRATIONS);
  return current ? check(current) : { ok: false, problem: "unreadable" };
}

function check(data: Readonly<Record<string, unknown>>): Reading {
  const { visitor, items, resets } = data;
  if (!isObject(items)) return { ok: false, problem: "unreadable" };
  let dropped = 0;
  const kept: Record<string, readonly Attempt[]> = {};
  for (const [item, attempts] of Object.entries(items)) {
    if (!isItemId(item) || !Array.isArray(attempts)) {
      dropped++;
      continue;
    }
    const good = attempts.map(checkAttempt).filter((attempt) => attempt !== null);
    dropped += attempts.length - good.length;
    if (good.length > 0) kept[item] = good;
  }
  const keptResets: Record<string, number> = {};
  for (const [item, at] of Object.entries(isObject(resets) ? resets : {}))
    if ((isItemId(item) || item === EVERYTHING) && isTime(at)) keptResets[item] = at;
    else dropped++;
  const read: Progress = {
    version: VERSION,
    visitor: typeof visitor === "string" && /^[0-9a-z]{1,32}$/.test(visitor) ? visitor : "",
    items: kept,
    resets: keptResets,
  };
  // Merging with nothing sorts the attempts and removes doubles.
  return { ok: true, progress: merge(read, emptyProgress()), dropped };
}

/** Rebuilt field by field: nothing unknown gets in. */
function checkAttempt(data: unknown): Attempt | null {
  if (!isObject(data)) return null;
  const { at, answer, right, confidence, hash } = data;
  if (!isTime(at) || typeof right !== "boolean" || typeof hash !== "string" || hash.length > 64) return null;
  if (confidence !== null && !(CONFIDENCE as readonly unknown[]).includes(confidence)) return null;
  if (answer !== null && !Number.isFinite(answer) && !isId(answer) && !(Array.isArray(answer) && isIdList(answer)))
    return null;
  return { at, answer: answer as Attempt["answer"], right, confidence: confidence as Attempt["confidence"], hash };
}

function isId(value: unknown): boolean {
  return typeof value === "string" && value.length <= 200;
}

/** More than any question has options. */
function isIdList(value: readonly unknown[]): boolean {
  return value.length <= 20 && value.every(isId);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

/** Milliseconds since 1970, up to the last moment a Date can hold. */
function isTime(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 8.64e15;
}

/** The ids of questions, of what was observed, believed and reached; `__proto__` and the like never get in. */
function isItemId(text: string): boolean {
  return /^(?:(?:believe|challenge)\.)?[a-z][a-z0-9-]{0,99}(?:\.observed)?$/.test(text);
}
