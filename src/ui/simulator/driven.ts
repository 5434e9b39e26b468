/** From a run to the sandbox: what was changed there comes along. */
import type { Experiment } from "../../experiment/canonical.ts";
import { encodeChange } from "../../experiment/change-codec.ts";
import { encodeLink } from "../../experiment/permalink.ts";
import { type Model, openBranch } from "./model.ts";

/**
 * Address of the sandbox with the run that is open, at the step that is shown.
 * @param sandbox address of the sandbox with the run as written
 */
export function driven(
  sandbox: string,
  experiment: Experiment,
  state: Pick<Model, "branches" | "branch" | "n">,
): string {
  const { changes, story } = openBranch(state);
  if (changes.length === 0) return sandbox;
  const tokens = changes.map((one) => encodeChange(one, experiment));
  return sandbox + encodeLink(experiment.id, story.steps[state.n - 1]?.at ?? 0, "", { changes: tokens });
}
