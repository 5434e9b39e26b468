/** One difference between a run of the engine and a recording, and where it lies. */
import { seconds } from "./normal-form.ts";

export type DifferenceCode =
  /** The traces are of different experiments, or of different versions of one. */
  | "experiment"
  | "socket-missing"
  | "socket-extra"
  | "endpoints"
  | "segment-missing"
  | "segment-extra"
  | "segment"
  /** The kernel was in a state, or in an order of states, that the engine does not have. */
  | "state-extra"
  /** The engine was 100 ms or longer in a state the kernel never showed. */
  | "state-unseen"
  | "thread-missing"
  | "thread-extra"
  | "call-missing"
  | "call-extra"
  | "call"
  | "call-count"
  | "time"
  | "probe-missing"
  | "probe-extra"
  | "probe-socket"
  | "probe-count"
  | "counter";

export interface Difference {
  readonly code: DifferenceCode;
  /** Which stream of the normal form: "A1 segments", "client/main calls", "B at late", "A counters". */
  readonly stream: string;
  /** Position in that stream, counted from 0; null if it is about the whole. */
  readonly index: number | null;
  /** Microseconds, in the engine's time where the engine has it. */
  readonly at: number;
  /** What each world shows; null where it shows nothing. Times are written as seconds. */
  readonly engine: string | null;
  readonly kernel: string | null;
  /** For `time`: earliest and latest time that would agree, as seconds. */
  readonly allowed: readonly [string, string] | null;
}

/** Where a difference lies, "A1 segments[3]". */
export function placeOf({ stream, index }: Difference): string {
  return index === null ? stream : `${stream}[${index}]`;
}

/** Values for the sentence of a difference; its template is named by the code. */
export function differenceValues(difference: Difference): Record<string, string> {
  const { code, at, engine, kernel, allowed } = difference;
  return {
    code,
    place: placeOf(difference),
    at: seconds(at),
    engine: engine || "-",
    kernel: kernel || "-",
    earliest: allowed?.[0] ?? "-",
    latest: allowed?.[1] ?? "-",
  };
}
