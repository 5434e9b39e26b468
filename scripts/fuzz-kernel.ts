/**
 * `npm run fuzz:kernel -- --seed S --count N [--side K] [--no-shrink]`: random small experiments, run in the engine
 * and on this machine's kernel, compared. Only those are kept that the disturbance check calls robust,
 * so that a difference is a difference of rules and not of luck. Ten at a time share their hosts, K such groups run
 * side by side. One that differs there is asked again by itself; if it differs three times, it is cut
 * down as far as it still differs and saved under tests/fuzz/, to be kept as a regression.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Experiment } from "../src/experiment/canonical.ts";
import { seqAdd, seqAfter } from "../src/engine/seq.ts";
import { compare } from "../src/experiment/compare.ts";
import { COMPARED_COUNTERS, shapeOf } from "../src/experiment/levels.ts";
import { normalForm } from "../src/experiment/normal.ts";
import { sideBySide } from "../src/experiment/side-by-side.ts";
import { type EngineTrace, run } from "../src/experiment/run.ts";
import { canonicalText } from "../src/experiment/schema.ts";
import { parseTrace, printTrace, type Trace } from "../src/experiment/trace-file.ts";
import { generate, GROUP } from "./fuzz/generate.ts";
import { countersOf, partOf, together } from "./fuzz/together.ts";

const LAB = fileURLToPath(new URL("../lab/lastack_lab.py", import.meta.url));
const SAVED = fileURLToPath(new URL("../tests/fuzz/", import.meta.url));
const DISTURBANCES = 12;
const ATTEMPTS = 3;
const MOST_ATTEMPTS = 8;

/**
 * Whether what is not modelled can decide: SACK recovery and fast retransmission, when a segment arrives behind a gap;
 * the congestion window, when a timeout repeats a segment and more data are out behind it.
 */
function asksForRecovery({ experiment, events }: EngineTrace): boolean {
  const behind = events.filter(({ rule }) => rule === "data.out-of-order").length;
  if (behind > (experiment.hosts[0]?.sysctl["net.ipv4.tcp_sack"] === "1" ? 0 : 2)) return true;
  const last = new Map<string, number>();
  return events.some((event) => {
    if (event.k !== "send" || event.len === 0) return false;
    const flow = `${event.src} ${event.dst}`;
    const end = seqAdd(event.seq, event.len);
    const before = last.get(flow);
    if (before === undefined || event.flags.includes("S") || seqAfter(end, before)) last.set(flow, end);
    return event.rule === "rto.fired" && before !== undefined && seqAfter(before, end);
  });
}

/** One behaviour however late the machine is. What the engine cannot run, a kernel need not. */
function standing(experiment: Experiment): "robust" | "fragile" | "not modelled" {
  const exact = run(experiment);
  if (exact.stopped !== null || asksForRecovery(exact)) return "not modelled";
  const shape = shapeOf(normalForm(exact), experiment.level);
  for (let seed = 1; seed <= DISTURBANCES; seed += 1)
    if (shapeOf(normalForm(run(experiment, [], { disturbance: seed })), experiment.level) !== shape) return "fragile";
  return "robust";
}

/** What the kernel does; text: why the lab could not run it. */
async function record(experiment: Experiment, folder: string): Promise<Trace | string> {
  const text = canonicalText(experiment);
  const name = `${experiment.id}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
  const file = join(folder, `${name}.json`);
  const trace = join(folder, `${name}.jsonl`);
  writeFileSync(file, text);
  const lab = spawn("python3", ["-I", "-S", LAB, file, "-o", trace, "--quiet"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  lab.stderr.setEncoding("utf8").on("data", (part: string) => (said += part));
  await new Promise((resolve) => lab.on("close", resolve));
  rmSync(file);
  if (!existsSync(trace)) return said.trim() || "no trace";
  const recorded = parseTrace(readFileSync(trace, "utf8"));
  rmSync(trace);
  return recorded;
}

/** Both traces at the first difference; null: they agree. */
function differenceOf(engine: Trace, kernel: Trace): string | null {
  const known = { ...kernel, header: { ...kernel.header, hash: engine.header.hash } };
  const [first] = compare(engine, known, engine.header.level);
  return first ? sideBySide(engine, known, engine.header.level, first) : null;
}

interface Verdict {
  /** null: they agree. */
  readonly difference: string | null;
  /** Why there is no answer: the lab could not run it, or the machine was late every time. */
  readonly broken: string | null;
  /** The recording that differs. */
  readonly kernel: Trace | null;
}

/** A recording that shows the machine, not the kernel; the bounds are those of `npm run evidence`. */
function isLate({ header }: Trace): boolean {
  return (header.late_us?.steps ?? 0) > 15_000 || (header.late_us?.relay ?? 0) > 5_000;
}

/** By itself. It differs if it does so three times on a machine that was not late. */
async function differs(experiment: Experiment, folder: string): Promise<Verdict> {
  let seen = 0;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const kernel = await record(experiment, folder);
    if (typeof kernel === "string") return { difference: null, broken: kernel, kernel: null };
    const difference = differenceOf(run(experiment), kernel);
    if (difference === null) return { difference, broken: null, kernel: null };
    if (!isLate(kernel)) seen += 1;
    if (seen === ATTEMPTS) return { difference, broken: null, kernel };
  }
  return { difference: null, broken: "the machine was late every time", kernel: null };
}

/** Those of a group that seem to differ when they run together. */
async function suspects(group: readonly Experiment[], folder: string): Promise<readonly Experiment[]> {
  const kernel = await record(together(group), folder);
  if (typeof kernel === "string") return group;
  const engines = group.map((experiment) => run(experiment));
  const differing = group.filter((experiment, index) => {
    const engine = engines[index] as Trace;
    return differenceOf(partOf(engine, experiment), partOf(kernel, experiment)) !== null;
  });
  if (differing.length > 0) return differing;
  const [ours, theirs] = [countersOf(engines, COMPARED_COUNTERS), countersOf([kernel], COMPARED_COUNTERS)];
  const same = ours.size === theirs.size && [...ours].every(([name, count]) => theirs.get(name) === count);
  return same ? [] : group;
}

/** An experiment in which the engine does not do what the kernel did. */
interface Found {
  readonly experiment: Experiment;
  readonly kernel: Trace;
}

/** Every experiment with one thing less. */
function* smaller(experiment: Experiment): Generator<Experiment> {
  for (let index = 0; index < experiment.faults.length; index += 1)
    yield { ...experiment, faults: experiment.faults.filter((_, at) => at !== index) };
  for (let index = 0; index < experiment.events.length; index += 1)
    yield { ...experiment, events: experiment.events.filter((_, at) => at !== index) };
  for (const program of experiment.programs) {
    const main = program.routines["main"] ?? [];
    for (let index = main.length - 1; index >= 4; index -= 1) {
      const less = { ...program, routines: { ...program.routines, main: main.filter((_, at) => at !== index) } };
      yield { ...experiment, programs: experiment.programs.map((one) => (one.name === program.name ? less : one)) };
    }
  }
}

async function shrink(found: Found, folder: string): Promise<Found> {
  let current = found;
  for (let tries = 0; tries < 24;) {
    let cut: Found | null = null;
    for (const candidate of smaller(current.experiment)) {
      if (tries >= 24) break;
      if (standing(candidate) !== "robust") continue;
      tries += 1;
      const { kernel } = await differs(candidate, folder);
      if (kernel !== null) {
        cut = { experiment: candidate, kernel };
        break;
      }
    }
    if (cut === null) break;
    current = cut;
  }
  return current;
}

async function main(args: readonly string[]): Promise<number> {
  const option = (name: string, otherwise: number): number => {
    const at = args.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const [seed, count, side] = [option("seed", 1), option("count", 100), option("side", 4)];
  const folder = mkdtempSync(join(tmpdir(), "last-ack-fuzz-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const tally = { agreed: 0, different: 0, broken: 0, fragile: 0, unmodelled: 0 };
  let next = seed;
  /** The next seeds that share their hosts, those apart that cannot be compared. */
  const nextGroup = (): Experiment[] => {
    const group: Experiment[] = [];
    do {
      const experiment = generate(next++);
      const found = standing(experiment);
      if (found === "fragile") tally.fragile += 1;
      else if (found === "not modelled") tally.unmodelled += 1;
      else group.push(experiment);
    } while (next % GROUP !== 0);
    return group;
  };
  const judge = async (experiment: Experiment): Promise<void> => {
    const { difference, broken, kernel } = await differs(experiment, folder);
    if (broken !== null) {
      tally.broken += 1;
      console.log(`${experiment.id}: no answer: ${broken}`);
    } else if (kernel === null) {
      tally.agreed += 1;
    } else {
      tally.different += 1;
      const found = { experiment, kernel };
      const least = args.includes("--no-shrink") ? found : await shrink(found, folder);
      mkdirSync(SAVED, { recursive: true });
      writeFileSync(`${SAVED}${experiment.id}.json`, canonicalText(least.experiment));
      writeFileSync(`${SAVED}${experiment.id}.jsonl`, printTrace(least.kernel));
      console.log(`engine and kernel differ; saved as tests/fuzz/${experiment.id}.json\n${difference}\n`);
    }
  };
  const worker = async (): Promise<void> => {
    while (tally.agreed + tally.different + tally.broken < count) {
      const group = nextGroup();
      if (group.length === 0) continue;
      const doubtful = await suspects(group, folder);
      tally.agreed += group.length - doubtful.length;
      for (const experiment of doubtful) await judge(experiment);
    }
  };
  await Promise.all(Array.from({ length: side }, worker));
  console.log(
    `seeds ${seed} to ${next - 1}: ${tally.agreed} agree, ${tally.different} differ, ${tally.broken} without an answer; ` +
      `left out: ${tally.fragile} not robust, ${tally.unmodelled} not modelled`,
  );
  return tally.different > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
