/**
 * A run as a capture file: what `tcpdump -w` would hold on one host, in pcapng (draft-ietf-opsawg-pcapng), link type RAW,
 * microseconds. Each packet's comment names the rules that sent it or that decided about it when it arrived, with their
 * RFC section and Linux function. Without segments it is a valid capture without packets.
 */
import type { TraceEvent } from "../engine/trace.ts";
import { captured } from "./capture.ts";
import { ruleSource } from "./narrate.ts";
import { packet } from "./packet.ts";
import type { Run } from "./snapshot.ts";

const RAW = 101;
const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const INBOUND = 1;
const OUTBOUND = 2;

/** Says where the file comes from; goes into its header. */
export interface Origin {
  /** Name of the program that writes it. */
  readonly program: string;
  /** About the run: the experiment and its hash. */
  readonly comment: string;
}

/** What a capture on `host` holds, as a pcapng file. */
export function pcapng(run: Run, host: string, origin: Origin): Uint8Array {
  const rules = rulesByEvent(run.events);
  const packets = captured(run, host).map(({ event, t, out, wire, shift }) => {
    const comment = (rules.get(event) ?? []).map(ruleComment).join("\n");
    return enhancedPacket(packet(wire, shift), t, out ? OUTBOUND : INBOUND, comment);
  });
  return join([
    block(SECTION, [
      u32(0x1a2b3c4d),
      new Uint8Array([1, 0, 0, 0]),
      // Length of the section: not said.
      new Uint8Array(8).fill(255),
      options([COMMENT, utf8(origin.comment)], [SHB_USERAPPL, utf8(origin.program)]),
    ]),
    block(INTERFACE, [
      new Uint8Array([RAW, 0, 0, 0]),
      u32(0),
      options([IF_NAME, utf8(host)], [IF_TSRESOL, new Uint8Array([6])]),
    ]),
    ...packets,
  ]);
}

/** The rules behind each segment: of a `send` its own, of an `arrive` those it led to at once on the same host. */
function rulesByEvent(events: readonly TraceEvent[]): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  const add = (index: number, rule: string): void => {
    const list = found.get(index) ?? [];
    if (!list.includes(rule)) found.set(index, [...list, rule]);
  };
  events.forEach((event, index) => {
    if (event.rule == null) return;
    if (event.k === "send") add(index, event.rule);
    if (event.cause != null && events[event.cause]?.k === "arrive") add(event.cause, event.rule);
  });
  return found;
}

function ruleComment(rule: string): string {
  const source = ruleSource(rule);
  return [`rule ${rule}`, source?.rfc, source && `Linux ${source.linux}`].filter((part) => part != null).join("; ");
}

function enhancedPacket(bytes: Uint8Array, t: number, direction: number, comment: string): Uint8Array {
  return block(ENHANCED_PACKET, [
    u32(0),
    u32(Math.floor(t / 2 ** 32)),
    u32(t >>> 0),
    u32(bytes.length),
    u32(bytes.length),
    padded(bytes),
    options(...(comment === "" ? [] : ([[COMMENT, utf8(comment)]] as const)), [EPB_FLAGS, u32(direction)]),
  ]);
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function options(...list: readonly (readonly [code: number, value: Uint8Array])[]): Uint8Array {
  const end = new Uint8Array(4);
  return join([...list.map(([code, value]) => join([u32(code + value.length * 2 ** 16), padded(value)])), end]);
}

function block(type: number, body: readonly Uint8Array[]): Uint8Array {
  const length = u32(12 + body.reduce((sum, piece) => sum + piece.length, 0));
  return join([u32(type), length, ...body, length]);
}
