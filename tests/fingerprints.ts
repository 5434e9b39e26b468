/**
 * Every way to the end of an experiment, as hashes of the trace. Node and Chromium run the same code, so the hashes can
 * be compared.
 */
import { branch, type History, openHistory, runTo, worldAfter } from "../src/engine/history.ts";
import type { TraceEvent } from "../src/engine/trace.ts";
import { step } from "../src/engine/world/step.ts";
import type { Experiment } from "../src/experiment/canonical.ts";
import { DEFAULT_SEED, type Intervention, intervene, run } from "../src/experiment/run.ts";

/** What a reader may change: the first segment of the first host that is not a SYN is lost. */
function change({ hosts }: Experiment): Intervention {
  const fault = {
    name: "reader",
    from: hosts[0]?.name ?? "",
    match: { has: [], lacks: ["SYN"], data: null, port: null },
    nth: 1,
    after: 0,
    before: null,
    act: { do: "drop" },
  } as const;
  return { add: "fault", fault };
}

async function hash(events: readonly TraceEvent[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(events));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The events before the moment of event `index`, and those that follow from the world as a seek finds it there. */
function onwardsFrom(history: History, index: number): TraceEvent[] {
  const world = worldAfter(history, index);
  const events = history.events.slice(0, world.traced);
  const onwards = { plan: history.plan, world, sink: (event: TraceEvent) => void events.push(event), cause: null };
  while (step(onwards, history.plan.scenario.until)) {
    // To the end.
  }
  return events;
}

export interface Fingerprints {
  /** Straight to the end. */
  readonly straight: string;
  /** From four moments that were sought, on to the end. */
  readonly sought: readonly string[];
  /** The same with one change, straight; null: nothing passes a wire that could be changed. */
  readonly changed: string | null;
  /** The same change as a branch of the first run. */
  readonly branched: string | null;
  /** The first run after that, as it stands, and sought in once more. */
  readonly returned: readonly string[];
}

export async function fingerprints(experiment: Experiment): Promise<Fingerprints> {
  const history = openHistory(experiment, DEFAULT_SEED);
  runTo(history);
  const last = history.events.length - 1;
  const moments = [0, 0.3, 0.7, 1].map((part) => Math.floor(part * last));
  const sought = await Promise.all(moments.map((index) => hash(onwardsFrom(history, index))));
  const [first] = experiment.hosts;
  const changeable = history.events.some(
    (event) =>
      event.k === "send" &&
      event.host === first?.name &&
      !event.flags.includes("S") &&
      // What a host sends to itself passes no wire.
      ![...first.addresses, "127.0.0.1"].includes(event.dst.slice(0, event.dst.lastIndexOf(":"))),
  );
  const other = changeable ? intervene(experiment, [change(experiment)]) : null;
  const branched = other && (await hash(branch(history, other).events));
  return {
    straight: await hash(run(experiment).events),
    sought,
    changed: other && (await hash(run(other).events)),
    branched,
    returned: [await hash(history.events), await hash(onwardsFrom(history, Math.floor(last / 2)))],
  };
}
