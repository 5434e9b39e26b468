/**
 * Plays a script against one simulated host. Outbound lines take the segments the host sent one by one,
 * in order; times have a tolerance; a call may wait while later events happen.
 */
import { BASELINE, isKnownSysctl } from "../experiment/sysctl.ts";
import { sysctlProblem } from "../experiment/sysctl-values.ts";
import { NotModelled } from "../engine/not-modelled.ts";
import { openSingleHost, type SingleHost } from "../engine/single-host.ts";
import { type CallPlan, LOCAL, planCall } from "./calls.ts";
import { parseScript } from "./parse.ts";
import { Mismatch, moment, type Play, time } from "./play.ts";
import { advance, call, finishPending } from "./returns.ts";
import { type Place, type Script, ScriptError, type ScriptEvent, type Sysctl } from "./script.ts";
import { inbound, outbound, seenText } from "./segments.ts";
import { check } from "./tcp-info.ts";

/** Why a script failed, and where. `line` counts from 1. */
export interface Failure {
  readonly line: number;
  readonly column: number;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** As the script writes it; null where there is no such pair, as in an error of the script. */
  readonly expected: string | null;
  readonly got: string | null;
}

const SEED = 2016;

/** Ports of the network's side when it opens a connection. */
const FIRST_PEER_PORT = 40_000;

/**
 * Reads and plays a script. null: everything was as the script says.
 * @param watch gets the host before the first event, for whoever wants its trace
 */
export function runPacketdrill(text: string, watch?: (host: SingleHost) => void): Failure | null {
  try {
    const script = parseScript(text);
    const plans = new Map<ScriptEvent, CallPlan>();
    for (const event of script.events)
      if (event.action.do === "call") plans.set(event, planCall(event.action, event.place));
    play(script, plans, watch);
    return null;
  } catch (error) {
    if (error instanceof ScriptError) return failure(error.place, error.message, null, null);
    if (error instanceof Mismatch) return failure(error.event.place, error.message, error.expected, error.got);
    throw error;
  }
}

function failure(place: Place, message: string, expected: string | null, got: string | null): Failure {
  return { line: place.line, column: place.column, message, expected, got };
}

function play(
  script: Script,
  plans: ReadonlyMap<ScriptEvent, CallPlan>,
  watch: ((host: SingleHost) => void) | undefined,
): void {
  const state: Play = {
    script,
    host: openSingleHost({ addresses: [LOCAL.address], sysctl: BASELINE, seed: SEED }),
    descriptors: new Map(),
    connections: [],
    current: null,
    listening: null,
    nextPort: FIRST_PEER_PORT,
    underTest: null,
    taken: 0,
    pending: null,
  };
  watch?.(state.host);
  for (const setting of script.settings) set(state, setting);
  for (const event of script.events) {
    try {
      playEvent(state, event, plans.get(event));
    } catch (error) {
      if (error instanceof NotModelled) throw new Mismatch(event, error.message);
      throw error;
    }
  }
  finishPending(state);
  const last = script.events.at(-1);
  const extra = state.host.emitted[state.taken];
  if (extra && last)
    throw new Mismatch(last, "after the last line a segment is left over", "nothing", seenText(state, extra, null));
}

function playEvent(state: Play, event: ScriptEvent, plan: CallPlan | undefined): void {
  const { action } = event;
  if (action.do === "outbound") {
    outbound(state, event, action.packet);
    return;
  }
  const { from, tolerance } = moment(state, event.when);
  advance(state, from);
  const late = state.host.now() - from;
  if (late > tolerance)
    throw new Mismatch(event, "its time has passed", `at ${time(from)}`, `it is ${time(state.host.now())}`);
  switch (action.do) {
    case "inbound":
      inbound(state, event, action.packet);
      break;
    case "call":
      if (plan) call(state, event, action, plan, from - event.when.from);
      break;
    case "sysctl":
      for (const setting of action.settings) set(state, setting);
      break;
    case "assert":
      for (const assertion of action.assertions) check(state, event, assertion);
  }
}

function set({ host }: Play, { place, name, value }: Sysctl): void {
  const wrong = isKnownSysctl(name) ? sysctlProblem(name, value) : null;
  if (wrong !== null) throw new ScriptError(place, `${name} ${wrong}; this is ${JSON.stringify(value)}`);
  try {
    host.setSysctl(name, value);
  } catch (error) {
    throw new ScriptError(place, error instanceof Error ? error.message : String(error));
  }
}
