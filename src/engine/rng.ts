/**
 * Seeded random streams as plain numbers, one per purpose, so that asking for one more port never
 * changes an initial sequence number. Each state is a 32-bit integer; `nextRandom` is splitmix32.
 */
export type RandomState = number;

/** A stream of its own for each purpose. */
export function seedStream(seed: number, purpose: string): RandomState {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < purpose.length; index += 1)
    hash = Math.imul(hash ^ purpose.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** The next 32-bit integer and the state after it. */
export function nextRandom(state: RandomState): { readonly value: number; readonly state: RandomState } {
  const next = (state + 0x9e3779b9) >>> 0;
  let mixed = next ^ (next >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return { value: (mixed ^ (mixed >>> 15)) >>> 0, state: next };
}
