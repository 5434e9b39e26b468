/**
 * The file a reader downloads for the lab: one experiment, what the simulator predicts for it, and the dated facts
 * that may explain another outcome on another kernel. `docs/experiments.md`, "Download".
 */
import { DATED_FACTS, type DatedFact, type DatedFactId } from "../engine/kernel/dated-facts.ts";
import { NotModelled } from "../engine/not-modelled.ts";
import type { Step } from "../engine/process/program.ts";
import type { TraceEvent, TraceEventKind } from "../engine/trace.ts";
import type { Experiment } from "../experiment/canonical.ts";
import { run } from "../experiment/run.ts";
import type { Trace } from "../experiment/trace-file.ts";
import type { datedFacts } from "../i18n/en/dated-facts.ts";

/** What the comparison and the lab's report read; the rest stays out of the file. */
const KEPT: ReadonlySet<TraceEventKind> = new Set([
  "call",
  "return",
  "sock",
  "state",
  "mini",
  "send",
  "arrive",
  "lost",
  "probe",
]);
/** Of a large run at level `totals`, what that level does not compare: as in the recordings. */
const LARGE = 150_000;
const WIRE: ReadonlySet<TraceEventKind> = new Set(["send", "arrive", "lost", "mini"]);
const SOCKETS: ReadonlySet<TraceEventKind> = new Set(["sock", "state"]);

interface Download {
  readonly format: "lastack-download/1";
  /** SHA-256 of the canonical JSON file, in hex. */
  readonly hash: string;
  readonly experiment: Experiment;
  /** A run of the simulator; a recording where the simulator cannot run it; null if there is neither. */
  readonly prediction: Trace | null;
  readonly dated: readonly {
    readonly about: string;
    /** Oldest first. `from` null: from the beginning. */
    readonly changes: readonly {
      readonly from: string | null;
      readonly backports: readonly string[];
      readonly what: string;
    }[];
  }[];
}

/**
 * The download of one experiment, as text.
 * @param hash SHA-256 of the canonical JSON, in hex
 * @param recording of this very version of it, or null
 */
export function downloadText(
  experiment: Experiment,
  hash: string,
  recording: Trace | null,
  messages: typeof datedFacts,
): string {
  const prediction = predict(experiment, hash) ?? (recording?.header.hash === hash ? recording : null);
  const download: Download = {
    format: "lastack-download/1",
    hash,
    experiment,
    prediction: prediction && lean(prediction),
    dated: DATED_FACTS.filter(({ id }) => matters(id, experiment, prediction)).map((fact) => dated(fact, messages)),
  };
  return `${JSON.stringify(download)}\n`;
}

function predict(experiment: Experiment, hash: string): Trace | null {
  try {
    const { header, events, stopped } = run(experiment, [], { hash });
    return stopped === null ? { header, events } : null;
  } catch (error) {
    if (error instanceof NotModelled) return null;
    throw error;
  }
}

/** The trace without what only the page needs. */
function lean({ header, events }: Trace): Trace {
  let kept = events
    .filter(({ k }) => KEPT.has(k))
    .map((event): TraceEvent => {
      const { cause: _cause, rule: _rule, ...rest } = event;
      return rest;
    });
  for (const kinds of [WIRE, SOCKETS])
    if (header.level === "totals" && JSON.stringify(kept).length > LARGE) kept = kept.filter(({ k }) => !kinds.has(k));
  return { header, events: kept };
}

function dated({ id, changes }: DatedFact, { facts }: typeof datedFacts): Download["dated"][number] {
  const { about, values } = facts[id as DatedFactId];
  const words: Readonly<Record<string, string>> = values;
  return {
    about,
    changes: changes.map(({ value, from, backports = [] }) => {
      const what = words[String(value)];
      if (what === undefined) throw new Error(`src/i18n/en/dated-facts.ts has no words for ${id} = ${value}`);
      return { from, backports, what };
    }),
  };
}

/** Every step, those inside others too. */
function everyStep(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => [
    step,
    ...(step.op === "loop" || step.op === "while" ? everyStep(step.body) : []),
    ...(step.op === "if" ? [...everyStep(step.then), ...everyStep(step.otherwise)] : []),
  ]);
}

/** Whether a fact can make a difference to a run. In doubt it can. */
function matters(id: DatedFactId, experiment: Experiment, prediction: Trace | null): boolean {
  const steps = experiment.programs.flatMap(({ routines }) => Object.values(routines).flatMap(everyStep));
  const sets = (option: string): boolean => steps.some((step) => "option" in step && step.option === option);
  const events = prediction?.events ?? [];
  const visits = (state: string): boolean => events.some((event) => event.k === "state" && event.to === state);
  const sends = (letter: string): boolean => events.some((event) => event.k === "send" && event.flags.includes(letter));
  const injects = (flag: "SYN" | "RST"): boolean =>
    experiment.events.some((event) => event.do === "inject" && event.flags.includes(flag));
  const connects = events.filter((event) => event.k === "call" && event.op === "connect").length;
  const setsSysctl = (name: string): boolean =>
    experiment.events.some((event) => event.do === "sysctl" && event.name === `net.ipv4.${name}`);
  const sent = events.flatMap((event) =>
    event.k === "send" && (event.len > 0 || /[SF]/.test(event.flags)) ? [`${event.src} ${event.dst} ${event.seq}`] : [],
  );
  const repeats = new Set(sent).size < sent.length;
  switch (id) {
    case "connect.port-offset": // ports are compared by first appearance
    case "connect.port-search":
    case "orphan-count":
    case "ip_local_port_range.last": // every experiment sets its own
    case "tcp_tw_reuse.default":
      return false;
    case "tcp_tw_reuse.wait":
    case "tcp_tw_reuse.fin-wait-2":
    case "timestamp-offset":
      return connects > 1 && (visits("TIME-WAIT") || visits("FIN-WAIT-2"));
    case "connect.port-parity":
      return connects > 1;
    case "tcp_syn_linear_timeouts":
    case "tcp_rto_max_ms":
    case "tcp_rto_min_us":
      return repeats;
    case "syn-retry-after-bad-ack":
    case "syn.synchronized":
      return connects > 1 || injects("SYN");
    case "syn-ack.crossing":
      return visits("SYN-SENT") && visits("SYN-RECEIVED") && connects > 1;
    case "rst.inexact":
      return injects("RST");
    case "close.unread":
      return sends("R");
    case "IP_BIND_ADDRESS_NO_PORT":
    case "IP_LOCAL_PORT_RANGE":
      return sets(id);
    case "TCP_LINGER2.most":
      return sets("TCP_LINGER2");
    case "tcp_tw_recycle":
      return experiment.hosts.some(({ sysctl }) => sysctl["net.ipv4.tcp_tw_recycle"] === "1");
    case "SOCK_DESTROY":
      return experiment.events.some((event) => event.do === "ss_kill");
    case "time-wait.timer":
      return visits("TIME-WAIT");
    case "sysctls.tcp_fin_timeout":
      return setsSysctl("tcp_fin_timeout") || visits("FIN-WAIT-2");
    case "sysctls.tcp_tw_reuse":
      return setsSysctl("tcp_tw_reuse") || connects > 1;
    default:
      return true;
  }
}
