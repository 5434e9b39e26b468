/**
 * `npm run lab -- <id> [options of the lab]`: one experiment on this machine's kernel, beside what the simulator
 * predicts. `<id>` may also be the path of a file to run. Everything else is lab/lastack_lab.py's.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseTrace, type Trace } from "../src/experiment/trace-file.ts";
import { datedFacts } from "../src/i18n/en/dated-facts.ts";
import { downloadText } from "../src/views/download.ts";
import { buildExperiments } from "./build-experiments.ts";

const LAB = fileURLToPath(new URL("../lab/lastack_lab.py", import.meta.url));
const EVIDENCE = fileURLToPath(new URL("../content/evidence/", import.meta.url));
const DOWNLOADS = fileURLToPath(new URL("../.cache/downloads/", import.meta.url));

/** A recording of this version of the experiment, from whatever kernel there is one of. */
function recordingOf(id: string, hash: string): Trace | null {
  for (const kernel of existsSync(EVIDENCE) ? readdirSync(EVIDENCE) : []) {
    const file = `${EVIDENCE}${kernel}/${id}.jsonl`;
    const trace = existsSync(file) ? parseTrace(readFileSync(file, "utf8")) : null;
    if (trace?.header.hash === hash) return trace;
  }
  return null;
}

function main([id, ...options]: readonly string[]): number {
  const all = buildExperiments();
  const found = all.find(({ experiment }) => experiment.id === id);
  if (id === undefined || (!found && !id.startsWith("-") && !existsSync(id))) {
    console.error(id === undefined ? "Say which experiment: npm run lab -- <id>" : `No experiment is called ${id}.`);
    console.error(`Experiments: ${all.map(({ experiment }) => experiment.id).join(", ")}`);
    return 2;
  }
  let file = id;
  if (found) {
    mkdirSync(DOWNLOADS, { recursive: true });
    file = `${DOWNLOADS}${id}.json`;
    writeFileSync(file, downloadText(found.experiment, found.hash, recordingOf(id, found.hash), datedFacts));
  }
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
