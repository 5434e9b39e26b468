/** Where two futures of one experiment part, for who reads them step by step. */
import { endpointNames } from "../experiment/normal-endpoints.ts";
import { stepAt, type Story } from "./steps.ts";

export interface Parting {
  /** Microseconds; null: nothing differs that a step tells. */
  readonly t: number | null;
  /** The step in which the second run leaves the first; null: it has none any more when the first goes on. */
  readonly step: number | null;
  /** Nothing differs but numbers that are drawn: ports, first sequence numbers, timestamps. */
  readonly numbers: boolean;
}

/** Fields that are compared in another form, or that are places in the list of events. */
const ASIDE = new Set(["cause", "src", "dst", "local", "remote", "seq", "ack", "tsval", "tsecr"]);

interface Seen {
  readonly index: number;
  readonly t: number;
  readonly text: string;
}

/**
 * What happens in a run, with ports by the order in which they appear and sequence numbers counted from the SYN. A probe
 * only looks, and what a note says changed nothing.
 */
function seen({ run, segments }: Story): readonly Seen[] {
  const named = endpointNames(run.hosts);
  return run.events.flatMap((event, index) => {
    if (event.k === "probe" || event.k === "capture" || event.k === "note") return [];
    const parts = [JSON.stringify(event, (key, value: unknown) => (ASIDE.has(key) ? undefined : value))];
    if (event.k === "sock") parts.push(named(event.local, event.host), named(event.remote, event.host));
    if (event.k === "send") {
      const segment = segments.get(event.seg);
      parts.push(named(event.src, event.host), named(event.dst, event.host));
      parts.push(`${segment?.seq} ${segment?.ack} ${event.tsval === null}`);
    }
    return [{ index, t: event.t, text: parts.join(" ") }];
  });
}

/** Where `story` leaves `other`. */
export function parting(other: Story, story: Story): Parting {
  const [before, after] = [seen(other), seen(story)];
  const most = Math.max(before.length, after.length);
  for (let i = 0; i < most; i += 1) {
    const [one, two] = [before[i], after[i]];
    if (one?.text === two?.text) continue;
    // A run that ends here lacks what the other tells in that step; up to it they count alike.
    const step = two ? stepAt(story, two.index) : stepAt(other, one?.index ?? 0);
    return { t: (two ?? one)?.t ?? 0, step: step <= story.steps.length ? step : null, numbers: false };
  }
  return { t: null, step: null, numbers: JSON.stringify(other.run.events) !== JSON.stringify(story.run.events) };
}
