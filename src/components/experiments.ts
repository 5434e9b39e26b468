/** Experiments and their recordings, as the pages need them. Read when the site is built. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Experiment } from "../experiment/canonical.ts";
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

/** Every experiment, in order of id. */
export function experiments(): Promise<readonly ExperimentFile[]> {
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
