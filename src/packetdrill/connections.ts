/**
 * Numbers of the script and numbers of the wire. A script writes sequence numbers from its own ISNs and
 * timestamps of its own; the host chooses what it likes. Each connection remembers how one is turned
 * into the other, as packetdrill does.
 */
import type { Emitted } from "../engine/single-host.ts";
import { ACK, endOf, FIN, PSH, RST, type Segment, SYN } from "../engine/segment.ts";
import { seqAdd } from "../engine/seq.ts";
import type { Endpoint } from "../engine/process/program.ts";
import type { Packet, TcpOption } from "./script.ts";

interface Isn {
  readonly script: number;
  readonly live: number;
}

export interface Connection {
  readonly host: Endpoint;
  readonly peer: Endpoint;
  /** null until a SYN of that side was seen. */
  hostIsn: Isn | null;
  peerIsn: Isn | null;
  hostScale: number | null;
  peerScale: number | null;
  /** Live value of each timestamp value the script has given the host. */
  readonly timestamps: Map<number, number>;
  /** The first of them, from which distances are counted. */
  firstTimestamp: Isn | null;
  /** The peer has sent a SYN that no SYN+ACK has answered yet. */
  asked: boolean;
}

export function newConnection(host: Endpoint, peer: Endpoint): Connection {
  return {
    host,
    peer,
    hostIsn: null,
    peerIsn: null,
    hostScale: null,
    peerScale: null,
    timestamps: new Map(),
    firstTimestamp: null,
    asked: false,
  };
}

/** In a SYN a number counts in the ISN space of its side, elsewhere from the ISN. */
function offset(isn: Isn | null, syn: boolean): number {
  if (isn === null) return 0;
  return syn ? seqAdd(isn.live, -isn.script) : isn.live;
}

/** Windows are scaled when both SYNs said so, and never in a SYN (RFC 7323 section 2.2). */
function scale(connection: Connection, side: "host" | "peer", syn: boolean): number {
  const { hostScale, peerScale } = connection;
  if (syn || hostScale === null || peerScale === null) return 0;
  return side === "host" ? hostScale : Math.min(peerScale, 14);
}

const BITS: Readonly<Record<string, number>> = { F: FIN, S: SYN, R: RST, P: PSH, ".": ACK };

function option<Name extends TcpOption["name"]>(packet: Packet, name: Name): Extract<TcpOption, { name: Name }> | null {
  const options = packet.options === "any" ? [] : packet.options;
  return (options.find((one) => one.name === name) as Extract<TcpOption, { name: Name }> | undefined) ?? null;
}

/** The segment to inject, or what is wrong with it. */
export function toLive(connection: Connection, packet: Packet): Segment | string {
  const syn = packet.flags.includes("S");
  if (syn) {
    connection.peerIsn ??= { script: packet.seq, live: packet.seq };
    connection.asked = true;
    connection.peerScale = option(packet, "wscale")?.value ?? null;
  }
  const stamps = option(packet, "TS");
  let ecr = 0;
  if (stamps && stamps.ecr !== 0) {
    const live = connection.timestamps.get(stamps.ecr);
    if (live === undefined) return `the host has never sent the timestamp ${stamps.ecr} that is echoed here`;
    ecr = live;
  }
  return {
    src: endOf(connection.peer.address, connection.peer.port),
    dst: endOf(connection.host.address, connection.host.port),
    flags: [...packet.flags].reduce((sum, letter) => sum | (BITS[letter] ?? 0), 0),
    seq: seqAdd(packet.seq, offset(connection.peerIsn, syn)),
    ack: packet.ack === null || !packet.flags.includes(".") ? 0 : seqAdd(packet.ack, offset(connection.hostIsn, syn)),
    win: (packet.win ?? 0) * 2 ** scale(connection, "peer", syn),
    len: packet.len,
    mss: option(packet, "mss")?.value ?? null,
    ws: option(packet, "wscale")?.value ?? null,
    sack: option(packet, "sackOK") !== null,
    ts: stamps ? { val: stamps.val, ecr } : null,
  };
}

/** A segment the host sent, in the script's numbers. */
export interface Seen {
  readonly flags: string;
  readonly seq: number;
  readonly len: number;
  readonly ack: number | null;
  readonly win: number;
  readonly options: readonly TcpOption[];
}

/**
 * Learns the ISN of the host from its SYN. When the ports are used again the host chooses a new one; a
 * script that calls it as it called the first says that it need not follow from the old connection.
 */
function learnIsn(connection: Connection, segment: Emitted, expected: Packet | null): void {
  const { hostIsn } = connection;
  const again = connection.asked || !segment.flags.includes(".");
  if (hostIsn === null || (again && expected?.seq === hostIsn.script && segment.seq !== hostIsn.live)) {
    connection.hostIsn = { script: expected?.seq ?? 0, live: segment.seq };
    // To packetdrill this is another socket, whose timestamps begin anew.
    connection.timestamps.clear();
    connection.firstTimestamp = null;
  }
  connection.asked = false;
  connection.hostScale = segment.ws;
}

/** @param expected the line the segment is held against: in a SYN it names the ISN */
export function toScript(connection: Connection, segment: Emitted, expected: Packet | null): Seen {
  const syn = segment.flags.includes("S");
  if (syn) learnIsn(connection, segment, expected);
  const acknowledges = segment.flags.includes(".");
  // A RST for a segment without ACK has the number 0 itself (RFC 9293 section 3.10.7.1).
  const plain = segment.flags === "R." && segment.seq === 0;
  return {
    flags: segment.flags === "none" ? "" : segment.flags,
    seq: plain ? 0 : seqAdd(segment.seq, -offset(connection.hostIsn, syn)),
    len: segment.len,
    ack: acknowledges ? seqAdd(segment.ack, -offset(connection.peerIsn, syn)) : null,
    // The kernel rounds up to whole units of the scale (__tcp_select_window).
    win: Math.ceil(segment.win / 2 ** scale(connection, "host", syn)),
    options: optionsOf(segment),
  };
}

/** In the order of tcp_options_write. */
function optionsOf(segment: Emitted): readonly TcpOption[] {
  const nop: TcpOption = { name: "nop" };
  const stamps: TcpOption[] =
    segment.tsval === null ? [] : [{ name: "TS", val: segment.tsval, ecr: segment.tsecr ?? 0 }];
  if (segment.mss === null) return stamps.length === 0 ? [] : [nop, nop, ...stamps];
  const sack: TcpOption = { name: "sackOK" };
  const middle = segment.sack
    ? stamps.length === 0
      ? [nop, nop, sack]
      : [sack, ...stamps]
    : stamps.length === 0
      ? []
      : [nop, nop, ...stamps];
  const scaled: TcpOption[] = segment.ws === null ? [] : [nop, { name: "wscale", value: segment.ws }];
  return [{ name: "mss", value: segment.mss }, ...middle, ...scaled];
}

export function optionText(option: TcpOption): string {
  if (option.name === "TS") return `TS val ${option.val} ecr ${option.ecr}`;
  return "value" in option ? `${option.name} ${option.value}` : option.name;
}

/** As a script writes it. */
export function packetText(packet: Packet | Seen): string {
  const { flags, seq, len, ack, win, options } = packet;
  const parts = [flags === "" ? "-" : flags, `${seq}:${seqAdd(seq, len)}(${len})`];
  if (ack !== null) parts.push(`ack ${ack}`);
  if (win !== null) parts.push(`win ${win}`);
  if (options === "any") parts.push("<...>");
  else if (options.length > 0) parts.push(`<${options.map(optionText).join(",")}>`);
  return parts.join(" ");
}
