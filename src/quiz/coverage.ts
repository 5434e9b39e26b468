/** Which claims are asked about, and in how many ways. A guise is a way of asking: two of a kind look alike. */
import type { Claim } from "./claims.ts";
import type { Question } from "./schema.ts";

export interface Covered {
  readonly claim: Claim;
  /** Ids of its questions by guise, both in order. */
  readonly guises: ReadonlyMap<string, readonly string[]>;
  /** Guises it needs: three if it changes what people do, else one. */
  readonly needed: number;
  readonly missing: number;
}

/** @param questions by id */
export function coverage(claims: Iterable<Claim>, questions: ReadonlyMap<string, Question>): readonly Covered[] {
  return [...claims].map((claim) => {
    const guises = new Map<string, readonly string[]>();
    for (const [id, { target, guise }] of questions)
      if (target === claim.id) guises.set(guise, [...(guises.get(guise) ?? []), id]);
    const needed = claim.changes_what_people_do ? 3 : 1;
    return { claim, guises, needed, missing: Math.max(0, needed - guises.size) };
  });
}
