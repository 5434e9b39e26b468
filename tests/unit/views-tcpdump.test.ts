import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TraceEvent, WireSegment } from "../../src/engine/trace.ts";
import { run } from "../../src/experiment/run.ts";
import { findTool } from "../../scripts/tools.ts";
import type { Run } from "../../src/views/snapshot.ts";
import { tcpdump } from "../../src/views/tcpdump.ts";
import { experiments } from "../experiments.ts";
import { closeFour } from "./views-fixture.ts";

const installed = findTool("tcpdump") !== null;

/** One IPv4 packet without payload bytes' meaning: enough for tcpdump to print its line. */
function packet(wire: WireSegment, scale: number): Buffer {
  const options: number[] = [];
  const u32 = (value: number) => [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const stamps = wire.tsval === null ? [] : [8, 10, ...u32(wire.tsval), ...u32(wire.tsecr ?? 0)];
  if (wire.flags.includes("S")) {
    if (wire.mss !== null) options.push(2, 4, wire.mss >> 8, wire.mss & 255);
    if (stamps.length > 0) options.push(...(wire.sack ? [4, 2] : [1, 1]), ...stamps);
    else if (wire.sack) options.push(1, 1, 4, 2);
    if (wire.ws !== null) options.push(1, 3, 3, wire.ws);
  } else if (stamps.length > 0) options.push(1, 1, ...stamps);
  const [from, to] = [wire.src, wire.dst].map((end) => end.split(":"));
  const bytes = (end: string[] | undefined) => (end?.[0] ?? "").split(".").map(Number);
  const port = (end: string[] | undefined) => [Number(end?.[1]) >> 8, Number(end?.[1]) & 255];
  const bits: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, ".": 16 };
  const flags = [...wire.flags].reduce((sum, letter) => sum + (bits[letter] ?? 0), 0);
  const win = Math.floor(wire.win / 2 ** scale);
  const tcp = [
    ...port(from),
    ...port(to),
    ...u32(wire.seq),
    ...u32(wire.ack),
    (5 + options.length / 4) << 4,
    flags,
    win >> 8,
    win & 255,
    0,
    0,
    0,
    0,
  ];
  const length = 20 + tcp.length + options.length + wire.len;
  const ip = [0x45, 0, length >> 8, length & 255, 0, 0, 0x40, 0, 64, 6, 0, 0, ...bytes(from), ...bytes(to)];
  return Buffer.concat([Buffer.from([...ip, ...tcp, ...options]), Buffer.alloc(wire.len)]);
}

/** What the tool itself prints for what `host` would capture. */
function byTheTool(traced: Run, host: string, ...options: string[]): string[] {
  const wires = new Map<number, WireSegment>();
  const scales = new Map<string, number>();
  const made = new Set<number>();
  const own = new Set<number>();
  const records: Buffer[] = [];
  for (const event of traced.events) {
    if (event.k === "send") wires.set(event.seg, event);
    if (event.k === "send" && event.injected) made.add(event.seg);
    if ((event.k !== "send" && event.k !== "arrive") || event.host !== host) continue;
    const wire = wires.get(event.seg);
    if (!wire || (event.k === "send" && event.injected)) continue;
    // What a host sends to itself passes the loopback interface once.
    if (event.k === "arrive" && own.has(event.seg)) continue;
    if (event.k === "send") own.add(event.seg);
    const syn = wire.flags.includes("S");
    // A SYN that is made up offers no scale to anybody.
    if (syn && !made.has(event.seg)) scales.set(wire.src + wire.dst, wire.ws ?? 0);
    const data = packet(wire, syn || !scales.has(wire.dst + wire.src) ? 0 : (scales.get(wire.src + wire.dst) ?? 0));
    const head = Buffer.alloc(16);
    head.writeUInt32LE(Math.floor(event.t / 1e6), 0);
    head.writeUInt32LE(event.t % 1e6, 4);
    head.writeUInt32LE(data.length, 8);
    head.writeUInt32LE(data.length, 12);
    records.push(head, data);
  }
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262144, 16);
  header.writeUInt32LE(101, 20); // LINKTYPE_RAW
  const file = join(mkdtempSync(join(tmpdir(), "views-")), "run.pcap");
  writeFileSync(file, Buffer.concat([header, ...records]));
  const text = execFileSync("tcpdump", ["-nn", "-ttttt", ...options, "-r", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim());
}

describe("tcpdump -nn -ttttt", () => {
  it("prints a close in four segments as seen on A", () => {
    expect(tcpdump(closeFour, "A").map(({ time, text }) => `${time} ${text}`)).toMatchInlineSnapshot(`
      [
        "00:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.7000: Flags [S], seq 3636822589, win 64240, options [mss 1460,sackOK,TS val 1000 ecr 0,nop,wscale 7], length 0",
        "00:00:00.000100 IP 10.0.0.2.7000 > 10.0.0.1.40000: Flags [S.], seq 1147252347, ack 3636822590, win 64240, options [mss 1460,sackOK,TS val 2000 ecr 1000,nop,wscale 7], length 0",
        "00:00:00.000100 IP 10.0.0.1.40000 > 10.0.0.2.7000: Flags [.], ack 1, win 502, options [nop,nop,TS val 1000 ecr 2000], length 0",
        "00:00:00.100100 IP 10.0.0.1.40000 > 10.0.0.2.7000: Flags [P.], seq 1:27, ack 1, win 502, options [nop,nop,TS val 1000 ecr 2000], length 26",
        "00:00:00.100200 IP 10.0.0.2.7000 > 10.0.0.1.40000: Flags [.], ack 27, win 502, options [nop,nop,TS val 2000 ecr 1000], length 0",
        "00:00:00.200100 IP 10.0.0.1.40000 > 10.0.0.2.7000: Flags [F.], seq 27, ack 1, win 502, options [nop,nop,TS val 1000 ecr 2000], length 0",
        "00:00:00.240200 IP 10.0.0.2.7000 > 10.0.0.1.40000: Flags [.], ack 28, win 502, options [nop,nop,TS val 2000 ecr 1000], length 0",
        "00:00:00.300200 IP 10.0.0.2.7000 > 10.0.0.1.40000: Flags [F.], seq 1, ack 28, win 502, options [nop,nop,TS val 2000 ecr 1000], length 0",
        "00:00:00.300200 IP 10.0.0.1.40000 > 10.0.0.2.7000: Flags [.], ack 2, win 502, options [nop,nop,TS val 1000 ecr 2000], length 0",
      ]
    `);
  });

  it("leaves the number of a RST without ACK as it is on the wire", () => {
    const reset: TraceEvent = {
      ...{
        t: 61_000_000,
        k: "send",
        host: "A",
        sock: null,
        seg: 99,
        src: "10.0.0.1:40000",
        dst: "10.0.0.2:7000",
        flags: "R",
      },
      ...{ seq: 3636822617, ack: 0, win: 0, len: 0, mss: null, ws: null, sack: false, tsval: null, tsecr: null },
    };
    const lines = tcpdump({ ...closeFour, events: [...closeFour.events, reset] }, "A");
    expect(lines.at(-1)?.text).toBe("IP 10.0.0.1.40000 > 10.0.0.2.7000: Flags [R], seq 3636822617, win 0, length 0");
  });

  // The fact tcpdump-leaves-numbers-out.
  it.skipIf(!installed)("has no number of a bare ACK, and with -vv has one", () => {
    const bare = (...options: string[]): string[] =>
      byTheTool(closeFour, "A", ...options).flatMap((line) => / Flags \[\.\].*? win/.exec(line)?.[0] ?? []);
    expect(bare()).toHaveLength(4);
    for (const line of bare()) expect(line).not.toContain("seq");
    expect(bare("-vv").map((line) => /, seq \d+, ack \d+,/.test(line))).toEqual([true, true, true, true]);
  });

  it.skipIf(!installed).each(experiments().map(({ experiment }) => experiment))(
    "prints of $id what the tool prints of the same packets",
    (experiment) => {
      const events = run(experiment)
        .events.filter((event) => event.k === "send" || event.k === "arrive")
        .slice(0, 400);
      const traced: Run = { hosts: experiment.hosts, until: experiment.until, events };
      const host = experiment.hosts[0]?.name ?? "";
      const mine = tcpdump(traced, host).map(({ time, text }) => `${time} ${text}`);
      expect(mine).toEqual(byTheTool(traced, host));
    },
  );
});
