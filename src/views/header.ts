/**
 * A segment's headers field by field: where each stands, its bytes, its value as people read it. What a field means is
 * said in the catalogue, under the field's name.
 */
import type { WireSegment } from "../engine/trace.ts";
import { FLAG_BITS, packet, tcpOptions, windowField } from "./packet.ts";
import { flagWords, type SegmentView } from "./segments.ts";

export type FieldName =
  | "version"
  | "totalLength"
  | "dontFragment"
  | "ttl"
  | "protocol"
  | "ipChecksum"
  | "addresses"
  | "ports"
  | "seq"
  | "ack"
  | "dataOffset"
  | "flags"
  | "window"
  | "checksum"
  | "urgent"
  | "mss"
  | "sackOK"
  | "timestamps"
  | "wscale"
  | "nop"
  | "payload";

export interface HeaderField {
  readonly layer: "ip" | "tcp" | "option" | "data";
  readonly field: FieldName;
  /** First byte, counted from the start of the packet, and the bytes themselves in hexadecimal. */
  readonly at: number;
  readonly hex: string;
  /** The raw value. */
  readonly raw: string;
  /** The value as it is meant, where that is another: relative, scaled, or named. Values for the catalogue's sentence. */
  readonly values: Readonly<Record<string, string | number>>;
}

/** How many bytes of data are printed. */
const SHOWN = 8;

/** The fields in the order of the wire. @param shift bits by which the window is shifted; 0 in a SYN */
export function headerFields(segment: SegmentView, shift: number): readonly HeaderField[] {
  const { wire } = segment;
  const bytes = packet(wire, shift);
  const fields: HeaderField[] = [];
  const add = (
    layer: HeaderField["layer"],
    field: FieldName,
    [at, length]: readonly [number, number],
    raw: string | number,
    values: HeaderField["values"] = {},
  ): void => {
    fields.push({ layer, field, at, hex: hex(bytes.subarray(at, at + length)), raw: String(raw), values });
  };
  const word = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  add("ip", "version", [0, 1], "4, 5");
  add("ip", "totalLength", [2, 2], word(2), { bytes: word(2) });
  add("ip", "dontFragment", [6, 2], "DF");
  add("ip", "ttl", [8, 1], bytes[8] ?? 0);
  add("ip", "protocol", [9, 1], bytes[9] ?? 0);
  add("ip", "ipChecksum", [10, 2], `0x${hex(bytes.subarray(10, 12)).replace(" ", "")}`);
  add("ip", "addresses", [12, 8], `${host(wire.src)}, ${host(wire.dst)}`, { from: segment.from, to: segment.to });
  add("tcp", "ports", [20, 4], `${port(wire.src)}, ${port(wire.dst)}`);
  add("tcp", "seq", [24, 4], wire.seq, { relative: segment.seq, next: segment.end });
  add("tcp", "ack", [28, 4], wire.ack, { relative: segment.ack ?? "", isSet: segment.ack === null ? 0 : 1 });
  add("tcp", "dataOffset", [32, 1], (bytes[32] ?? 0) >> 4, { bytes: ((bytes[32] ?? 0) >> 4) * 4 });
  add("tcp", "flags", [33, 1], bits(wire), { flags: flagWords(wire.flags) });
  add("tcp", "window", [34, 2], windowField(wire, shift), { shift, bytes: windowField(wire, shift) * 2 ** shift });
  add("tcp", "checksum", [36, 2], `0x${hex(bytes.subarray(36, 38)).replace(" ", "")}`);
  add("tcp", "urgent", [38, 2], word(38));
  let at = 40;
  for (const option of tcpOptions(wire)) {
    switch (option.kind) {
      case "nop":
        add("option", "nop", [at, 1], 1);
        at += 1;
        break;
      case "mss":
        add("option", "mss", [at, 4], option.bytes, { bytes: option.bytes });
        at += 4;
        break;
      case "wscale":
        add("option", "wscale", [at, 3], option.shift, { shift: option.shift, factor: 2 ** option.shift });
        at += 3;
        break;
      case "sackOK":
        add("option", "sackOK", [at, 2], 4);
        at += 2;
        break;
      case "timestamps":
        add("option", "timestamps", [at, 10], `${option.val}, ${option.ecr}`, { val: option.val, ecr: option.ecr });
        at += 10;
    }
  }
  if (wire.len > 0) {
    add("data", "payload", [at, Math.min(wire.len, SHOWN)], wire.len, {
      bytes: wire.len,
      first: segment.seq,
      last: segment.seq + wire.len - 1,
    });
  }
  return fields;
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
const host = (end: string): string => end.slice(0, end.lastIndexOf(":"));
const port = (end: string): string => end.slice(end.lastIndexOf(":") + 1);

/** The flags as eight bits: CWR, ECE, URG, ACK, PSH, RST, SYN, FIN. */
function bits({ flags }: WireSegment): string {
  return [...flags]
    .reduce((sum, letter) => sum + (FLAG_BITS[letter] ?? 0), 0)
    .toString(2)
    .padStart(8, "0");
}
