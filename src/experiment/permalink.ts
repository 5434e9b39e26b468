/**
 * Links to a moment of a run: `#x=close-four@42&v=2&h=1a2b3c4d&c=fd031&f=2&p=why`. `x` is the experiment and the index
 * of an event in the engine's trace; `v` the version of this form; `h` the start of the experiment's hash, so that a
 * link made before the experiment changed can say so; `c` the reader's changes (`change-codec.ts`), with which the run
 * starts; `u` where that run ends, microseconds, if the reader decides it; `f` the connection that is followed, by its
 * number in the run; `p` the panels that are open. What a reader does not know is left alone, never a failure: so a key
 * may be added without a new version, and a version says that an old key means something else.
 */
export const LINK_VERSION = 2;

/** How many hex digits of the hash a link carries. */
const DIGITS = 8;

export interface Permalink {
  readonly experiment: string;
  /** Index of an event; null: the start of the run. */
  readonly event: number | null;
  readonly version: number;
  readonly hash: string | null;
  /** The changes as they stand in the link; `readChanges` in read-changes.ts reads them. */
  readonly changes: readonly string[];
  /** Where the run ends, microseconds; null: where the experiment says. */
  readonly until: number | null;
  /** Id of the connection that is followed; null: all are shown. */
  readonly follow: number | null;
  readonly panels: readonly string[];
}

/** What could not be taken from a link as it stands. The words are in the catalogue. */
export type LinkProblem = "unknown-experiment" | "newer-version" | "experiment-changed" | "no-such-event";

export interface ResolvedLink {
  /** The nearest event that exists. */
  readonly event: number;
  readonly problem: LinkProblem | null;
}

/** What a link may hold beside experiment and step. */
interface LinkMore {
  /** Changes as `encodeChange` writes them. */
  readonly changes?: readonly string[];
  readonly until?: number | null;
  readonly follow?: number | null;
  readonly panels?: readonly string[];
}

/** The part of the address from `#` on. */
export function encodeLink(
  experiment: string,
  event: number,
  hash: string,
  { changes = [], until = null, follow = null, panels = [] }: LinkMore = {},
): string {
  return [
    `#x=${experiment}@${event}&v=${LINK_VERSION}&h=${hash.slice(0, DIGITS)}`,
    changes.length === 0 ? "" : `&c=${changes.join("~")}`,
    until === null ? "" : `&u=${until.toString(36)}`,
    follow === null ? "" : `&f=${follow}`,
    panels.length === 0 ? "" : `&p=${panels.join(",")}`,
  ].join("");
}

/** Reads what `encodeLink` wrote, and what a person made of it. null: not a link to a run. */
export function decodeLink(fragment: string): Permalink | null {
  const text = fragment.replace(/^#/, "");
  const keys = new URLSearchParams(text);
  const x = keys.get("x");
  if (x === null || x === "") return null;
  const at = x.lastIndexOf("@");
  const experiment = at < 0 ? x : x.slice(0, at);
  const number = at < 0 ? "" : x.slice(at + 1);
  const version = keys.get("v") ?? "";
  const hash = keys.get("h");
  // Taken as it stands: a token may hold JSON, which is decoded by itself.
  const changes = /(?:^|&)c=([^&]*)/.exec(text)?.[1] ?? "";
  const until = keys.get("u") ?? "";
  const follow = keys.get("f") ?? "";
  return {
    experiment,
    event: /^\d{1,9}$/.test(number) ? Number(number) : number === "" ? null : Infinity,
    version: /^\d{1,4}$/.test(version) ? Number(version) : LINK_VERSION,
    hash: hash !== null && /^[0-9a-f]{4,64}$/.test(hash) ? hash : null,
    changes: changes
      .replace(/%7e/gi, "~")
      .split("~")
      .filter((token) => token !== ""),
    until: /^[0-9a-z]+$/.test(until) ? parseInt(until, 36) : null,
    follow: /^[1-9]\d{0,3}$/.test(follow) ? Number(follow) : null,
    panels: (keys.get("p") ?? "").split(",").filter((panel) => /^[a-z0-9-]{1,20}$/.test(panel)),
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
