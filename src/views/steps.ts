/**
 * A run as the reader's steps. One step is one thing that happens on one host, with all that follows
 * from it at once: a call and the segment it sends; a segment arriving, the state it changes and the
 * calls it wakes; a timer firing. `step-groups.ts` says which events that are, `step.ts` what a step holds.
 */
import { segments, type SegmentView } from "./segments.ts";
import { Fold, type Run, type Snapshot } from "./snapshot.ts";
import { describe, type Step } from "./step.ts";
import { skipMiddle, stepGroups } from "./step-groups.ts";

/** A run cut into steps, with the sockets and threads after each. `after[0]` is after step 1. */
export interface Story {
  readonly run: Run;
  readonly steps: readonly Step[];
  readonly after: readonly Snapshot[];
  readonly segments: ReadonlyMap<number, SegmentView>;
  /** Steps that have none of their own here: the middle of a long run is told as one. */
  readonly untold: number;
  /** The step that an event belongs to; probes and captures belong to none. */
  readonly stepOf: ReadonlyMap<number, number>;
}

/**
 * Cuts a run into steps.
 * @param limit how many of them to tell at most; a transfer has thousands, which no picture holds
 */
export function story(run: Run, limit = Infinity): Story {
  const bySeg = segments(run);
  const whole = stepGroups(run);
  const order = skipMiddle(whole, limit);
  const stepOf = new Map<number, number>();
  order.forEach((group, i) => group.events.forEach((index) => stepOf.set(index, i + 1)));

  const fold = new Fold();
  const after: Snapshot[] = [];
  const steps = order.map((group, i): Step => {
    const events = group.events.map((index) => run.events[index]).filter((event) => event !== undefined);
    events.forEach((event) => fold.add(event));
    after.push(fold.at(group.t));
    return describe(run, group, events, i + 1, bySeg, stepOf);
  });
  return { run, steps, after, segments: bySeg, stepOf, untold: whole.length - order.length };
}

/** The step that holds the event, or the last one before it; 1 if there is none. */
export function stepAt({ steps, stepOf }: Story, event: number): number {
  const holding = stepOf.get(event);
  if (holding !== undefined) return holding;
  let best = 1;
  for (const step of steps) if (step.at <= event) best = step.n;
  return best;
}

/** Index of the last event up to the end of step `n`; -1 before the first. */
export function lastEvent({ steps }: Story, n: number): number {
  return steps[n - 1]?.events.at(-1) ?? -1;
}

/** What the reader may look for, forwards or backwards. */
export type Landmark = "change" | "segment";

/**
 * The nearest step after `n` (before it with `by` -1) that changes a state or in which a segment is sent or settled.
 * @param told whether a step is looked at; left out: every one
 */
export function nextLandmark(
  { steps }: Story,
  n: number,
  what: Landmark,
  by: 1 | -1 = 1,
  told: (n: number) => boolean = () => true,
): Step | null {
  const is = (step: Step): boolean =>
    told(step.n) && (what === "change" ? step.changes.length > 0 : step.segment !== null || step.sends.length > 0);
  return (
    (by === 1 ? steps.find((step) => step.n > n && is(step)) : steps.findLast((step) => step.n < n && is(step))) ?? null
  );
}
