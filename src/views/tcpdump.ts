/**
 * What `tcpdump -nn -ttttt` prints on a host, as tcpdump 4.99 prints it (print-tcp.c). Numbers are
 * relative from the segment after the SYN+ACK on; a RST without ACK keeps its absolute number, because
 * tcpdump looks a conversation up only when the ACK flag is set.
 */
import { seqAdd, seqDiff } from "../engine/seq.ts";
import type { WireSegment } from "../engine/trace.ts";
import { captured } from "./capture.ts";
import { type TcpOption, tcpOptions, windowField } from "./packet.ts";
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
export function tcpdump(run: Run, host: string, last?: number): readonly DumpLine[] {
  const origins = new Map<string, Origin>();
  const lines = captured(run, host, last);
  const first = lines[0]?.t ?? 0;
  return lines.map(({ event, seg, t, wire, shift }) => ({
    event,
    seg,
    time: stopwatch(t - first),
    text: line(wire, windowField(wire, shift), origins),
  }));
}

/** The numbers from which a conversation's are counted, as its first segment with ACK had them. */
interface Origin {
  readonly seq: number;
  readonly ack: number;
  readonly from: string;
}

function line(wire: WireSegment, win: number, origins: Map<string, Origin>): string {
  const syn = wire.flags.includes("S");
  const acks = wire.flags.includes(".");
  const pair = [wire.src, wire.dst].sort().join(" ");
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
  const options = tcpOptions(wire).map(optionText).join(",");
  if (options !== "") parts.push(`options [${options}]`);
  parts.push(`length ${wire.len}`);
  const dotted = (endpoint: string): string => endpoint.replace(":", ".");
  return `IP ${dotted(wire.src)} > ${dotted(wire.dst)}: ${parts.join(", ")}`;
}

function optionText(option: TcpOption): string {
  switch (option.kind) {
    case "mss":
      return `mss ${option.bytes}`;
    case "wscale":
      return `wscale ${option.shift}`;
    case "timestamps":
      return `TS val ${option.val} ecr ${option.ecr}`;
    default:
      return option.kind;
  }
}
