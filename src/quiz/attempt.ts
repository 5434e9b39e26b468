/** Whether a run with a reader's changes reaches the goal of a challenge. Small: the page of a challenge loads it. */
import type { Experiment } from "../experiment/canonical.ts";
import { type Check, checkExpectations } from "../experiment/expect.ts";
import { type Intervention, run } from "../experiment/run.ts";

/** Kinds of change, as a challenge may rule them out. */
export const CHANGE_KINDS = [
  "fault",
  "call",
  "kill",
  "ss-kill",
  "sysctl",
  "option",
  "kernel",
  "link",
  "inject",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export function kindOf(one: Intervention): ChangeKind {
  if ("set" in one) return one.set;
  if (one.add === "fault") return "fault";
  const { do: what } = one.event;
  return what === "thread" ? "call" : what === "ss_kill" ? "ss-kill" : what;
}

/** What of a challenge decides. */
export interface Goal {
  /** Its conditions are what it expects. */
  readonly experiment: Experiment;
  /** Changes that do not count. */
  readonly without: readonly ChangeKind[];
}

export interface Attempt {
  readonly checks: readonly Check[];
  /** Changes of a kind that does not count here. */
  readonly ruledOut: readonly Intervention[];
  readonly reached: boolean;
}

/** Where a reader stands with these changes. */
export function attempt({ experiment, without }: Goal, changes: readonly Intervention[]): Attempt {
  const trace = run(experiment, changes);
  const checks = checkExpectations(experiment.expect, trace);
  const ruledOut = changes.filter((one) => without.includes(kindOf(one)));
  return { checks, ruledOut, reached: ruledOut.length === 0 && checks.every(({ holds }) => holds) };
}
