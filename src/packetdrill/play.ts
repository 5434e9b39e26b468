/** What a script that is played has come to, and the error that ends it. */
import type { SingleHost } from "../engine/single-host.ts";
import type { Endpoint } from "../engine/process/program.ts";
import type { CallPlan } from "./calls.ts";
import type { Connection } from "./connections.ts";
import type { Action, Script, ScriptEvent, When } from "./script.ts";

/** A call that has not returned yet, and when it must. */
export interface Pending {
  readonly event: ScriptEvent;
  readonly call: Extract<Action, { do: "call" }>;
  readonly plan: CallPlan;
  readonly number: number;
  readonly end: number;
  readonly tolerance: number;
}

export interface Play {
  readonly script: Script;
  readonly host: SingleHost;
  /** Descriptors of the script to those of the host. */
  readonly descriptors: Map<number, number>;
  readonly connections: Connection[];
  current: Connection | null;
  /** Port of the listener that the next inbound segment begins a new connection with; null: none does. */
  listening: number | null;
  nextPort: number;
  /** The script's descriptor that tcpi_* belong to. */
  underTest: number | null;
  /** Segments of the host that a line has taken. */
  taken: number;
  pending: Pending | null;
}

export class Mismatch extends Error {
  readonly event: ScriptEvent;
  readonly expected: string | null;
  readonly got: string | null;
  constructor(event: ScriptEvent, message: string, expected: string | null = null, got: string | null = null) {
    super(message);
    this.event = event;
    this.expected = expected;
    this.got = got;
  }
}

/** The previous event ended now: times with a plus count from here. */
export function moment(state: Play, when: When): { from: number; to: number; tolerance: number } {
  const now = state.host.now();
  const base = when.base === "relative" ? now : 0;
  const from = base + when.from;
  // packetdrill's tolerance, or an eighth of the time since the previous event: a kernel's timers are late.
  const tolerance = Math.max(state.script.tolerance, Math.floor(Math.max(0, base + when.to - now) / 8));
  return { from, to: base + when.to, tolerance };
}

export function endpoint(text: string): Endpoint {
  const at = text.lastIndexOf(":");
  return { address: text.slice(0, at), port: Number(text.slice(at + 1)) };
}

export function time(microseconds: number): string {
  return `${(microseconds / 1e6).toFixed(6)} s`;
}
