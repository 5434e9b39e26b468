import { describe, expect, it } from "vitest";
import type { TraceEvent, WireSegment } from "../../src/engine/trace.ts";
import { measure, measureSchema, rounded, stateAtProbe } from "../../src/experiment/measure.ts";

const wire = (flags: string, seq: number, ack: number, from: "A" | "B" = "A", len = 0): WireSegment => ({
  src: from === "A" ? "10.0.0.1:40000" : "10.0.0.2:7000",
  dst: from === "A" ? "10.0.0.2:7000" : "10.0.0.1:40000",
  flags,
  seq,
  ack,
  win: 64_000,
  len,
  mss: null,
  ws: null,
  sack: false,
  tsval: null,
  tsecr: null,
});
const thread = { host: "A", program: "client", thread: "main" } as const;

/** A's sequence numbers pass 2^32 during the run. */
const ISN = 0xffff_fff0;
const events: readonly TraceEvent[] = [
  { t: 0, k: "call", ...thread, call: 1, op: "connect", fd: 3, sock: "A1", args: {} },
  { t: 0, k: "send", host: "A", sock: "A1", seg: 1, ...wire("S", ISN, 0) },
  { t: 50, k: "send", host: "B", sock: "B2", seg: 2, ...wire("S.", 500, (ISN + 1) >>> 0, "B") },
  { t: 100, k: "return", ...thread, call: 1, op: "connect", value: 0, errno: null },
  { t: 100, k: "state", host: "A", sock: "A1", from: "SYN-SENT", to: "ESTABLISHED" },
  { t: 200, k: "send", host: "A", sock: "A1", seg: 3, ...wire("P.", (ISN + 1) >>> 0, 501, "A", 26) },
  { t: 1_000, k: "send", host: "A", sock: "A1", seg: 4, ...wire("F.", (ISN + 27) >>> 0, 501) },
  { t: 1_000, k: "state", host: "A", sock: "A1", from: "ESTABLISHED", to: "FIN-WAIT-1" },
  { t: 1_050, k: "arrive", host: "B", seg: 4 },
  { t: 42_000, k: "send", host: "B", sock: "B2", seg: 5, ...wire(".", 501, (ISN + 28) >>> 0, "B") },
  { t: 42_050, k: "state", host: "A", sock: "A1", from: "FIN-WAIT-1", to: "FIN-WAIT-2" },
  {
    t: 50_000,
    k: "probe",
    host: "A",
    probe: "now",
    counters: {},
    sockets: [
      {
        sock: "A1",
        state: "FIN-WAIT-2",
        local: "",
        remote: "",
        recvq: 0,
        sendq: 0,
        timer: null,
        holder: null,
        mini: false,
      },
    ],
  },
];
const trace = { header: { until: 100_000 }, events };
const value = (what: object): number => measure(trace, measureSchema.parse(what)).value;

describe("measure", () => {
  it("adds up the time in a state, to the end of the run if it is still held", () => {
    expect(value({ measure: "state-time", sock: "A1", state: "FIN-WAIT-1" })).toBe(41_050);
    expect(value({ measure: "state-time", sock: "A1", state: "FIN-WAIT-2" })).toBe(57_950);
  });
  it("takes the time between two moments", () => {
    expect(value({ measure: "between", from: { gets: "FIN", host: "B" }, to: { sends: "ACK", host: "B" } })).toBe(
      40_950,
    );
    expect(
      value({
        measure: "between",
        from: { program: "client", calls: "connect" },
        to: { sock: "A1", enters: "FIN-WAIT-2" },
      }),
    ).toBe(42_050);
    expect(value({ measure: "call-time", program: "client", op: "connect" })).toBe(100);
  });
  it("counts segments, of a host, of a kind, of the close", () => {
    expect(value({ measure: "segments" })).toBe(5);
    expect(value({ measure: "segments", closing: true })).toBe(2);
    expect(value({ measure: "segments", match: "data", from: "A" })).toBe(1);
  });
  it("counts sequence numbers from the SYN, across 2^32", () => {
    expect(value({ measure: "field", match: "FIN", from: "A", field: "seq" })).toBe(27);
    expect(value({ measure: "field", match: "ACK", from: "B", field: "ack" })).toBe(28);
    expect(value({ measure: "field", match: "data", from: "A", field: "len" })).toBe(26);
  });
  it("counts sockets at a probe and over the run", () => {
    expect(value({ measure: "sockets", probe: "now", state: "FIN-WAIT-2" })).toBe(1);
    expect(value({ measure: "through", state: "FIN-WAIT-1", host: "A" })).toBe(1);
    expect(value({ measure: "through", state: "CLOSING" })).toBe(0);
    expect(stateAtProbe(trace, "now", "A")).toBe("FIN-WAIT-2");
  });
  it.each([
    [{ measure: "state-time", sock: "A1", state: "CLOSING" }, "socket A1 is never in CLOSING"],
    [{ measure: "field", match: "RST", from: "A", field: "seq" }, "A sends no such segment number 1"],
    [{ measure: "sockets", probe: "later", state: "CLOSING" }, "no probe later"],
    [{ measure: "call-time", program: "client", op: "close" }, "the run has no moment"],
  ])("%j is not in this run", (what, message) => {
    expect(() => value(what)).toThrow(message);
  });
});

describe("rounded", () => {
  it.each([
    [420, "0.4", "ms"],
    [9_960, "10", "ms"],
    [41_050, "41", "ms"],
    [999_700, "1.00", "s"],
    [2_063_000, "2.06", "s"],
    [61_773_000, "61.8", "s"],
  ])("%d µs", (us, text, unit) => {
    expect(rounded({ value: us, unit: "us" })).toEqual({ text, unit });
  });
});
