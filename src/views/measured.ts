/** The few numbers of a recording that its page prints beside it. Times in microseconds. */
import type { State, TraceEvent } from "../engine/trace.ts";
import { CLOSING_STATES } from "./states.ts";

interface Recorded {
  readonly header: { readonly until: number; readonly hosts: readonly { readonly name: string }[] };
  readonly events: readonly TraceEvent[];
}

/** How long each socket stayed in each closing state, in order of entry; stays under a millisecond are left out. */
export function closingTimes({ header, events }: Recorded): readonly { sock: string; state: State; us: number }[] {
  const stays: { sock: string; state: State; from: number; to: number | null }[] = [];
  const open = new Map<string, (typeof stays)[number]>();
  for (const event of events) {
    if (event.k !== "state") continue;
    const before = open.get(event.sock);
    if (before) before.to = event.t;
    const stay = { sock: event.sock, state: event.to, from: event.t, to: null };
    open.set(event.sock, stay);
    stays.push(stay);
  }
  return stays
    .map(({ sock, state, from, to }) => ({ sock, state, us: (to ?? header.until) - from }))
    .filter(({ state, us }) => CLOSING_STATES.includes(state) && us >= 1000);
}

/**
 * How many segments each host sent; a word where the recording cannot say. On a direct link there is no relay that could
 * have seen them, and of a large run only counts were kept.
 */
export function segmentCounts(
  { header, events }: Recorded,
  link: "relay" | "direct",
): readonly { host: string; count: number }[] | "direct" | "counts-only" {
  if (link === "direct") return "direct";
  if (events.every(({ k }) => k !== "send" && k !== "sock")) return "counts-only";
  return header.hosts.map(({ name }) => ({
    host: name,
    count: events.filter((event) => event.k === "send" && event.host === name && !event.injected).length,
  }));
}
