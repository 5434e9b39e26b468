/**
 * The segments of a run with the numbers people read: relative to the connection's first SYN, which
 * counts 0, so that the first byte is 1. Also what became of each.
 */
import { seqAdd, seqDiff } from "../engine/seq.ts";
import type { WireSegment } from "../engine/trace.ts";
import type { HostInfo, Run } from "./snapshot.ts";

export interface SegmentView {
  readonly seg: number;
  readonly wire: WireSegment;
  readonly from: string;
  readonly to: string;
  readonly sock: string | null;
  /** Index of the `send` event. */
  readonly sent: number;
  /** Indices of the `arrive` events: none if it was lost or is still under way, two if it was duplicated. */
  readonly arrived: readonly number[];
  /** Index of the `lost` event. */
  readonly lost: number | null;
  readonly fault: string | null;
  /** Relative sequence number, and the one after it. */
  readonly seq: number;
  readonly end: number;
  /** Relative acknowledgement number; null without the ACK flag. */
  readonly ack: number | null;
  /** It acknowledges something that no earlier segment of this side did. */
  readonly acksNew: boolean;
  /** Sent before: a retransmission or a probe. */
  readonly again: boolean;
  readonly injected: boolean;
}

const NAMES: readonly [string, string][] = [
  ["S", "SYN"],
  ["F", "FIN"],
  ["R", "RST"],
  ["P", "PSH"],
  [".", "ACK"],
];

/** "F." is "FIN+ACK". */
export function flagWords(flags: string): string {
  return NAMES.flatMap(([letter, word]) => (flags.includes(letter) ? [word] : [])).join("+") || "no flags";
}

/** The name of the host with that address; the address itself if there is none. */
export function hostOf(hosts: readonly HostInfo[], endpoint: string): string {
  const address = endpoint.slice(0, endpoint.lastIndexOf(":"));
  return hosts.find((host) => host.addresses.includes(address))?.name ?? address;
}

/** All segments of the run, by number. */
export function segments(run: Run): ReadonlyMap<number, SegmentView> {
  const found = new Map<
    number,
    SegmentView & { to: string; arrived: number[]; lost: number | null; fault: string | null }
  >();
  /** Per direction "src dst": the first sequence number, the highest end and the highest ack sent. */
  const sides = new Map<string, { isn: number; end: number; ack: number | null }>();
  run.events.forEach((event, index) => {
    if (event.k === "arrive") {
      const segment = found.get(event.seg);
      if (segment) {
        // Behind a NAT the next hop is not who the segment is for.
        segment.to = event.host;
        segment.arrived.push(index);
      }
    } else if (event.k === "lost") {
      const segment = found.get(event.seg);
      if (segment) {
        segment.to = event.host;
        segment.lost = index;
        segment.fault = event.fault;
      }
    } else if (event.k === "send") {
      const syn = event.flags.includes("S");
      const acks = event.flags.includes(".");
      const length = event.len + (syn ? 1 : 0) + (event.flags.includes("F") ? 1 : 0);
      const end = seqAdd(event.seq, length);
      const key = `${event.src} ${event.dst}`;
      const back = sides.get(`${event.dst} ${event.src}`);
      let side = sides.get(key);
      const fresh = syn && side !== undefined && side.isn !== event.seq;
      if (!side || fresh) {
        // A connection that was never seen to open, or a RST from nowhere, is numbered from what its peer acknowledged.
        const isn = syn ? event.seq : seqAdd(back?.ack ?? event.seq, -1);
        side = { isn, end: isn, ack: null };
        if (!event.injected) sides.set(key, side);
      }
      const again = !event.injected && length > 0 && seqDiff(end, side.end) <= 0;
      const acksNew = acks && (side.ack === null || seqDiff(event.ack, side.ack) > 0);
      if (!event.injected && !event.flags.includes("R")) {
        if (!again && length > 0) side.end = end;
        if (acksNew) side.ack = event.ack;
      }
      found.set(event.seg, {
        seg: event.seg,
        wire: event,
        from: event.host,
        to: hostOf(run.hosts, event.dst),
        sock: event.sock,
        sent: index,
        arrived: [],
        lost: null,
        fault: null,
        seq: seqDiff(event.seq, side.isn),
        end: seqDiff(end, side.isn),
        ack: acks ? (back ? seqDiff(event.ack, back.isn) : 0) : null,
        acksNew,
        again,
        injected: event.injected ?? false,
      });
    }
  });
  return found;
}

/**
 * A segment in a few characters: "SYN", "ACK 28", "PSH+ACK seq 1:27", "FIN+ACK seq 1 ack 28". With
 * `short`, data is called data.
 */
export function segmentLabel(segment: SegmentView, short = false): string {
  const { wire } = segment;
  const flags = flagWords(wire.flags);
  const again = segment.again ? ", again" : "";
  if (wire.flags.includes("S")) return flags + again;
  if (wire.flags.includes("R"))
    return wire.flags.includes(".") ? `${flags} ack ${segment.ack ?? 0}` : `${flags} seq ${segment.seq}`;
  const fin = wire.flags.includes("F");
  if (wire.len > 0) {
    const end = segment.seq + wire.len;
    return `${short && !fin ? "data" : flags} seq ${segment.seq}:${end}${again}`;
  }
  if (fin) return `${flags} seq ${segment.seq}${segment.acksNew ? ` ack ${segment.ack ?? 0}` : ""}${again}`;
  return `${flags} ${segment.ack ?? ""}`.trim();
}
