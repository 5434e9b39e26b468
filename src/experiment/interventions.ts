/**
 * Changes a reader makes to a run, each a patch in the experiment's own words. `run.ts` puts them in; here they are
 * made from what the reader points at, and checked. A refusal is a code with values; the sentences, which name the
 * remedy too, are in `src/i18n/en/changes.ts`.
 */
import { DATED_FACTS } from "../engine/kernel/dated-facts.ts";
import { RECORDED_KERNEL } from "../engine/kernel/kernel-version.ts";
import type { CallStep, SocketOption, Step } from "../engine/process/program.ts";
import type { TraceEvent } from "../engine/trace.ts";
import type { Experiment, FaultSpec } from "./canonical.ts";
import { MODELLED_OPTIONS, optionHint, optionShape } from "./option-word.ts";
import type { Intervention } from "./run.ts";
import { BASELINE, fullSysctlName } from "./sysctl.ts";
import { isModelled, sysctlProblem } from "./sysctl-values.ts";
import { matchesSegment, matchText, parseSegmentWord } from "./words.ts";

/** Why something cannot be done. `code` names the sentence. */
export interface Refusal {
  readonly code:
    | "no-host"
    | "no-program"
    | "no-sysctl"
    | "sysctl-value"
    | "sysctl-fixed"
    | "kernel-version"
    | "option-value"
    | "option-fixed"
    | "no-variable"
    | "no-descriptor"
    | "no-descriptor-then"
    | "too-late"
    | "too-long"
    | "too-early"
    | "no-wire"
    | "no-such-nth"
    | "bad-time";
  readonly values: Readonly<Record<string, string | number>>;
}

/** The longest run there is, microseconds: class `long`. */
export const LONGEST_RUN = 1_800_000_000;

/** Versions of Linux between which something the engine follows changed, oldest first, and the recorded one. */
export const KERNELS: readonly string[] = [
  ...new Set([
    ...DATED_FACTS.flatMap(({ changes }) => changes.map(({ from }): string | null => from)),
    RECORDED_KERNEL,
  ]),
]
  .filter((version) => version !== null)
  .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

const names = (list: readonly { readonly name: string }[]): string => list.map(({ name }) => name).join(", ");
const seconds = (us: number): string => `${us / 1_000_000} s`;

/** What is wrong with a change to this experiment; null: nothing. */
export function refuse(experiment: Experiment, one: Intervention): Refusal | null {
  if ("set" in one) {
    if (one.set === "option") return refuseOption(experiment, one);
    if (one.set === "kernel")
      return (
        noHost(experiment, one.host) ??
        (/^\d{1,2}\.\d{1,3}/.test(one.version)
          ? null
          : { code: "kernel-version", values: { version: one.version, versions: KERNELS.join(", ") } })
      );
    return noHost(experiment, one.host) ?? refuseSysctl(one.name, one.value);
  }
  if (one.add === "fault") {
    const { fault } = one;
    if (experiment.link.kind === "direct") return { code: "no-wire", values: {} };
    if (fault.nth !== null && fault.nth < 1) return { code: "no-such-nth", values: { nth: fault.nth } };
    return noHost(experiment, fault.from) ?? late(experiment, fault.after) ?? refuseAct(fault.act);
  }
  const { event } = one;
  switch (event.do) {
    case "sysctl":
      return noHost(experiment, event.host) ?? refuseSysctl(event.name, event.value) ?? late(experiment, event.at);
    case "kill":
      return noProgram(experiment, event.program, event.at) ?? late(experiment, event.at);
    case "thread": {
      const fixed = event.steps.flatMap((step) => (step.op === "setsockopt" ? (refuseFixed(step.option) ?? []) : []));
      return noProgram(experiment, event.program, event.at) ?? late(experiment, event.at) ?? fixed[0] ?? null;
    }
    case "ss_kill":
      return noHost(experiment, event.host) ?? late(experiment, event.at);
    case "link":
      if (experiment.link.kind === "direct") return { code: "no-wire", values: {} };
      return noHost(experiment, event.host) ?? late(experiment, event.at);
    case "inject":
      if (experiment.link.kind === "direct") return { code: "no-wire", values: {} };
      return noHost(experiment, event.to) ?? late(experiment, event.at);
  }
}

function noHost({ hosts }: Experiment, host: string): Refusal | null {
  return hosts.some(({ name }) => name === host) ? null : { code: "no-host", values: { host, hosts: names(hosts) } };
}

function noProgram({ programs }: Experiment, wanted: string, at: number): Refusal | null {
  const program = programs.find(({ name }) => name === wanted);
  if (!program) return { code: "no-program", values: { program: wanted, programs: names(programs) } };
  return at < program.start
    ? { code: "too-early", values: { program: wanted, at: seconds(at), start: seconds(program.start) } }
    : null;
}

function late({ until }: Experiment, at: number): Refusal | null {
  return at > until ? { code: "too-late", values: { at: seconds(at), until: seconds(until) } } : null;
}

/** What is wrong with the time in a fault: no run is so long, so nobody could keep, share or run it. null: nothing. */
export function refuseAct(act: FaultSpec["act"]): Refusal | null {
  const time = act.do === "delay" ? act.by : act.do === "hold" ? act.release : act.do === "duplicate" ? act.after : 0;
  return time > LONGEST_RUN ? { code: "too-long", values: { time: seconds(time), most: seconds(LONGEST_RUN) } } : null;
}

function refuseFixed(option: SocketOption): Refusal | null {
  return MODELLED_OPTIONS.includes(option) ? null : { code: "option-fixed", values: { option } };
}

function refuseSysctl(name: string, value: string): Refusal | null {
  const full = fullSysctlName(name);
  const standard = BASELINE[full];
  if (standard === undefined) return { code: "no-sysctl", values: { name } };
  if (!isModelled(full, value)) return { code: "sysctl-fixed", values: { name, standard } };
  const problem = sysctlProblem(full, value);
  return problem === null ? null : { code: "sysctl-value", values: { name, value, problem } };
}

function refuseOption(
  { programs }: Experiment,
  { program: wanted, variable, option, value }: Extract<Intervention, { set: "option" }>,
): Refusal | null {
  const program = programs.find(({ name }) => name === wanted);
  if (!program) return { code: "no-program", values: { program: wanted, programs: names(programs) } };
  const variables = descriptorVariables(Object.values(program.routines).flat());
  if (!variables.includes(variable))
    return { code: "no-variable", values: { program: wanted, variable, variables: variables.join(", ") } };
  return (
    refuseFixed(option) ??
    (optionShape(option, value) ? null : { code: "option-value", values: { option, hint: optionHint(option) } })
  );
}

/** The variables into which steps put a new descriptor. */
export function descriptorVariables(steps: readonly Step[]): readonly string[] {
  const found = new Set<string>();
  const look = (list: readonly Step[]): void => {
    for (const step of list) {
      if (step.op === "loop" || step.op === "while") look(step.body);
      else if (step.op === "if") look([...step.then, ...step.otherwise]);
      else if ((step.op === "socket" || step.op === "accept") && step.as !== null) found.add(step.as);
    }
  };
  look(steps);
  return [...found];
}

/** A descriptor a program holds at some moment, and what is behind it. */
export interface Descriptor {
  readonly fd: number;
  readonly is: "new" | "bound" | "listener" | "connection";
}

/** What each program holds after these events, by program. */
export function descriptorsAfter(events: readonly TraceEvent[]): ReadonlyMap<string, readonly Descriptor[]> {
  const held = new Map<string, readonly Descriptor[]>();
  const called = new Map<number, number | null>();
  const set = (program: string, fd: number, is: Descriptor["is"] | null): void => {
    const others = (held.get(program) ?? []).filter((one) => one.fd !== fd);
    held.set(program, is === null ? others : [...others, { fd, is }].sort((a, b) => a.fd - b.fd));
  };
  for (const event of events) {
    if (event.k === "process") held.set(event.program, []);
    if (event.k === "call") {
      called.set(event.call, event.fd);
      // From the call on, not from its return: connect() may wait for a long time.
      if (event.op === "connect" && event.fd !== null) set(event.program, event.fd, "connection");
    }
    if (event.k !== "return" || event.errno !== null) continue;
    const fd = called.get(event.call) ?? null;
    if (event.op === "socket") set(event.program, event.value, "new");
    if (event.op === "accept") set(event.program, event.value, "connection");
    if (fd === null) continue;
    if (event.op === "bind") set(event.program, fd, "bound");
    if (event.op === "listen") set(event.program, fd, "listener");
    if (event.op === "close") set(event.program, fd, null);
  }
  return held;
}

/** Narrowest first: a FIN that carries data is a FIN. */
const NARROW = ["SYN", "SYN+ACK", "FIN", "RST", "data", "ACK", "any"];

/** A fault that hits exactly one segment of a run. */
export interface Aimed {
  readonly fault: FaultSpec;
  /** A real kernel may send another number of such segments before it, so there the fault may hit another one. */
  readonly fragile: boolean;
}

/**
 * Aims at segment `seg` of a run. null: no fault can, because the run did not send it over the wire.
 * @param events the run in which the reader picked the segment
 */
export function aim(events: readonly TraceEvent[], seg: number, act: FaultSpec["act"]): Aimed | null {
  const sent = events.filter((event) => event.k === "send");
  const target = sent.find((event) => event.seg === seg);
  if (!target || target.injected === true || target.src.split(":")[0] === target.dst.split(":")[0]) return null;
  const word = NARROW.find((one) => {
    const match = parseSegmentWord(one);
    return match !== null && matchesSegment(target, match);
  });
  const match = parseSegmentWord(word ?? "any");
  if (!match) return null;
  const before = sent.filter(
    (event) => event.seg < seg && event.host === target.host && event.injected !== true && matchesSegment(event, match),
  );
  return {
    fault: fault(target.host, match, before.length + 1, act),
    fragile: word === "ACK" && before.length > 0,
  };
}

/** A fault as changes carry it. Its name says what it does, so that two of the same have one name. */
export function fault(
  from: string,
  match: FaultSpec["match"],
  nth: number | null,
  act: FaultSpec["act"],
  after = 0,
): FaultSpec {
  return { name: faultName(from, match, nth, act), from, match, nth, after, before: null, act };
}

export function faultName(from: string, match: FaultSpec["match"], nth: number | null, act: FaultSpec["act"]): string {
  return [act.do, matchText(match).replace(/[^A-Za-z0-9]+/g, "-"), nth ?? "every", from].join("-").slice(0, 32);
}

/** A call step without a variable for what it returns; if it fails, its thread ends. */
export function bare<T extends Omit<CallStep, "as" | "on_error">>(step: T): T & { as: null; on_error: "stop" } {
  return { ...step, as: null, on_error: "stop" };
}
