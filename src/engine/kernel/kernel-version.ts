/**
 * The Linux version a host runs, as the rules ask for it: every dated fact with the value it has there. The table is
 * `dated-facts.ts`; nothing here adds to it.
 */
import { DATED_FACTS, type DatedFactId, factAt } from "./dated-facts.ts";

/** The release the recordings come from. A host that names no version runs this one. */
export const RECORDED_KERNEL = "6.18.44";

type ValueOf<Id extends DatedFactId> = Extract<(typeof DATED_FACTS)[number], { id: Id }>["changes"][number]["value"];

export type KernelFacts = { readonly [Id in DatedFactId]: ValueOf<Id> };

/** The facts that change no run of the engine, and why. Every other one is asked for by a rule. */
export const NOT_FOLLOWED = {
  "connect.port-search": "how fast the search is; a run has no such time",
  "time-wait.timer": "one of a few seconds' worth of entries at a time; the engine ends each by itself",
  "close.unread": "data read and still in the queue, which the engine never has",
  "pingpong-threshold": "when ACKs begin to be delayed; the engine begins after one answer, on every version",
  "sysctls.tcp_fin_timeout": "the engine's hosts are machines of their own",
  "sysctls.tcp_tw_reuse": "the engine's hosts are machines of their own",
  "time-wait.entry-size": "memory is not modelled",
  "orphan-count": "orphans are counted exactly",
} as const satisfies Partial<Record<DatedFactId, string>>;

/** Every dated fact on a version, "4.4" or "6.1.192". @throws RangeError if the text does not begin with a version */
export function kernelFacts(version: string): KernelFacts {
  return Object.fromEntries(DATED_FACTS.map(({ id }) => [id, factAt(id, version).value])) as KernelFacts;
}
