/**
 * Links to a moment of a run: `#x=close-four@42&v=1&h=1a2b3c4d`. `x` is the experiment and the index of
 * an event in the engine's trace; `v` the version of this form; `h` the start of the experiment's hash,
 * so that a link made before the experiment changed can say so. A later version adds keys (changes
 * made by the reader, open panels); what a reader does not know is left alone, never a failure.
 */

export const LINK_VERSION = 1;

/** How many hex digits of the hash a link carries. */
const DIGITS = 8;

export interface Permalink {
  readonly experiment: string;
  /** Index of an event; null: the start of the run. */
  readonly event: number | null;
  readonly version: number;
  readonly hash: string | null;
}

/** What could not be taken from a link as it stands. The words are in the catalogue. */
export type LinkProblem = "unknown-experiment" | "newer-version" | "experiment-changed" | "no-such-event";

export interface ResolvedLink {
  /** The nearest event that exists. */
  readonly event: number;
  readonly problem: LinkProblem | null;
}

/** The part of the address from `#` on. */
export function encodeLink(experiment: string, event: number, hash: string): string {
  return `#x=${experiment}@${event}&v=${LINK_VERSION}&h=${hash.slice(0, DIGITS)}`;
}

/** Reads what `encodeLink` wrote, and what a person made of it. null: not a link to a run. */
export function decodeLink(fragment: string): Permalink | null {
  const keys = new URLSearchParams(fragment.replace(/^#/, ""));
  const x = keys.get("x");
  if (x === null || x === "") return null;
  const at = x.lastIndexOf("@");
  const experiment = at < 0 ? x : x.slice(0, at);
  const number = at < 0 ? "" : x.slice(at + 1);
  const version = keys.get("v") ?? "";
  const hash = keys.get("h");
  return {
    experiment,
    event: /^\d{1,9}$/.test(number) ? Number(number) : number === "" ? null : Infinity,
    version: /^\d{1,4}$/.test(version) ? Number(version) : LINK_VERSION,
    hash: hash !== null && /^[0-9a-f]{4,64}$/.test(hash) ? hash : null,
  };
}

/**
 * Where a link leads in the run at hand.
 * @param events how many events the run has
 */
export function resolveLink(
  link: Permalink,
  run: { readonly experiment: string; readonly hash: string; readonly events: number },
): ResolvedLink {
  const last = Math.max(run.events - 1, 0);
  if (link.experiment !== run.experiment) return { event: 0, problem: "unknown-experiment" };
  const wanted = link.event ?? 0;
  const event = Math.min(wanted, last);
  if (link.version > LINK_VERSION) return { event, problem: "newer-version" };
  if (link.hash !== null && !run.hash.startsWith(link.hash)) return { event, problem: "experiment-changed" };
  return { event, problem: wanted > last ? "no-such-event" : null };
}
