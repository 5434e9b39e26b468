/**
 * `npm run evidence [-- ids…] [--force] [--long]`: records on this machine's kernel what has no recording or one of
 * another version of the experiment, many side by side, into content/evidence/linux-<release>/<id>.jsonl.
 *
 * Named ids are recorded again even if nothing changed; then an old recording gives way only if the normal form is
 * another, or with `--force`. Experiments of class `long` are recorded only with `--long` or by name.
 *
 * An experiment that declares `varies` is recorded 40 times. The file holds the first recording; every other
 * behaviour stands in <id>.2.jsonl, <id>.3.jsonl, …, and the headers of all of them say how often each was seen.
 *
 * A recording on which the machine's load shows is not kept but made again, when less runs beside it.
 *
 * Each experiment that is done has its line, with how many there are: `[3/214] close-four: recorded`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { constants, release } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Experiment } from "../src/experiment/canonical.ts";
import { checkExpectations } from "../src/experiment/expect.ts";
import { isFromSource } from "../src/experiment/run.ts";
import { shapeOf } from "../src/experiment/levels.ts";
import { normalForm } from "../src/experiment/normal.ts";
import { type Outcome, parseTrace, type Trace } from "../src/experiment/trace-file.ts";
import { buildExperiments, type BuiltExperiment, EXPERIMENT_OUTPUT } from "./build-experiments.ts";

const LAB = fileURLToPath(new URL("../lab/lastack_lab.py", import.meta.url));
const EVIDENCE = fileURLToPath(new URL("../content/evidence/", import.meta.url));
/**
 * How many run side by side, in the first attempt and in the next ones at what was late. A run of a minute mostly
 * waits; a quick one is mostly set-up, which costs half a second of processor time.
 */
const SIDE_BY_SIDE = [
  { waiting: 24, quick: 4 },
  { waiting: 8, quick: 2 },
  { waiting: 3, quick: 1 },
] as const;
/** Between two starts, so that the set-ups do not come all at once. Milliseconds. */
const BETWEEN_STARTS = 250;
/** A recording with more lateness than this shows the machine, not the kernel. Microseconds, as in the lab. */
const LATEST = { steps: 15_000, relay: 5_000 } as const;
/** Evidence is committed; a larger recording wants level `totals` or a smaller experiment. Bytes. */
const LARGEST = 200_000;
/** Recordings of an experiment that varies. */
const SAMPLES = 40;
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

/** A behaviour in a few letters: the normal form without times, hashed. */
function shapeHash(trace: Trace, { level }: Experiment): string {
  return createHash("sha256")
    .update(shapeOf(normalForm(trace), level))
    .digest("hex")
    .slice(0, 12);
}

/** One run of the lab that is to be made. */
interface Job {
  readonly built: BuiltExperiment;
  /** Counted from 1. Above 1 only where the experiment varies. */
  readonly sample: number;
}

/** A recording that is fit to be kept, or why there is none. */
type Recording =
  | { readonly text: string; readonly trace: Trace; readonly warned: string }
  | { readonly late: string }
  | { readonly failed: string; readonly code: number };

/** Labs at work; they end when this ends. */
const running = new Set<ChildProcess>();

/** Runs the lab on one experiment. The last attempt is content without a capture that a busy machine spoilt. */
async function record({ built: { experiment }, sample }: Job, scratch: string, last: boolean): Promise<Recording> {
  const { id } = experiment;
  const fresh = `${scratch}/${id}.${sample}.jsonl`;
  const lab = spawn("python3", ["-I", "-S", LAB, `${EXPERIMENT_OUTPUT}${id}.json`, "-o", fresh], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.add(lab);
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
  running.delete(lab);
  const said = stderr
    .split("\n")
    .filter((line) => line !== "" && !/^\d+ of \d+ s/.test(line))
    .join("; ");
  if (code !== 0) return { failed: said || "failed", code };
  const text = readFileSync(fresh, "utf8");
  rmSync(fresh);
  const trace = parseTrace(text);
  const { steps = 0, relay = 0 } = trace.header.late_us ?? {};
  if (steps > LATEST.steps || relay > LATEST.relay)
    return { late: `a step came ${Math.round(steps / 1000)} ms late, the relay ${Math.round(relay / 1000)} ms` };
  if (!last && said.includes("its text is not kept")) return { late: said };
  const warned = said ? ` (${said})` : "";
  const failing = checkExpectations(experiment.expect, trace).filter(({ holds }) => !holds).length;
  if (failing > 0) return { failed: `${failing} of its expectations fail here: not kept${warned}`, code: 1 };
  if (text.length > LARGEST)
    return { failed: `${text.length} bytes are more than ${LARGEST}: not kept${warned}`, code: 1 };
  return { text, trace, warned };
}

/** The recording's file with the outcomes in its header. */
function withOutcomes(text: string, outcomes: readonly Outcome[]): string {
  const end = text.indexOf("\n");
  const header = JSON.parse(text.slice(0, end)) as object;
  return JSON.stringify({ ...header, outcomes }) + text.slice(end);
}

/**
 * Puts what was recorded of an experiment in its place, if it says something new. Returns what became of it.
 * @param folder where recordings of this kernel are kept
 * @param scratch a folder on the same file system, so that a file appears whole or not at all
 */
export function keep(
  { experiment, hash }: BuiltExperiment,
  samples: readonly { text: string; trace: Trace; warned: string }[],
  folder: string,
  scratch: string,
  force: boolean,
): string {
  const { id } = experiment;
  const place = (n: number) => `${folder}/${id}${n > 1 ? `.${n}` : ""}.jsonl`;
  const outcomes: { count: number; shape: string; first: number }[] = [];
  for (const [index, { trace }] of samples.entries()) {
    const shape = shapeHash(trace, experiment);
    const known = outcomes.find((one) => one.shape === shape);
    if (known) known.count += 1;
    else outcomes.push({ count: 1, shape, first: index + 1 });
  }
  const old = recorded(place(1));
  const before = old?.header.outcomes ?? (old ? [{ shape: shapeHash(old, experiment) }] : []);
  const news =
    old === null
      ? "recorded"
      : old.header.hash !== hash
        ? "recorded for the changed experiment"
        : outcomes.some(({ shape }) => !before.some((one) => one.shape === shape))
          ? "DIFFERS from the recording before"
          : null;
  const seen = samples.length > 1 ? `; ${outcomes.map(({ count }) => `${count}x`).join(", ")}` : "";
  const warned = [...new Set(samples.map((sample) => sample.warned))].join("");
  if (news === null && !force) return `as before, kept${seen}${warned}`;
  // The first file last: it is the one that says there is a recording.
  for (const [index, { first }] of [...outcomes.entries()].reverse()) {
    const text = samples[first - 1]?.text ?? "";
    const fresh = `${scratch}/${id}.kept`;
    writeFileSync(fresh, samples.length > 1 ? withOutcomes(text, outcomes) : text);
    renameSync(fresh, place(index + 1));
  }
  const others = new RegExp(`^${id}\\.(\\d+)\\.jsonl$`);
  for (const name of readdirSync(folder))
    if (Number(others.exec(name)?.[1] ?? 0) > outcomes.length) rmSync(`${folder}/${name}`);
  return `${news ?? "recorded again"}${seen}${warned}`;
}

/** Gives each caller its turn, `BETWEEN_STARTS` after the one before. */
function startGate(): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = Date.now();
    next = Math.max(now, next + BETWEEN_STARTS);
    const wait = next - now;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  };
}

interface Asked {
  readonly force: boolean;
  readonly long: boolean;
  readonly named: readonly string[];
}

/** The command line. @throws Error that names what it does not know */
export function asked(args: readonly string[]): Asked {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { force: { type: "boolean", default: false }, long: { type: "boolean", default: false } },
  });
  return { ...values, named: positionals };
}

/**
 * The experiments of which a recording is to be made.
 * @param hashOf the hash of the experiment that the recording of that name is of; null: there is none
 * @throws Error about a name that is none, or cannot be recorded
 */
export function toRecord(
  all: readonly BuiltExperiment[],
  { force, long, named }: Asked,
  hashOf: (id: string) => string | null,
): BuiltExperiment[] {
  for (const id of named) {
    const found = all.find(({ experiment }) => experiment.id === id);
    if (!found) throw new Error(`No experiment is called ${id}.`);
    if (isFromSource(found.experiment))
      throw new Error(
        `${id} cannot be recorded: a host runs another Linux than this one, is a NAT, or has a limit of the whole machine set.`,
      );
  }
  return all.filter(({ experiment, hash }) => {
    if (isFromSource(experiment)) return false;
    if (named.length > 0) return named.includes(experiment.id);
    if (experiment.class === "long" && !long) return false;
    return force || hashOf(experiment.id) !== hash;
  });
}

async function main(args: readonly string[]): Promise<number> {
  const options = asked(args);
  const all = buildExperiments();
  const folder = `${EVIDENCE}linux-${kernelVersion(release())}`;
  const due = toRecord(all, options, (id) => recorded(`${folder}/${id}.jsonl`)?.header.hash ?? null);
  if (due.length === 0) {
    console.log(`Nothing to record: ${all.length} experiments, all recorded in ${folder.slice(EVIDENCE.length)}.`);
    return 0;
  }
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(`${folder}/.recording-`);
  process.on("exit", () => {
    for (const lab of running) lab.kill();
    rmSync(scratch, { recursive: true, force: true });
  });
  // SIGHUP: the terminal was closed. Without a handler Node would end and leave scratch behind.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  const began = Date.now();

  const samplesOf = ({ varies }: Experiment) => (varies === null ? 1 : SAMPLES);
  const taken = new Map<string, Extract<Recording, { text: string }>[]>();
  const codes: number[] = [0];
  let impossible = false;
  const told = new Set<string>();
  const tell = (id: string, said: string): void => {
    told.add(id);
    console.log(`[${told.size}/${due.length}] ${id}: ${said}`);
  };
  const gate = startGate();

  const make = async (job: Job, attempt: number): Promise<void> => {
    const { experiment } = job.built;
    const { id } = experiment;
    await gate();
    if (impossible) return;
    const last = attempt === SIDE_BY_SIDE.length;
    const recording = await record(job, scratch, last);
    if ("late" in recording) {
      if (!last) next.push(job);
      else {
        codes.push(1);
        tell(id, `${recording.late}, ${attempt} times: not kept`);
      }
    } else if ("failed" in recording) {
      codes.push(recording.code);
      tell(id, recording.failed);
      if (recording.code === CANNOT_RUN) impossible = true;
    } else {
      const samples = taken.get(id) ?? [];
      taken.set(id, [...samples, recording]);
      if (samples.length + 1 === samplesOf(experiment))
        tell(id, keep(job.built, taken.get(id) ?? [], folder, scratch, options.force));
    }
  };
  const pool = async (jobs: Job[], sideBySide: number, attempt: number): Promise<void> => {
    const worker = async (): Promise<void> => {
      for (let job = jobs.shift(); job !== undefined && !impossible; job = jobs.shift()) await make(job, attempt);
    };
    await Promise.all(Array.from({ length: Math.min(sideBySide, jobs.length) }, worker));
  };

  // The longest first, so that the short ones fill the gaps.
  let next = due
    .sort((a, b) => b.experiment.until - a.experiment.until)
    .flatMap((built) =>
      Array.from({ length: samplesOf(built.experiment) }, (_, index): Job => ({ built, sample: index + 1 })),
    );
  const isQuick = ({ built }: Job): boolean => built.experiment.class === "quick";
  console.log(`Recording ${due.length} experiments, ${next.length} runs.`);
  for (const [index, sideBySide] of SIDE_BY_SIDE.entries()) {
    if (next.length === 0 || impossible) break;
    if (index > 0) console.log(`${next.length} runs came late or lack a tool's text; again, with less beside them.`);
    const jobs = next;
    next = [];
    await Promise.all([
      pool(
        jobs.filter((job) => !isQuick(job)),
        sideBySide.waiting,
        index + 1,
      ),
      pool(jobs.filter(isQuick), sideBySide.quick, index + 1),
    ]);
  }
  console.log(`${Math.round((Date.now() - began) / 1000)} s`);
  return Math.max(...codes);
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
