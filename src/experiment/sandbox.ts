/**
 * The sandbox: a scene, what the reader did to it, and how far time has come. Everything else follows by running the
 * engine, so that going back is going to an earlier state and what is saved runs in the lab too.
 */
import type { TraceEvent } from "../engine/trace.ts";
import { EXPERIMENT_FORMAT, type Experiment } from "./canonical.ts";
import type { Scene } from "./command-words.ts";
import { LONGEST_RUN } from "./interventions.ts";
import { type Intervention, run } from "./run.ts";
import { BASELINE } from "./sysctl.ts";

/** How far a command moves time, microseconds: further than a busy machine is late, so that the lab agrees. */
export const COMMAND_TAKES = 100_000;

/** Two hosts with a program on each that only waits: what happens, the reader does. */
export const EMPTY_SCENE: Experiment = {
  format: EXPERIMENT_FORMAT,
  id: "sandbox",
  title: "Made in the sandbox",
  summary: "Two hosts and two programs that wait; every call is made by a thread from outside.",
  class: "quick",
  level: "segments",
  until: 0,
  hosts: ["10.0.0.1", "10.0.0.2"].map((address, i) => ({
    name: i === 0 ? "A" : "B",
    addresses: [address],
    sysctl: BASELINE,
  })),
  link: { kind: "relay", delay: 50 },
  programs: ["client", "server"].map((name, i) => ({
    name,
    host: i === 0 ? "A" : "B",
    start: 0,
    nofile: 1024,
    routines: { main: [{ op: "pause" }] },
  })),
  events: [],
  faults: [],
  probes: [],
  expect: [],
  varies: null,
};

export interface Sandbox {
  readonly base: Experiment;
  readonly changes: readonly Intervention[];
  /** Microseconds from the common start. */
  readonly now: number;
}

/** The sandbox as an experiment that ends now. */
export function sandboxExperiment({ base, now }: Sandbox): Experiment {
  const until = Math.max(now, 1);
  const size = until <= 5_000_000 ? "quick" : until <= 150_000_000 ? "normal" : "long";
  return {
    ...base,
    id: "sandbox",
    class: size,
    until,
    probes: base.probes.filter(({ at }) => at <= until),
    expect: [],
    varies: null,
  };
}

export interface SandboxRun extends Scene {
  readonly stopped: string | null;
}

/** What has happened up to now. @throws NotModelled */
export function runSandbox(sandbox: Sandbox): SandboxRun {
  const { experiment, events, stopped } = run(sandboxExperiment(sandbox), sandbox.changes);
  return { experiment, events, now: sandbox.now, stopped };
}

/** When the next thing happens of itself, and a moment for what follows from it; null: nothing ever does. */
export function nextMoment(sandbox: Sandbox): number | null {
  const { events } = run(sandboxExperiment({ ...sandbox, now: LONGEST_RUN }), sandbox.changes);
  const quiet: ReadonlySet<TraceEvent["k"]> = new Set(["probe", "capture", "note"]);
  const next = events.find(({ t, k }) => t > sandbox.now && !quiet.has(k));
  return next ? Math.min(next.t + 10_000, LONGEST_RUN) : null;
}

/** After one more change. A fault is arranged at once; anything else takes its time. */
export function withChange(sandbox: Sandbox, change: Intervention): Sandbox {
  const takes = "add" in change && change.add === "fault" ? 0 : COMMAND_TAKES;
  return { ...sandbox, changes: [...sandbox.changes, change], now: Math.min(sandbox.now + takes, LONGEST_RUN) };
}
