/**
 * `npm run lab -- <id> [options of the lab]`: one experiment on this machine's kernel. `<id>` may also be the
 * path of a canonical JSON file. Everything else is lab/lastack_lab.py's.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildExperiments, EXPERIMENT_OUTPUT } from "./build-experiments.ts";

const LAB = fileURLToPath(new URL("../lab/lastack_lab.py", import.meta.url));

function main([id, ...options]: readonly string[]): number {
  const ids = buildExperiments().map(({ experiment }) => experiment.id);
  if (id === undefined || (!id.startsWith("-") && !ids.includes(id) && !existsSync(id))) {
    console.error(id === undefined ? "Say which experiment: npm run lab -- <id>" : `No experiment is called ${id}.`);
    console.error(`Experiments: ${ids.join(", ")}`);
    return 2;
  }
  const file = ids.includes(id) ? `${EXPERIMENT_OUTPUT}${id}.json` : id;
  const done = spawnSync("python3", [LAB, file, ...options], { stdio: "inherit" });
  if (done.error) console.error(`python3 could not be started: ${done.error.message}`);
  return done.status ?? 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
