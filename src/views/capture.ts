/**
 * What passes a capture on one host, in order: what it sends and what reaches it. A segment that a host sends to itself
 * passes the loopback interface once; one that an experiment makes up is seen only where it arrives.
 */
import type { WireSegment } from "../engine/trace.ts";
import type { Run } from "./snapshot.ts";
import { WindowScales } from "./packet.ts";

export interface Captured {
  /** Index of the `send` or `arrive` event. */
  readonly event: number;
  readonly t: number;
  readonly seg: number;
  readonly out: boolean;
  readonly wire: WireSegment;
  /** Bits by which the window field is shifted. */
  readonly shift: number;
}

/** The segments on `host`, up to and including the event at `last`. */
export function captured(run: Run, host: string, last = run.events.length - 1): readonly Captured[] {
  const scales = new WindowScales();
  const sent = new Map<number, { wire: WireSegment; shift: number; by: string | null }>();
  const found: Captured[] = [];
  for (const [event, one] of run.events.entries()) {
    if (event > last) break;
    if (one.k === "send")
      sent.set(one.seg, { wire: one, shift: scales.shiftOf(one, one.injected), by: one.injected ? null : one.host });
    if ((one.k !== "send" && one.k !== "arrive") || one.host !== host) continue;
    const known = sent.get(one.seg);
    const out = one.k === "send";
    if (!known || out !== (known.by === host)) continue;
    found.push({ event, t: one.t, seg: one.seg, out, wire: known.wire, shift: known.shift });
  }
  return found;
}
