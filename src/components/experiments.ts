/** Experiments and their recordings, as the pages need them. Read when the site is built. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NotModelled } from "../engine/not-modelled.ts";
import type { Experiment } from "../experiment/canonical.ts";
import { run } from "../experiment/run.ts";
import { recordingOf, type Recording } from "./evidence.ts";

export interface ExperimentFile {
  readonly experiment: Experiment;
  /** The canonical JSON, byte for byte. */
  readonly text: string;
  /** The recording on the newest kernel there is one of, null if there is none. */
  readonly recording: Recording | null;
}

/** Written by scripts/build-experiments.ts before any page is built. */
const CANONICAL = ".cache/experiments";

let all: Promise<readonly ExperimentFile[]> | undefined;

/** Every experiment, in order of id. */
export function experiments(): Promise<readonly ExperimentFile[]> {
  all ??= readExperiments();
  return all;
}

function readExperiments(): Promise<readonly ExperimentFile[]> {
  const names = readdirSync(CANONICAL).filter((name) => name.endsWith(".json"));
  return Promise.all(
    names.sort().map(async (name) => {
      const text = readFileSync(join(CANONICAL, name), "utf8");
      const experiment = JSON.parse(text) as Experiment;
      return { experiment, text, recording: await recordingOf(experiment.id) };
    }),
  );
}

/** The recording's file, as committed. */
export function evidenceText({ release, header }: Recording): string {
  return readFileSync(join("content/evidence", `linux-${release}`, `${header.experiment}.jsonl`), "utf8");
}

const modelled = new Map<string, boolean>();

/** False for an experiment that needs what the engine does not model: only the lab runs it. */
export function isModelled(experiment: Experiment): boolean {
  let found = modelled.get(experiment.id);
  if (found === undefined) {
    try {
      run(experiment);
      found = true;
    } catch (error) {
      if (!(error instanceof NotModelled)) throw error;
      found = false;
    }
    modelled.set(experiment.id, found);
  }
  return found;
}

/** More connections of one host than this are counted: lifelines that nobody can tell apart say nothing. */
const MOST_CONNECTIONS = 32;

/** True for a run compared by its totals that has too many connections for lifelines: its page shows counts. */
export function isCrowd(experiment: Experiment): boolean {
  if (experiment.level !== "totals") return false;
  const count = new Map<string, number>();
  for (const event of run(experiment).events)
    if (event.k === "sock" && !event.remote.endsWith(":0")) count.set(event.host, (count.get(event.host) ?? 0) + 1);
  return Math.max(...count.values()) > MOST_CONNECTIONS;
}
