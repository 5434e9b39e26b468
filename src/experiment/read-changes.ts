/** The changes of a link, as far as they make sense: it may hold anything. */
import type { Experiment } from "./canonical.ts";
import { decodeChange } from "./change-codec.ts";
import { isChange } from "./change-shape.ts";
import { type Refusal, refuse } from "./interventions.ts";
import type { Permalink } from "./permalink.ts";
import type { Intervention } from "./run.ts";

export interface ReadChanges {
  readonly changes: readonly Intervention[];
  /** Those that make no sense here: which one, counted from 1, and why; null: it cannot be read at all. */
  readonly lost: readonly { readonly number: number; readonly refusal: Refusal | null }[];
}

/** The changes of a link that make sense for the experiment at hand, in order, and those that do not. */
export function readChanges(link: Pick<Permalink, "changes" | "until">, experiment: Experiment): ReadChanges {
  const changes: Intervention[] = [];
  const lost: { number: number; refusal: Refusal | null }[] = [];
  const ends = link.until === null ? experiment : { ...experiment, until: link.until };
  link.changes.forEach((token, index) => {
    const one = decodeChange(token, experiment);
    const known = isChange(one) ? one : null;
    const refusal = known && refuse(ends, known);
    if (known && !refusal) changes.push(known);
    else lost.push({ number: index + 1, refusal });
  });
  return { changes, lost };
}
