/** An experiment as a file for the lab. */
import type { Experiment } from "../experiment/canonical.ts";
import { changedId, intervene, type Intervention } from "../experiment/run.ts";

/** Hands the reader the experiment as canonical JSON. What it expected holds no longer. */
export function saveExperiment(experiment: Experiment): void {
  const text = `${JSON.stringify({ ...experiment, expect: [] }, null, 1)}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${experiment.id}.json`;
  link.click();
  URL.revokeObjectURL(address);
}

/** The same with a reader's changes in it. */
export function saveChanged(experiment: Experiment, changes: readonly Intervention[]): void {
  saveExperiment({ ...intervene(experiment, changes), id: changedId(experiment) });
}
