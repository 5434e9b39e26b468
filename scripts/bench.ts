/**
 * `npm run -s bench [-- --json] [--scale F]`: what the engine costs. One process; the measurements take turns, five
 * rounds of all, and of each time the best counts. Nothing is written, no test depends on a time, and with --json only
 * JSON is printed (`-s` keeps npm's own lines away). --scale 0.1 takes a tenth of everything, for a quick look.
 *
 * heapRatio: engineEventsPerSecond / heapEventsPerSecond.
 * engineEventsPerSecond: what the engine schedules (arrivals, wake-ups, timers: each goes into its queue once) a second
 *   of 2,000 connections opened and closed on one address, with the whole trace kept and checkpoints made. A connection
 *   is 15 of these, and 50 trace events (traceEventsPerSecond).
 * heapEventsPerSecond: the same heap alone with 10^5 objects in it, by the hold model: the earliest is taken out and put
 *   back at a random later time, spread as the others are, so that every one of them moves in its turn.
 * scenes: exhaustion, one address that connects to one port until there is no port left, 28,232 times; timeWait, 10^5
 *   connections from eight addresses, all in TIME-WAIT at the end. No trace, and each time in a new worker,
 *   as on a page. `ms` is time, `peakMb` the most memory in use on the way above what the worker has after a small one, garbage not
 *   yet collected included; `keptMb` what is left of it at the end.
 * bytesPerTimeWait: keptMb of timeWait over their number; so it holds a share of all else, sockets to ports.
 * seekP95Ms: 95th percentile of 40 seeks spread over a run of seekEvents trace events: from the checkpoint before, by
 *   running on, to any one event.
 * growth: microseconds a connection costs if there are 10^3, 10^4, 10^5 of them, as in timeWait.
 * chapterMs: the slowest run of an experiment that a chapter shows, chapterSlowest; slowestMs and slowest: of all.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { getHeapStatistics } from "node:v8";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { openHistory, runTo, worldAfter } from "../src/engine/history.ts";
import type { Program } from "../src/engine/process/program.ts";
import { popEvent, pushEvent, type Scheduled } from "../src/engine/queue.ts";
import type { Scenario } from "../src/engine/scenario.ts";
import { step } from "../src/engine/world/step.ts";
import { createWorld, planOf, type Run } from "../src/engine/world/world.ts";
import { run } from "../src/experiment/run.ts";
import { BASELINE } from "../src/experiment/sysctl.ts";
import { readExperiments } from "./build-experiments.ts";

const ROUNDS = 5;
const SEEKS = 40;
const PENDING = 100_000;
const HEAP_EVENTS = 1_000_000;

const call = { as: null, on_error: "continue" } as const;

/** A client that connects and closes `times` times; `clients` addresses share the work. */
function crowd(times: number, addresses: number, sysctl: Readonly<Record<string, string>>): Scenario {
  const each = Math.ceil(times / addresses);
  const server: Program = {
    name: "server",
    host: "B",
    start: 0,
    nofile: 1024,
    routines: {
      main: [
        { op: "socket", as: "listener", on_error: "stop" },
        { op: "bind", fd: "listener", to: { address: "0.0.0.0", port: 7000 }, ...call },
        { op: "listen", fd: "listener", backlog: 4096, ...call },
        {
          op: "loop",
          times: null,
          body: [
            { op: "accept", fd: "listener", as: "conn", on_error: "continue" },
            { op: "recv", fd: "conn", bytes: 10, all: false, ...call },
            { op: "close", fd: "conn", ...call },
          ],
        },
      ],
    },
  };
  const client: Program = {
    name: "client",
    host: "A",
    start: 0,
    nofile: 1024,
    routines: {
      main: Array.from({ length: addresses }, (_, index) => index).flatMap((index) => [
        {
          op: "loop" as const,
          times: each,
          body: [
            { op: "socket" as const, as: "conn", on_error: "stop" as const },
            { op: "bind" as const, fd: "conn", to: { address: `10.0.1.${index + 1}`, port: 0 }, ...call },
            { op: "connect" as const, fd: "conn", to: { address: "10.0.0.2", port: 7000 }, ...call },
            { op: "close" as const, fd: "conn", ...call },
          ].filter((one) => addresses > 1 || one.op !== "bind"),
        },
      ]),
    },
  };
  const host = (name: string, list: readonly string[]) => ({
    name,
    addresses: list,
    sysctl: { ...BASELINE, ...sysctl },
  });
  return {
    until: 59_000_000,
    hosts: [
      host("A", addresses > 1 ? Array.from({ length: addresses }, (_, index) => `10.0.1.${index + 1}`) : ["10.0.0.1"]),
      host("B", ["10.0.0.2"]),
    ],
    link: { kind: "direct", delay: 10 },
    programs: [server, client],
    events: [],
    faults: [],
    probes: [],
  };
}

const asked = process.argv.indexOf("--scale");
const SCALE = asked < 0 ? 1 : Number(process.argv[asked + 1]);
if (!(SCALE > 0 && SCALE <= 1)) throw new Error("--scale takes a number above 0 and not above 1");
const scaled = (count: number): number => Math.max(1, Math.round(count * SCALE));

const NO_REUSE = { "net.ipv4.tcp_tw_reuse": "0", "net.ipv4.tcp_max_tw_buckets": "1000000" };

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Bytes in use, in and outside the heap of JavaScript. */
function bytesInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

function collected(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return bytesInUse();
}

interface Scene {
  readonly ms: number;
  readonly peak: number;
  readonly kept: number;
  /** In TIME-WAIT at the end. */
  readonly waiting: number;
}

/** Runs without keeping a trace. */
function scene(scenario: Scenario): Scene {
  const plan = planOf(scenario);
  const run: Run = { plan, world: createWorld(plan, 1), sink: () => undefined, cause: null };
  const before = collected();
  let peak = before;
  const ms = timed(() => {
    for (let steps = 0; step(run, scenario.until); steps += 1)
      if (steps % 1024 === 0) peak = Math.max(peak, bytesInUse());
  });
  const waiting = run.world.hosts.reduce((sum, host) => sum + host.minis, 0);
  return { ms, peak: peak - before, kept: collected() - before, waiting };
}

/** The same in a new worker, as a page runs a crowd. */
function inWorker(scenario: Scenario): Promise<Scene> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: scenario });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** Events a second of a bare heap that always holds `PENDING` items. */
function bareHeap(): number {
  const heap: Scheduled[] = [];
  const pending = scaled(PENDING);
  const events = scaled(HEAP_EVENTS);
  let order = 0;
  let seed = 1;
  const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 4;
  for (; order < pending; order += 1) pushEvent(heap, { at: next(), order });
  const ms = timed(() => {
    for (let count = 0; count < events; count += 1) {
      const item = popEvent(heap);
      pushEvent(heap, { at: (item?.at ?? 0) + 2 * next(), order: order++ });
    }
  });
  return (events / ms) * 1000;
}

/** Events and trace events a second of the engine, trace and checkpoints on. */
function engine(): { readonly events: number; readonly traced: number } {
  const history = openHistory(crowd(scaled(2_000), 1, NO_REUSE), 1);
  const ms = timed(() => runTo(history));
  return { events: (history.run.world.agenda.order / ms) * 1000, traced: (history.events.length / ms) * 1000 };
}

/** Microseconds a connection; few of them are run over and over. */
function perConnection(connections: number): number {
  const times = Math.max(1, Math.round(scaled(10_000) / connections));
  let ms = 0;
  for (let count = 0; count < times; count += 1) ms += scene(crowd(connections, 8, NO_REUSE)).ms;
  return (ms * 1000) / connections / times;
}

const GROWTH = [1_000, 10_000, 100_000];
const least = (values: readonly number[]): number => Math.min(...values);
const most = (values: readonly number[]): number => Math.max(...values);
const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const megabytes = (bytes: number): number => round(bytes / 1_000_000);

async function measureRound() {
  return {
    heap: bareHeap(),
    engine: engine(),
    exhaustion: await inWorker(crowd(scaled(28_233), 1, NO_REUSE)),
    timeWait: await inWorker(crowd(scaled(100_000), 8, NO_REUSE)),
    growth: GROWTH.map((connections) => perConnection(scaled(connections))),
  };
}

function sceneResult(runs: readonly Scene[]): { ms: number; peakMb: number; keptMb: number } {
  return {
    ms: Math.round(least(runs.map(({ ms }) => ms))),
    peakMb: megabytes(most(runs.map(({ peak }) => peak))),
    keptMb: megabytes(most(runs.map(({ kept }) => kept))),
  };
}

/** Ids of the experiments that stand in a chapter. */
function shownInChapters(): ReadonlySet<string> {
  const chapters = fileURLToPath(new URL("../content/chapters/en/", import.meta.url));
  const texts = readdirSync(chapters).map((file) => readFileSync(`${chapters}${file}`, "utf8"));
  return new Set(texts.flatMap((text) => [...text.matchAll(/<Experiment id="([^"]+)"/g)].map(([, id]) => id ?? "")));
}

async function main(): Promise<void> {
  const rounds: Awaited<ReturnType<typeof measureRound>>[] = [];
  while (rounds.length < ROUNDS) rounds.push(await measureRound());
  const exhaustion = sceneResult(rounds.map((one) => one.exhaustion));
  const timeWait = sceneResult(rounds.map((one) => one.timeWait));
  const waiting = rounds[0]?.timeWait.waiting ?? 0;
  const growth = GROWTH.map((_, index) => least(rounds.map((one) => one.growth[index] ?? Infinity)));

  const long = openHistory(crowd(scaled(28_000), 1, NO_REUSE), 1);
  runTo(long);
  const seeks = Array.from({ length: SEEKS }, (_, index) => Math.floor((long.events.length * (index + 0.5)) / SEEKS))
    .map((at) => least(Array.from({ length: ROUNDS }, () => timed(() => worldAfter(long, at)))))
    .sort((a, b) => a - b);

  const runs = readExperiments()
    .map(({ experiment }) => ({
      id: experiment.id,
      ms: least(Array.from({ length: ROUNDS }, () => timed(() => run(experiment)))),
    }))
    .sort((a, b) => b.ms - a.ms);
  const shown = shownInChapters();
  const [slowest, inChapter] = [runs[0], runs.find(({ id }) => shown.has(id))];

  const heapEventsPerSecond = most(rounds.map(({ heap }) => heap));
  const engineEventsPerSecond = most(rounds.map((one) => one.engine.events));
  const result = {
    heapRatio: round(engineEventsPerSecond / heapEventsPerSecond, 3),
    heapEventsPerSecond: Math.round(heapEventsPerSecond),
    engineEventsPerSecond: Math.round(engineEventsPerSecond),
    traceEventsPerSecond: Math.round(most(rounds.map((one) => one.engine.traced))),
    scenes: { exhaustion, timeWait: { count: waiting, ...timeWait } },
    bytesPerTimeWait: Math.round((timeWait.keptMb * 1_000_000) / Math.max(waiting, 1)),
    seekP95Ms: round(seeks[Math.floor(seeks.length * 0.95)] ?? 0),
    seekEvents: long.events.length,
    growth: Object.fromEntries(
      [1_000, 10_000, 100_000].map((count, index) => [scaled(count), round(growth[index] ?? 0)]),
    ),
    chapterMs: round(inChapter?.ms ?? 0),
    chapterSlowest: inChapter?.id,
    slowestMs: round(slowest?.ms ?? 0),
    slowest: slowest?.id,
  };

  if (process.argv.includes("--json")) {
    console.log(JSON.stringify(result));
  } else {
    for (const [key, value] of Object.entries(result)) console.log(`${key.padEnd(24)} ${JSON.stringify(value)}`);
  }
}

if (isMainThread) {
  await main();
} else {
  // What the code itself takes is no part of the scene.
  scene(crowd(200, 1, NO_REUSE));
  parentPort?.postMessage(scene(workerData as Scenario));
}
