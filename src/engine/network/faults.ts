/** Which fault, if any, a segment meets. Faults count what they match; the first that applies wins. */
import type { FaultSpec, Flag } from "../scenario.ts";
import { ACK, FIN, PSH, RST, type Segment, SYN } from "../segment.ts";
import type { World } from "../world/world.ts";

const BIT: Readonly<Record<Flag, number>> = { FIN, SYN, RST, PSH, ACK };

export function flagBits(flags: readonly Flag[]): number {
  return flags.reduce((sum, flag) => sum | BIT[flag], 0);
}

export function matches(match: FaultSpec["match"], segment: Segment): boolean {
  const must = flagBits(match.has);
  const mustNot = flagBits(match.lacks);
  if ((segment.flags & must) !== must || (segment.flags & mustNot) !== 0) return false;
  if (match.data !== null && match.data !== segment.len > 0) return false;
  return match.port === null || segment.src.port === match.port || segment.dst.port === match.port;
}

/** Counts the segment for every fault it matches; returns the index of the one that acts, or null. */
export function meetFault(world: World, faults: readonly FaultSpec[], from: string, segment: Segment): number | null {
  if (faults.length === 0) return null;
  let acting: number | null = null;
  const seen = [...world.faultSeen];
  faults.forEach((fault, index) => {
    if (fault.from !== from || world.now < fault.after || (fault.before !== null && world.now >= fault.before)) return;
    if (!matches(fault.match, segment)) return;
    // A hold that has been released lets everything pass.
    if (fault.act.do === "hold" && world.now >= fault.act.release) return;
    const nth = (seen[index] ?? 0) + 1;
    seen[index] = nth;
    if (acting === null && (fault.nth === null || fault.nth === nth)) acting = index;
  });
  world.faultSeen = seen;
  return acting;
}
