/**
 * `run(experiment, interventions)`: a pure function from inputs to a trace. An intervention is a
 * patch in the experiment's own words: a fault, a call from outside, a sysctl, a kill, at a moment.
 */
import { RECORDED_KERNEL } from "../engine/kernel/kernel-version.ts";
import { type History, openHistory, runTo } from "../engine/history.ts";
import type { OptionValue, SocketOption, Step } from "../engine/process/program.ts";
import type { FaultSpec, HostSpec, OutsideEvent } from "../engine/scenario.ts";
import type { Experiment } from "./canonical.ts";
import { OF_THE_MACHINE, onKernel } from "./sysctl.ts";
import type { Trace, TraceHeader } from "./trace-file.ts";

export type Intervention =
  | { readonly add: "fault"; readonly fault: FaultSpec }
  | { readonly add: "event"; readonly event: OutsideEvent }
  /** Before the start. */
  | { readonly set: "sysctl"; readonly host: string; readonly name: string; readonly value: string }
  /** The host runs this version of Linux: its defaults change with it, what the experiment set does not. */
  | { readonly set: "kernel"; readonly host: string; readonly version: string }
  /** Wherever a routine of the program puts a new descriptor into the variable, this follows. */
  | {
      readonly set: "option";
      readonly program: string;
      readonly variable: string;
      readonly option: SocketOption;
      readonly value: OptionValue;
    };

/** Seed of every run the site shows; another one gives other ports and sequence numbers, nothing else. */
export const DEFAULT_SEED = 2016;

/** What the experiment is called with interventions in it. */
export const changedId = ({ id }: Pick<Experiment, "id">): string => `${id}-changed`;

/** The experiment with the interventions in it. Pure; the original stays. */
export function intervene(experiment: Experiment, interventions: readonly Intervention[]): Experiment {
  return interventions.reduce((patched: Experiment, one): Experiment => {
    if ("set" in one && one.set === "option") return withOption(patched, one);
    if ("set" in one) {
      const change = (host: HostSpec): HostSpec =>
        one.set === "kernel"
          ? onKernel(host, one.version)
          : { ...host, sysctl: { ...host.sysctl, [one.name]: one.value } };
      return { ...patched, hosts: patched.hosts.map((host) => (host.name === one.host ? change(host) : host)) };
    }
    if (one.add === "fault") return { ...patched, faults: [one.fault, ...patched.faults] };
    return { ...patched, events: [...patched.events, one.event].sort((a, b) => a.at - b.at) };
  }, experiment);
}

function withOption(experiment: Experiment, one: Extract<Intervention, { set: "option" }>): Experiment {
  const { variable, option, value } = one;
  const call: Step = { op: "setsockopt", fd: variable, option, value, as: null, on_error: "continue" };
  const into = (steps: readonly Step[]): Step[] =>
    steps.flatMap((step): Step[] => {
      if (step.op === "loop" || step.op === "while") return [{ ...step, body: into(step.body) }];
      if (step.op === "if") return [{ ...step, then: into(step.then), otherwise: into(step.otherwise) }];
      return (step.op === "socket" || step.op === "accept") && step.as === variable ? [step, call] : [step];
    });
  return {
    ...experiment,
    programs: experiment.programs.map((program) =>
      program.name === one.program
        ? {
            ...program,
            routines: Object.fromEntries(Object.entries(program.routines).map(([name, steps]) => [name, into(steps)])),
          }
        : program,
    ),
  };
}

export interface RunOptions {
  /** Feeds initial sequence numbers, timestamp offsets and the kernel's choice of ports. */
  readonly seed?: number;
  /** Seeds the lateness of a real machine, for the robustness check; null: exact. */
  readonly disturbance?: number | null;
  /** SHA-256 of the canonical JSON, for the header of the trace; empty if nobody needs it. */
  readonly hash?: string;
}

/**
 * Whether no recording can show the experiment: a host runs another version of Linux than the recorded one, stands
 * between others as a NAT, or has a limit of the machine set, which no namespace has. What such a run shows comes from
 * source that was read, not from a kernel that was asked.
 */
export function isFromSource({ hosts }: Pick<Experiment, "hosts">): boolean {
  return hosts.some(
    ({ kernel, nat, sysctl }) =>
      kernel !== undefined || nat !== undefined || OF_THE_MACHINE.some((name) => name in sysctl),
  );
}

/** A trace of the engine. */
export interface EngineTrace extends Trace {
  /** The experiment with the interventions in it. */
  readonly experiment: Experiment;
  /** True: from source, not recorded; see `isFromSource`. */
  readonly fromSource: boolean;
  /** Why the run ended before its time; null: it did not. */
  readonly stopped: string | null;
}

/** Header of a run. It stands here and not beside the reader of trace files, which a page loads only on use. */
function header({ id, hosts, level, until }: Experiment, hash: string): TraceHeader {
  return {
    format: "lastack-trace/1",
    experiment: id,
    hash,
    world: "engine",
    kernel: RECORDED_KERNEL,
    date: null,
    tool: "engine",
    hz: null,
    watch: null,
    machine: null,
    hosts,
    level,
    until,
  };
}

/**
 * Runs an experiment to its end.
 * @throws NotModelled if it needs what the engine does not model
 */
export function run(
  experiment: Experiment,
  interventions: readonly Intervention[] = [],
  { seed = DEFAULT_SEED, disturbance = null, hash = "" }: RunOptions = {},
): EngineTrace {
  const patched = intervene(experiment, interventions);
  const history: History = openHistory(patched, seed, disturbance);
  runTo(history);
  return {
    experiment: patched,
    fromSource: isFromSource(patched),
    header: header(patched, hash),
    events: history.events,
    stopped: history.run.world.stopped,
  };
}
