/**
 * Wireshark reads what the site exports. For every experiment: every checksum good, nothing malformed, no expert
 * error; what it says about each conversation and each segment sent again is what the trace says. tshark needs most of
 * a second to start, so `npm test` takes one host of each experiment, in turn, and `npm run test:full` all of them.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { RULES } from "../../src/engine/tcp/rules.ts";
import { seqAdd, seqDiff } from "../../src/engine/seq.ts";
import type { WireSegment } from "../../src/engine/trace.ts";
import { run as runEngine } from "../../src/experiment/run.ts";
import { pcapng } from "../../src/views/pcapng.ts";
import type { Run } from "../../src/views/snapshot.ts";
import { findTool } from "../../scripts/tools.ts";
import { experiments } from "../experiments.ts";

const FULL = process.env["FULL"] !== undefined;
const tshark = findTool("tshark");
const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "captures-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FIELDS = [
  "frame.number",
  "frame.time_epoch",
  "ip.checksum.status",
  "tcp.checksum.status",
  "tcp.stream",
  "tcp.completeness",
  "tcp.seq_raw",
  "tcp.flags",
  "tcp.len",
  "tcp.window_size",
  "_ws.malformed",
  "_ws.expert.severity",
  "tcp.analysis.retransmission",
  "tcp.analysis.fast_retransmission",
  "tcp.analysis.spurious_retransmission",
  "tcp.analysis.out_of_order",
  "tcp.analysis.keep_alive",
  "tcp.analysis.zero_window_probe",
  "frame.comment",
] as const;
type Frame = Readonly<Record<(typeof FIELDS)[number], string>>;

/** PI_ERROR of Wireshark's expert information. */
const ERROR = 0x00800000;
const GOOD = "1";

async function read(file: string): Promise<readonly Frame[]> {
  const { stdout } = await execute(
    tshark ?? "tshark",
    [
      ...["-r", file, "-n", "-2", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"],
      ...["-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", ...FIELDS.flatMap((field) => ["-e", field])],
    ],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const values = line.split("\t");
      return Object.fromEntries(FIELDS.map((field, i) => [field, values[i] ?? ""])) as Frame;
    });
}

/** What passes a capture on `host`, from the trace. */
function passing(run: Run, host: string): readonly { t: number; wire: WireSegment }[] {
  const wires = new Map<number, WireSegment>();
  return run.events.flatMap((event) => {
    if (event.k === "send") wires.set(event.seg, event);
    if ((event.k !== "send" && event.k !== "arrive") || event.host !== host) return [];
    const wire = wires.get(event.seg);
    // A host's segment to itself passes once.
    if (event.k === "arrive" && itself(run, wire)) return [];
    return wire === undefined || (event.k === "send" && event.injected) ? [] : [{ t: event.t, wire }];
  });
}

function itself(run: Run, wire: WireSegment | undefined): boolean {
  const owner = (end = ""): string | undefined =>
    run.hosts.find(({ addresses }) => addresses.includes(end.slice(0, end.lastIndexOf(":"))))?.name;
  return wire !== undefined && owner(wire.src) === owner(wire.dst);
}

/** The bits of tcp.completeness: what a conversation showed of SYN, SYN+ACK, ACK, data, FIN, RST. */
function completeness(wires: readonly WireSegment[]): number {
  let bits = 0;
  for (const { flags, len } of wires) {
    const [syn, ack] = [flags.includes("S"), flags.includes(".")];
    if (syn) bits |= ack ? 2 : 1;
    else if (ack) bits |= 4;
    // Wireshark, like a kernel, does not believe data or a FIN that acknowledges nothing.
    if (len > 0 && ack) bits |= 8;
    if (flags.includes("F") && ack) bits |= 16;
    if (flags.includes("R")) bits |= 32;
  }
  return bits;
}

/** Whether each segment only repeats numbers that its side has used before. */
function repeats(wires: readonly WireSegment[]): readonly boolean[] {
  const ends = new Map<string, number>();
  return wires.map(({ src, seq, len, flags }) => {
    const length = len + (/[SF]/.test(flags) ? 1 : 0);
    const end = seqAdd(seq, length);
    const known = ends.get(src);
    const again = length > 0 && known !== undefined && seqDiff(end, known) <= 0;
    if (!again && length > 0 && !flags.includes("R")) ends.set(src, end);
    return again;
  });
}

describe.skipIf(tshark === null)("captures as tshark reads them", () => {
  if (tshark === null) console.warn("tshark is not installed: the captures are not checked (apt-get install tshark)");
  for (const [turn, { experiment }] of experiments().entries())
    it.concurrent(experiment.id, async ({ expect }) => {
      const { events } = runEngine(experiment);
      const run: Run = { hosts: experiment.hosts, until: experiment.until, events };
      const { hosts } = experiment;
      for (const { name } of FULL ? hosts : hosts.slice(turn % hosts.length, (turn % hosts.length) + 1)) {
        const file = join(folder, `${experiment.id}.${name}.pcapng`);
        writeFileSync(file, pcapng(run, name, { program: "test", comment: experiment.id }));
        const frames = await read(file);
        const wires = passing(run, name);
        const where = `${experiment.id} on ${name}`;
        expect(frames.length, where).toBe(wires.length);
        frames.forEach((frame, i) => {
          const at = `${where}, frame ${i + 1}`;
          const wire = wires[i];
          expect(frame["ip.checksum.status"], at).toBe(GOOD);
          expect(frame["tcp.checksum.status"], at).toBe(GOOD);
          expect(frame["_ws.malformed"], at).toBe("");
          for (const severity of frame["_ws.expert.severity"].split(",").filter((s) => s !== ""))
            expect(Number(severity), at).toBeLessThan(ERROR);
          expect(Math.round(Number(frame["frame.time_epoch"]) * 1e6), at).toBe(wire?.t);
          expect(Number(frame["tcp.seq_raw"]), at).toBe(wire?.wire.seq);
          expect(Number(frame["tcp.len"]), at).toBe(wire?.wire.len);
          for (const [, rule] of frame["frame.comment"].matchAll(/rule ([\w.-]+)/g))
            expect(Object.keys(RULES), at).toContain(rule);
        });
        const streams = new Set(frames.map((frame) => frame["tcp.stream"]));
        for (const stream of streams) {
          const own = frames.flatMap((frame, i) =>
            frame["tcp.stream"] === stream ? [{ frame, wire: wires[i]?.wire as WireSegment, n: i + 1 }] : [],
          );
          const segments = own.map(({ wire }) => wire);
          expect(Number(own[0]?.frame["tcp.completeness"]), `${where}, stream ${stream}`).toBe(completeness(segments));
          const again = repeats(segments);
          own.forEach(({ frame, wire, n }, i) => {
            const marked =
              frame["tcp.analysis.retransmission"] !== "" ||
              frame["tcp.analysis.spurious_retransmission"] !== "" ||
              frame["tcp.analysis.fast_retransmission"] !== "" ||
              frame["tcp.analysis.zero_window_probe"] !== "";
            expect(marked, `${where}, frame ${n}, ${wire.flags} seq ${wire.seq}`).toBe(again[i]);
          });
        }
      }
    });
});

describe("a capture", () => {
  it("of a run that sends nothing has its two headers and no packet", () => {
    const bytes = pcapng({ hosts: [{ name: "A", addresses: [] }], until: 0, events: [] }, "A", {
      program: "test",
      comment: "",
    });
    const view = new DataView(bytes.buffer);
    const types: number[] = [];
    for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true)) types.push(view.getUint32(at, true));
    expect(types).toEqual([0x0a0d0d0a, 1]);
  });
});
