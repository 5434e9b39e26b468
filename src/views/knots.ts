/**
 * Moments at which a ring of threads closes: each waits for the next, and nothing on its way could free one of them. Only
 * a run of the engine can be asked, and only once it is at rest: within a moment threads pass through such rings.
 */
import type { Snapshot } from "./snapshot.ts";
import { lastEvent, type Story } from "./steps.ts";
import { threadLabel, waitCycle } from "./threads.ts";

export interface Knot {
  /** The last step of the moment in which it closes. */
  readonly n: number;
  /** The threads, each of which waits for the next one, and the last for the first. */
  readonly ring: readonly string[];
  /** It still holds when the run ends. */
  readonly lasts: boolean;
}

/** A moment is over when nothing happens for so long, microseconds. */
const REST = 20_000;

/** The knots of a run, in order. */
export function knots(story: Story): readonly Knot[] {
  const { inside } = story.run;
  if (!inside) return [];
  const found: Knot[] = [];
  let before = "";
  for (const step of story.steps) {
    const next = story.steps[step.n];
    const now = story.after[step.n - 1];
    if (!now || (next && next.t - step.t < REST)) continue;
    const ring = mayLock(now) ? waitCycle(inside(lastEvent(story, step.n))).slice(0, -1) : [];
    const names = ring.map((one) => threadLabel(one, now.threads));
    if (names.length > 0 && names.join() !== before) found.push({ n: step.n, ring: names, lasts: false });
    before = names.join();
  }
  return found.map((knot, i) => ({ ...knot, lasts: i === found.length - 1 && before !== "" }));
}

/** Looking inside costs a run, so a snapshot decides first: a thread waits on a connection whose other end waits, too. */
function mayLock({ sockets, threads }: Snapshot): boolean {
  const waiting = threads.filter(({ ended, op }) => !ended && op !== null && op !== "accept");
  return waiting.some(({ sock }) => {
    const own = sockets.find((one) => one.sock === sock);
    const end = own && sockets.find((one) => one.listed && one.local === own.remote && one.remote === own.local);
    if (!end) return false;
    const listener = sockets.find((one) => one.host === end.host && one.state === "LISTEN");
    const program = end.holder?.program ?? listener?.holder?.program;
    return waiting.some((other) => other.host === end.host && other.program === program);
  });
}
