/**
 * `npm run evidence [-- ids…] [--force] [--long]`: records on this machine's kernel what has no recording or one of
 * another version of the experiment, several side by side, into content/evidence/linux-<release>/<id>.jsonl.
 *
 * Named ids are recorded again even if nothing changed; then an old recording gives way only if the normal form is
 * another, or with `--force`. Experiments of class `long` are recorded only with `--long` or by name.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { release } from "node:os";
import { fileURLToPath } from "node:url";
import { checkExpectations } from "../src/experiment/expect.ts";
import { normalForm, shapeOf } from "../src/experiment/normal.ts";
import { parseTrace, type Trace } from "../src/experiment/trace-file.ts";
import { buildExperiments, type BuiltExperiment, EXPERIMENT_OUTPUT } from "./build-experiments.ts";

const LAB = fileURLToPath(new URL("../lab/lastack_lab.py", import.meta.url));
const EVIDENCE = fileURLToPath(new URL("../content/evidence/", import.meta.url));
/** Runs mostly wait, so many fit side by side; more would make calls late on two cores. */
const SIDE_BY_SIDE = 6;
/** Evidence is committed; a larger recording wants level `totals` or a smaller experiment. Bytes. */
const LARGEST = 200_000;
const CANNOT_RUN = 3;

/** A kernel's own version without what a vendor appended: "6.18.44-fc-v595" is "6.18.44". */
function kernelVersion(text: string): string {
  return /^\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? text;
}

/** The committed recording, or null if there is none that can be read. */
function recorded(file: string): Trace | null {
  try {
    return parseTrace(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

interface Outcome {
  readonly id: string;
  readonly code: number;
  /** One line: what became of it. */
  readonly said: string;
}

/** Runs the lab on one experiment and puts the recording in its place if it says something new. */
async function record(
  { experiment, hash }: BuiltExperiment,
  folder: string,
  scratch: string,
  force: boolean,
): Promise<Outcome> {
  const { id } = experiment;
  const fresh = `${scratch}/${id}.jsonl`;
  const place = `${folder}/${id}.jsonl`;
  const lab = spawn("python3", ["-I", "-S", LAB, `${EXPERIMENT_OUTPUT}${id}.json`, "-o", fresh], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  lab.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number>((resolve) => {
    lab.on("error", (error) => {
      stderr += error.message;
      resolve(1);
    });
    lab.on("close", (status) => {
      resolve(status ?? 1);
    });
  });
  const said = stderr
    .split("\n")
    .filter((line) => line !== "" && !/^\d+ of \d+ s/.test(line))
    .join("; ");
  if (code !== 0) return { id, code, said: said || "failed" };
  const file = readFileSync(fresh, "utf8");
  const trace = parseTrace(file);
  const failing = checkExpectations(experiment.expect, trace).filter(({ holds }) => !holds).length;
  const warned = said ? ` (${said})` : "";
  if (failing > 0) return { id, code: 1, said: `${failing} of its expectations fail here: not kept${warned}` };
  if (file.length > LARGEST)
    return { id, code: 1, said: `${file.length} bytes are more than ${LARGEST}: not kept${warned}` };
  const old = recorded(place);
  const { level } = experiment;
  const news =
    old === null
      ? "recorded"
      : old.header.hash !== hash
        ? "recorded for the changed experiment"
        : shapeOf(normalForm(old), level) !== shapeOf(normalForm(trace), level)
          ? "DIFFERS from the recording before"
          : null;
  if (news === null && !force) return { id, code, said: `as before, kept${warned}` };
  renameSync(fresh, place);
  return { id, code, said: `${news ?? "recorded again"}${warned}` };
}

async function main(args: readonly string[]): Promise<number> {
  const force = args.includes("--force");
  const long = args.includes("--long");
  const named = args.filter((arg) => !arg.startsWith("--"));
  const all = buildExperiments();
  const unknown = named.find((id) => !all.some(({ experiment }) => experiment.id === id));
  if (unknown !== undefined) {
    console.error(`No experiment is called ${unknown}.`);
    return 2;
  }
  const folder = `${EVIDENCE}linux-${kernelVersion(release())}`;
  const due = all.filter(({ experiment, hash }) => {
    if (named.length > 0) return named.includes(experiment.id);
    if (experiment.class === "long" && !long) return false;
    return force || recorded(`${folder}/${experiment.id}.jsonl`)?.header.hash !== hash;
  });
  if (due.length === 0) {
    console.log(`Nothing to record: ${all.length} experiments, all recorded in ${folder.slice(EVIDENCE.length)}.`);
    return 0;
  }
  // The longest first, so that the short ones fill the gaps.
  due.sort((a, b) => b.experiment.until - a.experiment.until);
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(`${folder}/.recording-`);
  process.on("exit", () => {
    rmSync(scratch, { recursive: true, force: true });
  });
  process.on("SIGINT", () => process.exit(130));
  console.log(`Recording ${due.length} experiments, at most ${SIDE_BY_SIDE} side by side.`);
  const outcomes: Outcome[] = [];
  const worker = async (): Promise<void> => {
    for (let next = due.shift(); next !== undefined; next = due.shift()) {
      const outcome = await record(next, folder, scratch, force);
      outcomes.push(outcome);
      console.log(`${outcome.id}: ${outcome.said}`);
      if (outcome.code === CANNOT_RUN) due.length = 0;
    }
  };
  await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, due.length) }, worker));
  return Math.max(...outcomes.map(({ code }) => code));
}

if (
  process.argv[1] !== undefined &&
  existsSync(process.argv[1]) &&
  process.argv[1] === fileURLToPath(import.meta.url)
) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
