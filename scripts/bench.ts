/**
 * `npm run bench [-- --json]`: what the engine costs. One process, measurements interleaved, the best
 * of several. Nothing is written, and no test depends on a time. With --json only JSON is printed.
 */
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

/** Runs without keeping a trace: what a crowd does in a worker. */
function silently(scenario: Scenario): Run {
  const plan = planOf(scenario);
  const run: Run = { plan, world: createWorld(plan, 1), sink: () => undefined, cause: null };
  while (step(run, scenario.until)) {
    // To the end.
  }
  return run;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Events a second of a bare heap that always holds `PENDING` items. */
function bareHeap(): number {
  const heap: Scheduled[] = [];
  let order = 0;
  let seed = 1;
  const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
  for (; order < PENDING; order += 1) pushEvent(heap, { at: next(), order });
  const ms = timed(() => {
    for (let count = 0; count < HEAP_EVENTS; count += 1) {
      const item = popEvent(heap);
      pushEvent(heap, { at: (item?.at ?? 0) + (next() & 0xffff), order: order++ });
    }
  });
  return (HEAP_EVENTS / ms) * 1000;
}

/** Events a second of the engine, trace and checkpoints on. */
function engine(connections: number): number {
  const scenario = crowd(connections, 1, { "net.ipv4.tcp_tw_reuse": "0" });
  const history = openHistory(scenario, 1);
  const ms = timed(() => runTo(history));
  return (history.run.world.agenda.order / ms) * 1000;
}

function megabytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
}

function scene(scenario: Scenario): { ms: number; mb: number; run: Run } {
  const before = megabytes();
  let kept: Run | null = null;
  const ms = timed(() => (kept = silently(scenario)));
  const mb = megabytes() - before;
  if (kept === null) throw new Error("nothing ran");
  return { ms: Math.round(ms), mb: Math.round(mb * 10) / 10, run: kept };
}

const best = (values: readonly number[], pick: (...all: number[]) => number): number => pick(...values);

const heaps: number[] = [];
const engines: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  heaps.push(bareHeap());
  engines.push(engine(2_000));
}

const exhaustion = scene(crowd(28_233, 1, { "net.ipv4.tcp_tw_reuse": "0" }));
const many = scene(crowd(100_000, 8, { "net.ipv4.tcp_max_tw_buckets": "1000000", "net.ipv4.tcp_tw_reuse": "0" }));
const waiting = many.run.world.hosts.reduce((sum, host) => sum + host.minis, 0);

const growth = Object.fromEntries(
  [1_000, 10_000, 100_000].map((connections) => {
    const addresses = connections > 20_000 ? 8 : 1;
    const ms = best(
      Array.from({ length: connections > 20_000 ? 1 : 3 }, () =>
        timed(() =>
          silently(
            crowd(connections, addresses, { "net.ipv4.tcp_max_tw_buckets": "1000000", "net.ipv4.tcp_tw_reuse": "0" }),
          ),
        ),
      ),
      Math.min,
    );
    return [connections, Math.round((ms * 1000) / connections) / 1000];
  }),
);

const long = openHistory(crowd(28_000, 1, { "net.ipv4.tcp_tw_reuse": "0" }), 1);
runTo(long);
const seeks = Array.from({ length: 40 }, (_, index) => Math.floor((long.events.length * (index + 0.5)) / 40))
  .map((at) => timed(() => worldAfter(long, at)))
  .sort((a, b) => a - b);

const chapters = readExperiments()
  .filter(({ experiment }) => experiment.level !== "totals")
  .map(({ experiment }) => ({
    id: experiment.id,
    ms: best(
      Array.from({ length: ROUNDS }, () => timed(() => run(experiment))),
      Math.min,
    ),
  }))
  .sort((a, b) => b.ms - a.ms);

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const result = {
  heapRatio: round(best(engines, Math.max) / best(heaps, Math.max), 3),
  heapEventsPerSecond: Math.round(best(heaps, Math.max)),
  engineEventsPerSecond: Math.round(best(engines, Math.max)),
  scenes: {
    exhaustion: { ms: exhaustion.ms, mb: exhaustion.mb },
    timeWait: { count: waiting, ms: many.ms, mb: many.mb },
  },
  bytesPerTimeWait: Math.round((many.mb * 1_048_576) / Math.max(waiting, 1)),
  seekP95Ms: round(seeks[Math.floor(seeks.length * 0.95)] ?? 0),
  seekEvents: long.events.length,
  growth,
  chapterMs: round(chapters[0]?.ms ?? 0),
  chapterSlowest: chapters[0]?.id ?? "",
};

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(result));
} else {
  for (const [key, value] of Object.entries(result)) console.log(`${key.padEnd(24)} ${JSON.stringify(value)}`);
}
