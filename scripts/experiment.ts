/**
 * `npm run experiment -- <id>`: runs an experiment in the engine and prints what happened.
 * `--json` prints the trace, one event a line.
 */
import { buildExperiments } from "./build-experiments.ts";
import { run } from "../src/experiment/run.ts";

const [id, ...flags] = process.argv.slice(2);
const built = buildExperiments();
const chosen = built.find(({ experiment }) => experiment.id === id);
if (!chosen) {
  console.error(
    `no experiment is called ${id ?? "(none given)"}; there are: ${built.map(({ experiment }) => experiment.id).join(", ")}`,
  );
  process.exit(1);
}
const trace = run(chosen.experiment);
if (flags.includes("--json")) {
  for (const event of trace.events) console.log(JSON.stringify(event));
} else {
  for (const event of trace.events) {
    const { t, k, ...rest } = event;
    console.log(`${(t / 1_000_000).toFixed(6).padStart(11)} ${k.padEnd(8)} ${JSON.stringify(rest)}`);
  }
}
if (trace.stopped !== null) console.error(trace.stopped);
