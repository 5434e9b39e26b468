/**
 * `npm run fuzz:kernel -- --seed S --count N [--side K]`: random small experiments, run in the engine
 * and on this machine's kernel, compared. Only those are kept that the disturbance check calls robust,
 * so that a difference is a difference of rules and not of luck. One that differs three times is cut
 * down as far as it still differs and saved under tests/fuzz/, to be kept as a regression.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Program, Step } from "../src/engine/process/program.ts";
import { nextRandom, seedStream } from "../src/engine/rng.ts";
import type { FaultSpec, OutsideEvent } from "../src/engine/scenario.ts";
import { EXPERIMENT_FORMAT, type Experiment } from "../src/experiment/canonical.ts";
import { compare, sideBySide } from "../src/experiment/compare.ts";
import { normalForm, shapeOf } from "../src/experiment/normal.ts";
import { run } from "../src/experiment/run.ts";
import { canonicalText } from "../src/experiment/schema.ts";
import { BASELINE } from "../src/experiment/sysctl.ts";
import { parseTrace } from "../src/experiment/trace-file.ts";

const LAB = fileURLToPath(new URL("../lab/lastack_lab.py", import.meta.url));
const SAVED = fileURLToPath(new URL("../tests/fuzz/", import.meta.url));
const DISTURBANCES = 12;
const UNTIL = 6_000_000;

/** A stream of choices. */
class Choice {
  private state: number;
  constructor(seed: number) {
    this.state = seedStream(seed, "fuzz");
  }
  below(n: number): number {
    const drawn = nextRandom(this.state);
    this.state = drawn.state;
    return drawn.value % n;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

const call = { as: null, on_error: "continue" } as const;

/** Things a program may do with a connection, each with time to settle before the next. */
function acts(choice: Choice, grid: number): Step[] {
  const steps: Step[] = [];
  let at = 400_000 + grid;
  const count = 1 + choice.below(5);
  for (let index = 0; index < count; index += 1) {
    steps.push({ op: "at", time: at });
    at += choice.of([200_000, 300_000, 600_000, 900_000]);
    switch (choice.below(10)) {
      case 0:
      case 1:
      case 2:
        steps.push({ op: "send", fd: "conn", bytes: choice.of([1, 26, 700, 1400]), ...call });
        break;
      case 3:
      case 4:
        steps.push({ op: "recv", fd: "conn", bytes: choice.of([1, 10, 4096]), all: false, ...call });
        break;
      case 5:
        steps.push({
          op: "shutdown",
          fd: "conn",
          how: choice.of(["write", "write", "both", "read"] as const),
          ...call,
        });
        break;
      case 6:
        steps.push({
          op: "setsockopt",
          fd: "conn",
          option: "SO_LINGER",
          value: { on: true, seconds: choice.of([0, 0, 1]) },
          ...call,
        });
        break;
      case 7:
        steps.push({ op: "setsockopt", fd: "conn", option: "TCP_LINGER2", value: choice.of([1, 2, -1]), ...call });
        break;
      default:
        steps.push({ op: "close", fd: "conn", ...call });
    }
  }
  if (choice.chance(60)) steps.push({ op: "at", time: at }, { op: "close", fd: "conn", ...call });
  if (choice.chance(80)) steps.push({ op: "pause" });
  return steps;
}

function faults(choice: Choice): FaultSpec[] {
  return Array.from({ length: choice.of([0, 0, 1, 1, 2]) }, (_, index): FaultSpec => {
    const kind = choice.below(5);
    return {
      name: `fault-${index + 1}`,
      from: choice.of(["A", "B"]),
      match:
        kind === 0
          ? { has: ["FIN"], lacks: [], data: null, port: null }
          : kind === 1
            ? { has: ["ACK"], lacks: ["SYN", "FIN", "RST"], data: false, port: null }
            : kind === 2
              ? { has: [], lacks: [], data: true, port: null }
              : kind === 3
                ? { has: ["RST"], lacks: [], data: null, port: null }
                : { has: [], lacks: ["SYN"], data: null, port: null },
      nth: choice.of([1, 1, 2, 3]),
      after: 350_000,
      before: null,
      act: choice.of([
        { do: "drop" },
        { do: "drop" },
        { do: "delay", by: choice.of([50_000, 120_000, 700_000]) },
        { do: "duplicate", after: choice.of([20_000, 350_000]) },
      ] as const),
    };
  });
}

function events(choice: Choice): OutsideEvent[] {
  const at = 1_730_000;
  switch (choice.below(8)) {
    case 0:
      return [{ at, do: "kill", program: choice.of(["server", "client"]) }];
    case 1:
      return [
        {
          at,
          do: "inject",
          to: choice.of(["A", "B"]),
          connection: 1,
          flags: choice.of([["RST"], ["SYN"], ["RST", "ACK"], ["ACK"]] as const),
          seq: { base: "rcv_nxt", plus: choice.of([0, 0, 1, 1000, -1, -100_000]) },
          ack: { base: "snd_nxt", plus: 0 },
          tsval: choice.of([null, { base: "last", plus: 0 }, { base: "last", plus: 500 }] as const),
          bytes: 0,
        },
      ];
    case 2:
      return [{ at, do: "ss_kill", host: choice.of(["A", "B"]), state: null, local_port: null, peer_port: null }];
    default:
      return [];
  }
}

/** A random experiment. Its only port is its own, so that many run side by side. */
export function generate(seed: number): Experiment {
  const choice = new Choice(seed);
  const port = 7000 + (seed % 20_000);
  const sysctl = {
    ...BASELINE,
    "net.ipv4.tcp_fin_timeout": choice.of(["60", "60", "1", "2", "61", "62"]),
    "net.ipv4.tcp_orphan_retries": choice.of(["0", "0", "1", "2"]),
    "net.ipv4.tcp_retries2": choice.of(["15", "15", "3"]),
    "net.ipv4.tcp_sack": choice.of(["1", "1", "0"]),
    "net.ipv4.tcp_timestamps": choice.of(["1", "1", "1", "0"]),
    "net.ipv4.tcp_rfc1337": choice.of(["0", "0", "1"]),
    "net.ipv4.tcp_early_retrans": choice.of(["3", "3", "0"]),
  };
  const server: Program = {
    name: "server",
    host: "B",
    start: 0,
    nofile: 1024,
    routines: {
      main: [
        { op: "socket", as: "listener", on_error: "stop" },
        { op: "bind", fd: "listener", to: { address: "0.0.0.0", port }, ...call },
        { op: "listen", fd: "listener", backlog: 4, ...call },
        { op: "accept", fd: "listener", as: "conn", on_error: "stop" },
        ...acts(choice, 0),
      ],
    },
  };
  const client: Program = {
    name: "client",
    host: "A",
    start: 150_000,
    nofile: 1024,
    routines: {
      main: [
        { op: "socket", as: "conn", on_error: "stop" },
        { op: "connect", fd: "conn", to: { address: "10.0.0.2", port }, as: null, on_error: "stop" },
        ...acts(choice, choice.of([0, 40_000, 100_000])),
      ],
    },
  };
  return {
    format: EXPERIMENT_FORMAT,
    id: `fuzz-${seed}`,
    title: `Random experiment ${seed}`,
    summary: "Made by npm run fuzz:kernel.",
    class: "normal",
    level: "segments",
    until: UNTIL,
    hosts: [
      { name: "A", addresses: ["10.0.0.1"], sysctl },
      { name: "B", addresses: ["10.0.0.2"], sysctl },
    ],
    link: { kind: "relay", delay: choice.of([50, 50, 5_000, 60_000]) },
    programs: [server, client],
    events: events(choice),
    faults: faults(choice),
    probes: [],
    expect: [],
    varies: null,
  };
}

/** One behaviour however late the machine is; experiments the engine cannot run are not robust either. */
function isRobust(experiment: Experiment): boolean {
  try {
    const shape = shapeOf(normalForm(run(experiment)), experiment.level);
    for (let seed = 1; seed <= DISTURBANCES; seed += 1) {
      if (shapeOf(normalForm(run(experiment, [], { disturbance: seed })), experiment.level) !== shape) return false;
    }
    return true;
  } catch {
    return false;
  }
}

interface Verdict {
  /** null: they agree. */
  readonly difference: string | null;
  /** The lab could not run it. */
  readonly broken: string | null;
}

async function ask(experiment: Experiment, folder: string): Promise<Verdict> {
  const text = canonicalText(experiment);
  const hash = createHash("sha256").update(text).digest("hex");
  const name = `${experiment.id}-${hash.slice(0, 8)}`;
  const file = join(folder, `${name}.json`);
  const trace = join(folder, `${name}.jsonl`);
  writeFileSync(file, text);
  const lab = spawn("python3", ["-I", "-S", LAB, file, "-o", trace, "--quiet"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  lab.stderr.setEncoding("utf8").on("data", (part: string) => (said += part));
  await new Promise((resolve) => lab.on("close", resolve));
  if (!existsSync(trace)) return { difference: null, broken: said.trim() || "no trace" };
  const kernel = parseTrace(readFileSync(trace, "utf8"));
  rmSync(trace);
  rmSync(file);
  const engine = run(experiment, [], { hash });
  const [first] = compare(engine, kernel, experiment.level);
  return { difference: first ? sideBySide(engine, kernel, experiment.level, first) : null, broken: null };
}

/** Asks up to three times: a busy machine may be late once. */
async function differs(experiment: Experiment, folder: string): Promise<Verdict> {
  let verdict: Verdict = { difference: null, broken: null };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    verdict = await ask(experiment, folder);
    if (verdict.difference === null) return verdict;
  }
  return verdict;
}

/** Every experiment with one thing less. */
function* smaller(experiment: Experiment): Generator<Experiment> {
  for (let index = 0; index < experiment.faults.length; index += 1)
    yield { ...experiment, faults: experiment.faults.filter((_, at) => at !== index) };
  for (let index = 0; index < experiment.events.length; index += 1)
    yield { ...experiment, events: experiment.events.filter((_, at) => at !== index) };
  for (const program of experiment.programs) {
    const main = program.routines["main"] ?? [];
    for (let index = main.length - 1; index >= (program.name === "server" ? 4 : 2); index -= 1) {
      const less = { ...program, routines: { ...program.routines, main: main.filter((_, at) => at !== index) } };
      yield { ...experiment, programs: experiment.programs.map((one) => (one.name === program.name ? less : one)) };
    }
  }
}

async function shrink(experiment: Experiment, folder: string): Promise<Experiment> {
  let current = experiment;
  for (let tries = 0; tries < 24;) {
    let cut: Experiment | null = null;
    for (const candidate of smaller(current)) {
      if (tries >= 24) break;
      if (!isRobust(candidate)) continue;
      tries += 1;
      if ((await differs(candidate, folder)).difference !== null) {
        cut = candidate;
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
  const [seed, count, side] = [option("seed", 1), option("count", 100), option("side", 8)];
  const folder = mkdtempSync(join(tmpdir(), "last-ack-fuzz-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  let next = seed;
  const tally = { agreed: 0, different: 0, fragile: 0, broken: 0 };
  const worker = async (): Promise<void> => {
    while (tally.agreed + tally.different + tally.broken < count) {
      const mine = next;
      next += 1;
      const experiment = generate(mine);
      if (!isRobust(experiment)) {
        tally.fragile += 1;
        continue;
      }
      const { difference, broken } = await differs(experiment, folder);
      if (broken !== null) {
        tally.broken += 1;
        console.log(`seed ${mine}: the lab could not run it: ${broken}`);
      } else if (difference === null) {
        tally.agreed += 1;
      } else {
        tally.different += 1;
        const least = args.includes("--no-shrink") ? experiment : await shrink(experiment, folder);
        mkdirSync(SAVED, { recursive: true });
        writeFileSync(`${SAVED}${experiment.id}.json`, canonicalText(least));
        console.log(
          `seed ${mine}: engine and kernel differ; saved as tests/fuzz/${experiment.id}.json\n${difference}\n`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: side }, worker));
  console.log(
    `seeds ${seed} to ${next - 1}: ${tally.agreed} agree, ${tally.different} differ, ${tally.broken} the lab could not run; ${tally.fragile} left out as not robust`,
  );
  return tally.different > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
