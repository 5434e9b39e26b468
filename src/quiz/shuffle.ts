import { fnv1a } from "./hash.ts";

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
