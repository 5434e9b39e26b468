/**
 * The canonical form of an experiment: what the engine, the lab, the page and the download read.
 * Defaults are filled, names resolved, times are integer microseconds. `docs/experiments.md` says
 * what each field means; `schema.ts` makes this from the authors' YAML.
 */
import type { Scenario, SegmentMatch } from "../engine/scenario.ts";
import type { State } from "../engine/trace.ts";

export const EXPERIMENT_FORMAT = "lastack-experiment/1";

export type SsTimer = "on" | "keepalive" | "timewait" | "persist";

/** What must be true of a run, in either world. Sockets are named by host and order of appearance. */
export type Expectation =
  /** At a probe, `count` sockets of the host are in the state (and hold that timer, Recv-Q, holder). */
  | {
      readonly expect: "sockets";
      readonly probe: string;
      readonly host: string;
      readonly state: State;
      readonly count: number;
      readonly timer: SsTimer | "none" | null;
      readonly recvq: number | null;
      readonly held: boolean | null;
    }
  /** The states a socket passes, shorter than 100 ms included only if listed. */
  | { readonly expect: "path"; readonly sock: string; readonly states: readonly State[] }
  /** How long a socket stays in a state, all visits added. */
  | {
      readonly expect: "spends";
      readonly sock: string;
      readonly state: State;
      readonly at_least: number;
      readonly at_most: number;
    }
  /** How many segments the host sends that match. */
  | { readonly expect: "segments"; readonly from: string; readonly match: SegmentMatch; readonly count: number }
  /** What the nth such call of a program's thread returns; nth counts from 1. */
  | {
      readonly expect: "call";
      readonly program: string;
      readonly thread: string | null;
      readonly op: string;
      readonly nth: number;
      readonly returns: number | string;
      readonly at_least: number | null;
      readonly at_most: number | null;
    }
  /** A counter of the host over the whole run. */
  | { readonly expect: "counter"; readonly host: string; readonly name: string; readonly value: number };

export type Level = "segments" | "closing" | "states" | "totals";

export interface Experiment extends Scenario {
  readonly format: typeof EXPERIMENT_FORMAT;
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly class: "quick" | "normal" | "long";
  readonly level: Level;
  readonly expect: readonly Expectation[];
  /** Why more than one outcome is right; null: one normal form only. */
  readonly varies: string | null;
}

export type {
  FaultSpec,
  Flag,
  HostSpec,
  InjectSpec,
  LinkSpec,
  OutsideEvent,
  ProbeSpec,
  Relative,
  SegmentMatch,
} from "../engine/scenario.ts";
export type { Endpoint, Program } from "../engine/process/program.ts";
