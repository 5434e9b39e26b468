/** Where two futures of one experiment part. */
import type { Run } from "./snapshot.ts";
import { stepAt, type Story } from "./steps.ts";

/** Index of the first event in which two runs differ; null: they are the same to the end. */
export function parting(a: Run, b: Run): number | null {
  const most = Math.max(a.events.length, b.events.length);
  for (let i = 0; i < most; i += 1) if (JSON.stringify(a.events[i]) !== JSON.stringify(b.events[i])) return i;
  return null;
}

/** The step of `story` in which it leaves `other`; null: it does not. */
export function partingStep(other: Story, story: Story): number | null {
  const at = parting(other.run, story.run);
  return at === null || story.steps.length === 0 ? null : stepAt(story, at);
}
