/**
 * What a trace does not say because nobody outside can see it: every counter of a host at any moment, and who waits for
 * whom. The run is done again to that moment, which costs at most the events between two checkpoints.
 */
import { type History, openHistory, runTo, worldAfter } from "../engine/history.ts";
import { deadlocked, type ThreadName, type WaitFor, waitsFor } from "../engine/process/wait-for.ts";
import type { TraceEvent } from "../engine/trace.ts";
import type { Experiment } from "./canonical.ts";
import { DEFAULT_SEED } from "./run.ts";

export interface Inside {
  /** By host, as `nstat` names them, from the start of the run; zeros are left out. */
  readonly counters: ReadonlyMap<string, Readonly<Record<string, number>>>;
  readonly waits: readonly WaitFor[];
  /** The threads that only each other could free. */
  readonly stuck: readonly ThreadName[];
}

/**
 * Opens a run of the experiment, interventions included, for looking into it.
 * @returns what was inside just after the trace event with that index; -1: at the start
 */
export function openInside(experiment: Experiment): (event: number) => Inside {
  const history: History = openHistory(experiment, DEFAULT_SEED);
  runTo(history);
  const seen = new Map<number, Inside>();
  return (event) => {
    const known = seen.get(event);
    if (known) return known;
    const world = worldAfter(history, event);
    const waits = waitsFor(world, history.plan);
    const inside: Inside = {
      counters: new Map(world.hosts.map(({ name, counters }) => [name, Object.fromEntries([...counters].sort())])),
      waits,
      stuck: deadlocked(waits),
    };
    seen.set(event, inside);
    return inside;
  };
}

/** What the views need of a run of the engine. Looking into it costs a second run, on use. */
export function lookable(
  experiment: Experiment,
  events: readonly TraceEvent[],
): Pick<Experiment, "hosts" | "until"> & { readonly events: readonly TraceEvent[]; inside: (event: number) => Inside } {
  let look: ReturnType<typeof openInside> | undefined;
  const { hosts, until } = experiment;
  return { hosts, until, events, inside: (event) => (look ??= openInside(experiment))(event) };
}
