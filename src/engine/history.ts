/**
 * Time travel. A run is its inputs, so any moment can be had again: from the nearest checkpoint
 * before it, by running on. Seeking never changes what was; a branch is another history whose
 * scenario differs from some moment on, and the old one stays.
 */
import type { Scenario } from "./scenario.ts";
import type { TraceEvent } from "./trace.ts";
import { step } from "./world/step.ts";
import { cloneWorld, createWorld, type Plan, planOf, type Run, type World } from "./world/world.ts";

interface Checkpoint {
  readonly world: World;
  /** Trace length then. */
  readonly traced: number;
}

export interface History {
  readonly plan: Plan;
  readonly seed: number;
  readonly events: TraceEvent[];
  readonly checkpoints: Checkpoint[];
  readonly run: Run;
  /** Where this history left another; null for the first. */
  readonly branchedAt: number | null;
}

/** Least number of trace events between two checkpoints. */
const CHECKPOINT_EVERY = 1024;
/** A run keeps at most so many; when there are more, every second one goes and the gaps double. */
const MOST_CHECKPOINTS = 128;

function begin(plan: Plan, seed: number, world: World, events: TraceEvent[], branchedAt: number | null): History {
  const run: Run = { plan, world, sink: (event) => events.push(event), cause: null };
  return { plan, seed, events, checkpoints: [{ world: cloneWorld(world), traced: world.traced }], run, branchedAt };
}

/** A run of the scenario that has not moved yet. `disturbance` seeds the lateness of a real machine. */
export function openHistory(scenario: Scenario, seed: number, disturbance: number | null = null): History {
  const plan = planOf(scenario);
  return begin(plan, seed, createWorld(plan, seed, disturbance), [], null);
}

/** Runs on until nothing is due by `until` (microseconds; default: the scenario's end). */
export function runTo(history: History, until: number = history.plan.scenario.until): void {
  const { run, checkpoints } = history;
  while (step(run, until)) {
    const last = checkpoints[checkpoints.length - 1];
    if (last && run.world.traced - last.traced >= gapOf(checkpoints)) {
      checkpoints.push({ world: cloneWorld(run.world), traced: run.world.traced });
      if (checkpoints.length > MOST_CHECKPOINTS) thin(checkpoints);
    }
  }
}

/** Trace events until the next checkpoint: as many as lie between the others. */
function gapOf(checkpoints: readonly Checkpoint[]): number {
  const [first, second] = checkpoints;
  return Math.max(CHECKPOINT_EVERY, first && second ? second.traced - first.traced : 0);
}

function thin(checkpoints: Checkpoint[]): void {
  const kept = checkpoints.filter((_, index) => index % 2 === 0);
  checkpoints.splice(0, checkpoints.length, ...kept);
}

/**
 * The world just after the event step that wrote trace event `index`; the events of one step happen
 * together and are never parted.
 */
export function worldAfter(history: History, index: number): World {
  let nearest = history.checkpoints[0];
  for (const checkpoint of history.checkpoints) if (checkpoint.traced <= index) nearest = checkpoint;
  if (!nearest) throw new Error("a history has at least its first checkpoint");
  const world = cloneWorld(nearest.world);
  const run: Run = { plan: history.plan, world, sink: () => undefined, cause: null };
  while (world.traced <= index && step(run, history.plan.scenario.until)) {
    // Each round is one event.
  }
  return world;
}

/**
 * Another future: the same run under a changed scenario. Everything before the first difference is
 * the same by construction, because a run depends on nothing but its inputs.
 */
export function branch(history: History, scenario: Scenario): History {
  const other = openHistory(scenario, history.seed);
  runTo(other);
  const length = Math.min(history.events.length, other.events.length);
  let at = 0;
  while (at < length && sameEvent(history.events[at], other.events[at])) at += 1;
  return { ...other, branchedAt: at };
}

function sameEvent(a: TraceEvent | undefined, b: TraceEvent | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
