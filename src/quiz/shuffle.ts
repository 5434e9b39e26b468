import { fnv1a } from "./hash.ts";
import type { Item, Option } from "./model.ts";

/** A stream of numbers in [0, 1) that depends on nothing but the seed (mulberry32). */
export function seeded(seed: string): () => number {
  let state = fnv1a(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A new array with the same things in an order that depends only on the seed (Fisher and Yates). */
export function shuffle<T>(things: readonly T[], seed: string): readonly T[] {
  const next = seeded(seed);
  const result = [...things];
  for (let left = result.length - 1; left > 0; left--) {
    const other = Math.floor(next() * (left + 1));
    [result[left], result[other]] = [result[other] as T, result[left] as T];
  }
  return result;
}

/**
 * The order in which options stand. The first order is the same for everybody, because the page is
 * rendered before it knows its visitor and must not move under the reader's eyes; every later
 * attempt has an order of its own for visitor, item and attempt.
 */
export function optionOrder<T>(options: readonly T[], item: string, attempt: number, visitor: string): readonly T[] {
  return shuffle(options, attempt === 0 ? item : `${visitor}/${item}/${attempt}`);
}

/**
 * The order in which an item's options are shown. Numbers and the sentences of a text keep that of the
 * file; an order to be found never starts as the right one.
 */
export function shownOptions(item: Item, attempt: number, visitor: string): readonly Option[] {
  if (item.kind === "number" || item.kind === "find") return item.options;
  const shown = optionOrder(item.options, item.id, attempt, visitor);
  const found = item.kind === "order" && shown.every((option, at) => option === item.options[at]);
  return found ? [...shown.slice(1), ...shown.slice(0, 1)] : shown;
}

/** The order of the reasons of a `find`. */
export function shownReasons(item: Item, attempt: number, visitor: string): readonly Option[] {
  return optionOrder(item.reasons ?? [], `${item.id}/why`, attempt, visitor);
}
