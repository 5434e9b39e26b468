/**
 * A segment as the bytes on the wire: an IPv4 header (RFC 791), a TCP header (RFC 9293 section 3.1), options in the
 * order Linux writes them (tcp_options_write), both checksums right. The trace keeps a length and no data, so the
 * payload is made of letters that depend on the sequence number only: what is sent again is the same again.
 */
import { seqAdd } from "../engine/seq.ts";
import type { WireSegment } from "../engine/trace.ts";

/** One option of a TCP header; `nop` pads. */
export type TcpOption =
  | { readonly kind: "nop" }
  | { readonly kind: "mss"; readonly bytes: number }
  | { readonly kind: "wscale"; readonly shift: number }
  | { readonly kind: "sackOK" }
  | { readonly kind: "timestamps"; readonly val: number; readonly ecr: number };

const NOP: TcpOption = { kind: "nop" };

/** Bits of the flags in a TCP header, by tcpdump's letters. */
export const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, ".": 16 };

/** The options of a segment, padding included. */
export function tcpOptions({ flags, mss, ws, sack, tsval, tsecr }: WireSegment): readonly TcpOption[] {
  const stamps: readonly TcpOption[] = tsval === null ? [] : [{ kind: "timestamps", val: tsval, ecr: tsecr ?? 0 }];
  if (!flags.includes("S")) return stamps.length === 0 ? [] : [NOP, NOP, ...stamps];
  const options: TcpOption[] = [];
  if (mss !== null) options.push({ kind: "mss", bytes: mss });
  if (stamps.length > 0) options.push(...(sack ? ([{ kind: "sackOK" }] as const) : [NOP, NOP]), ...stamps);
  else if (sack) options.push(NOP, NOP, { kind: "sackOK" });
  if (ws !== null) options.push(NOP, { kind: "wscale", shift: ws });
  return options;
}

/** Remembers the window scales that SYN segments offer. Feed it every segment of a run, in order. */
export class WindowScales {
  readonly #offered = new Map<string, number>();

  /**
   * Takes a segment and says by how many bits its window field is shifted: none in a SYN, or if one side offered none.
   * A SYN that an experiment makes up (`injected`) offers nothing to anybody.
   */
  shiftOf(wire: WireSegment, injected = false): number {
    const key = `${wire.src} ${wire.dst}`;
    if (wire.flags.includes("S")) {
      if (!injected && wire.ws === null) this.#offered.delete(key);
      else if (!injected && wire.ws !== null) this.#offered.set(key, wire.ws);
      return 0;
    }
    return this.#offered.has(`${wire.dst} ${wire.src}`) ? (this.#offered.get(key) ?? 0) : 0;
  }
}

/** The window as it stands in the header: 16 bits. */
export function windowField(wire: WireSegment, shift: number): number {
  return Math.min(Math.floor(wire.win / 2 ** shift), 0xffff);
}

/** The IPv4 packet. @param shift bits by which its window field is shifted */
export function packet(wire: WireSegment, shift: number): Uint8Array {
  const options = optionBytes(tcpOptions(wire));
  const [src, dst] = [endpoint(wire.src), endpoint(wire.dst)];
  const header = 40 + options.length;
  const bytes = new Uint8Array(header + wire.len);
  const view = new DataView(bytes.buffer);
  // IPv4: version 4, five words; no identification, as RFC 6864 allows with DF; 64 hops; protocol 6.
  bytes[0] = 0x45;
  view.setUint16(2, bytes.length);
  bytes[6] = 0x40;
  bytes[8] = 64;
  bytes[9] = 6;
  bytes.set(src.address, 12);
  bytes.set(dst.address, 16);
  view.setUint16(10, checksum(bytes.subarray(0, 20), 0));
  view.setUint16(20, src.port);
  view.setUint16(22, dst.port);
  view.setUint32(24, wire.seq);
  view.setUint32(28, wire.ack);
  bytes[32] = ((20 + options.length) / 4) << 4;
  bytes[33] = [...wire.flags].reduce((sum, letter) => sum + (FLAG_BITS[letter] ?? 0), 0);
  view.setUint16(34, windowField(wire, shift));
  bytes.set(options, 40);
  for (let i = 0; i < wire.len; i += 1) bytes[header + i] = 97 + (seqAdd(wire.seq, i) % 26);
  // The pseudo header: both addresses, the protocol, the length of the segment.
  const pseudo = sum16(bytes.subarray(12, 20)) + 6 + bytes.length - 20;
  view.setUint16(36, checksum(bytes.subarray(20), pseudo));
  return bytes;
}

const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];

function optionBytes(options: readonly TcpOption[]): number[] {
  return options.flatMap((option): number[] => {
    switch (option.kind) {
      case "nop":
        return [1];
      case "mss":
        return [2, 4, ...u16(option.bytes)];
      case "wscale":
        return [3, 3, option.shift];
      case "sackOK":
        return [4, 2];
      case "timestamps":
        return [8, 10, ...u32(option.val), ...u32(option.ecr)];
    }
  });
}

function endpoint(text: string): { address: number[]; port: number } {
  const colon = text.lastIndexOf(":");
  return { address: text.slice(0, colon).split(".").map(Number), port: Number(text.slice(colon + 1)) };
}

function sum16(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  return sum;
}

/** The Internet checksum (RFC 1071) of the bytes and of what was summed before. */
function checksum(bytes: Uint8Array, before: number): number {
  let sum = sum16(bytes) + before;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
