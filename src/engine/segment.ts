/** Segments between hosts: the header fields that matter for closing, and a length instead of bytes. */
import type { Endpoint } from "./process/program.ts";
import { seqAdd } from "./seq.ts";
import type { FlagText } from "./trace.ts";

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** Timestamps option (RFC 7323 section 3): 32-bit values in milliseconds, as Linux counts them. */
export interface Timestamps {
  readonly val: number;
  readonly ecr: number;
}

/** One end of a connection. What is asked for at every segment is written down once. */
export interface End extends Endpoint {
  /** As traces show it. */
  readonly text: string;
  /** The six bytes of address and port as one number. */
  readonly wire: number;
}

export function endOf(address: string, port: number): End {
  return { address, port, text: `${address}:${port}`, wire: wireOf(address, port) };
}

/** `End.wire` of an address and a port. */
export function wireOf(address: string, port: number): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) * 65_536 + port;
}

/** The end whose `wire` this is. */
export function endFromWire(wire: number): End {
  const address = Math.floor(wire / 65_536);
  const text = `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
  return endOf(text, wire % 65_536);
}

export interface Segment {
  readonly src: End;
  readonly dst: End;
  /** Sum of FIN, SYN, RST, PSH, ACK. */
  readonly flags: number;
  readonly seq: number;
  /** 0 without the ACK flag. */
  readonly ack: number;
  /** Bytes, already scaled. */
  readonly win: number;
  /** Payload bytes. */
  readonly len: number;
  /** In SYN segments only. */
  readonly mss: number | null;
  readonly ws: number | null;
  readonly sack: boolean;
  readonly ts: Timestamps | null;
}

export function has(segment: Segment, flag: number): boolean {
  return (segment.flags & flag) !== 0;
}

/** Whether it holds something that must arrive; a SYN aside. */
export function hasDataOrFin(segment: Segment): boolean {
  return segment.len > 0 || has(segment, FIN);
}

/** Sequence number after the segment; SYN and FIN count one each (RFC 9293 section 3.4). */
export function endSeq(segment: Segment): number {
  return seqAdd(segment.seq, segment.len + (has(segment, SYN) ? 1 : 0) + (has(segment, FIN) ? 1 : 0));
}

/** Flags as tcpdump writes them. */
export function flagText(flags: number): FlagText {
  return FLAG_TEXTS[flags] ?? "none";
}

const FLAG_TEXTS: readonly FlagText[] = Array.from({ length: 2 * ACK }, (_, flags) => {
  const text = ["F", "S", "R", "P", "."].filter((_letter, bit) => flags & (1 << bit)).join("");
  return text === "" ? "none" : text;
});

export function endpointText(endpoint: Endpoint): string {
  return `${endpoint.address}:${endpoint.port}`;
}
