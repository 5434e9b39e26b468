/**
 * What `tcpdump -nn -ttttt` prints on a host, as tcpdump 4.99 prints it (print-tcp.c). Numbers are
 * relative from the segment after the SYN+ACK on; a RST without ACK keeps its absolute number, because
 * tcpdump looks a conversation up only when the ACK flag is set.
 */
import { seqAdd, seqDiff } from "../engine/seq.ts";
import type { WireSegment } from "../engine/trace.ts";
import { stopwatch } from "./time.ts";
import type { Run } from "./snapshot.ts";

export interface DumpLine {
  /** Index of the event: a `send` of this host or an `arrive` at it. */
  readonly event: number;
  readonly seg: number;
  /** Since the first line, "00:00:00.200199". */
  readonly time: string;
  /** From "IP" on. */
  readonly text: string;
}

/** What a capture on `host` holds up to and including the event at `last`. */
export function tcpdump(run: Run, host: string, last = run.events.length - 1): readonly DumpLine[] {
  const wires = new Map<number, WireSegment>();
  const scales = new Map<string, number>();
  const origins = new Map<string, { seq: number; ack: number; from: string }>();
  const lines: DumpLine[] = [];
  let first: number | null = null;
  run.events.forEach((event, index) => {
    if (index > last) return;
    if (event.k === "send") wires.set(event.seg, event);
    if ((event.k !== "send" && event.k !== "arrive") || event.host !== host) return;
    if (event.k === "send" && event.injected) return;
    const wire = wires.get(event.seg);
    if (!wire) return;
    first ??= event.t;
    lines.push({ event: index, seg: event.seg, time: stopwatch(event.t - first), text: line(wire, scales, origins) });
  });
  return lines;
}

function line(
  wire: WireSegment,
  scales: Map<string, number>,
  origins: Map<string, { seq: number; ack: number; from: string }>,
): string {
  const syn = wire.flags.includes("S");
  const acks = wire.flags.includes(".");
  const pair = [wire.src, wire.dst].sort().join(" ");
  if (syn) scales.set(`${wire.src} ${wire.dst}`, wire.ws ?? 0);
  // The window field of every later segment is shifted, if both sides offered a scale.
  const mine = scales.get(`${wire.src} ${wire.dst}`) ?? 0;
  const theirs = scales.has(`${wire.dst} ${wire.src}`);
  const win = syn || !theirs ? wire.win : Math.floor(wire.win / 2 ** mine);

  let { seq, ack } = wire;
  if (acks) {
    const origin = origins.get(pair);
    if (!origin || syn) origins.set(pair, { seq, ack: seqAdd(ack, -1), from: wire.src });
    else {
      const own = origin.from === wire.src;
      seq = seqDiff(seq, own ? origin.seq : origin.ack) >>> 0;
      ack = seqDiff(ack, own ? origin.ack : origin.seq) >>> 0;
    }
  }
  const parts = [`Flags [${wire.flags}]`];
  if (wire.len > 0) parts.push(`seq ${seq}:${seqAdd(seq, wire.len)}`);
  else if (/[SFR]/.test(wire.flags)) parts.push(`seq ${seq}`);
  if (acks) parts.push(`ack ${ack}`);
  parts.push(`win ${win}`);
  const options = optionText(wire, syn);
  if (options !== "") parts.push(`options [${options}]`);
  parts.push(`length ${wire.len}`);
  const dotted = (endpoint: string): string => endpoint.replace(":", ".");
  return `IP ${dotted(wire.src)} > ${dotted(wire.dst)}: ${parts.join(", ")}`;
}

/** Options in the order Linux writes them (tcp_options_write). */
function optionText(wire: WireSegment, syn: boolean): string {
  const stamps = wire.tsval === null ? null : `TS val ${wire.tsval} ecr ${wire.tsecr ?? 0}`;
  if (!syn) return stamps === null ? "" : `nop,nop,${stamps}`;
  const options: string[] = [];
  if (wire.mss !== null) options.push(`mss ${wire.mss}`);
  if (stamps !== null) options.push(wire.sack ? "sackOK" : "nop,nop", stamps);
  else if (wire.sack) options.push("nop,nop,sackOK");
  if (wire.ws !== null) options.push(`nop,wscale ${wire.ws}`);
  return options.join(",");
}
