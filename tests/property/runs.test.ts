import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Endpoint, Step } from "../../src/engine/process/program.ts";
import type { FaultSpec, Scenario } from "../../src/engine/scenario.ts";
import { openHistory, runTo } from "../../src/engine/history.ts";
import { TRANSITIONS } from "../../src/engine/tcp/transitions.ts";
import type { TraceEvent } from "../../src/engine/trace.ts";
import { BASELINE } from "../../src/experiment/sysctl.ts";
import { type World, cloneWorld, createWorld, planOf } from "../../src/engine/world/world.ts";
import { step } from "../../src/engine/world/step.ts";

const call = { as: null, on_error: "continue" } as const;
const to: Endpoint = { address: "10.0.0.2", port: 7000 };
const UNTIL = 400_000_000;

type Act = "send" | "recv" | "close" | "shutdown" | "sleep" | "shutdown-both" | "linger-0" | "abandon";

/** What one end does after the connection stands. */
const acts = fc.array(
  fc.tuple(
    fc.constantFrom<Act>("send", "recv", "close", "shutdown", "sleep", "shutdown-both", "linger-0"),
    fc.integer({ min: 1, max: 4000 }),
  ),
  { maxLength: 6 },
);

function steps(list: readonly (readonly [Act, number])[]): Step[] {
  return list.map(([act, amount]): Step => {
    switch (act) {
      case "send":
        return { op: "send", fd: "conn", bytes: amount, ...call };
      case "recv":
        return { op: "recv", fd: "conn", bytes: amount, all: false, ...call };
      case "close":
        return { op: "close", fd: "conn", ...call };
      case "shutdown":
        return { op: "shutdown", fd: "conn", how: "write", ...call };
      case "shutdown-both":
        return { op: "shutdown", fd: "conn", how: "both", ...call };
      case "linger-0":
        return { op: "setsockopt", fd: "conn", option: "SO_LINGER", value: { on: true, seconds: 0 }, ...call };
      default:
        return { op: "sleep", time: amount * 100 };
    }
  });
}

const fault = (from: string) =>
  fc.record({
    name: fc.constant(`fault-${from}`),
    from: fc.constant(from),
    match: fc.record({
      has: fc.subarray(["FIN", "SYN", "ACK"] as const, { maxLength: 1 }),
      lacks: fc.constant([]),
      data: fc.constantFrom(null, true, false),
      port: fc.constant(null),
    }),
    nth: fc.integer({ min: 1, max: 4 }),
    after: fc.constant(0),
    before: fc.constant(null),
    act: fc.oneof(
      fc.constant({ do: "drop" } as const),
      fc.integer({ min: 1, max: 3_000_000 }).map((by) => ({ do: "delay", by }) as const),
      fc.integer({ min: 0, max: 500_000 }).map((after) => ({ do: "duplicate", after }) as const),
    ),
  }) satisfies fc.Arbitrary<FaultSpec>;

const scenario = fc
  .record({
    server: acts,
    client: acts,
    delay: fc.constantFrom(50, 1_000, 40_000, 150_000),
    faults: fc.tuple(fc.array(fault("A"), { maxLength: 2 }), fc.array(fault("B"), { maxLength: 2 })),
    timestamps: fc.constantFrom("0", "1"),
    sack: fc.constantFrom("0", "1"),
    finTimeout: fc.constantFrom("1", "60", "61", "90"),
  })
  .map(({ server, client, delay, faults, timestamps, sack, finTimeout }): Scenario => {
    const sysctl = {
      ...BASELINE,
      "net.ipv4.tcp_timestamps": timestamps,
      "net.ipv4.tcp_sack": sack,
      "net.ipv4.tcp_fin_timeout": finTimeout,
    };
    return {
      until: UNTIL,
      hosts: [
        { name: "A", addresses: ["10.0.0.1"], sysctl },
        { name: "B", addresses: ["10.0.0.2"], sysctl },
      ],
      link: { kind: "relay", delay },
      programs: [
        {
          name: "server",
          host: "B",
          start: 0,
          nofile: 64,
          routines: {
            main: [
              { op: "socket", as: "listener", on_error: "stop" },
              { op: "bind", fd: "listener", to: { address: "0.0.0.0", port: 7000 }, ...call },
              { op: "listen", fd: "listener", backlog: 4, ...call },
              { op: "accept", fd: "listener", as: "conn", on_error: "stop" },
              ...steps(server),
            ],
          },
        },
        {
          name: "client",
          host: "A",
          start: 100_000,
          nofile: 64,
          routines: {
            main: [
              { op: "socket", as: "conn", on_error: "stop" },
              { op: "connect", fd: "conn", to, as: null, on_error: "stop" },
              ...steps(client),
            ],
          },
        },
        // Whoever still waits then is told to go, so that every run can end.
      ],
      events: [
        { at: 20_000_000, do: "kill", program: "client" },
        { at: 20_000_000, do: "kill", program: "server" },
      ],
      faults: faults.flat(),
      probes: [],
    };
  });

function play(input: Scenario): { events: TraceEvent[]; world: World } {
  const history = openHistory(input, 1);
  runTo(history);
  return { events: history.events, world: history.run.world };
}

/**
 * What one direction of the connection promises and did not keep, from the trace alone. Offsets count from the byte
 * behind the SYN. `arrived` is a reassembly of its own, from the segments that reached the receiver's host: nothing
 * may be acknowledged or read that it does not hold from the first byte on without a gap.
 */
function broken(events: readonly TraceEvent[], sender: string, receiver: string): string[] {
  const problems: string[] = [];
  const [from, to] = sender === "client" ? (["A", "B"] as const) : (["B", "A"] as const);
  const segments = new Map<number, Extract<TraceEvent, { k: "send" }>>();
  /** The number in front of the first byte, by the socket that sends. Only one of them ever carries data. */
  const first = new Map<string, number>();
  /** What each socket of the receiver acknowledged last. */
  const kept = new Map<string | null, number>();
  const arrived: { begin: number; end: number }[] = [];
  let fin: number | null = null;
  let [asked, written, sent, acknowledged, read] = [0, 0, 0, 0, 0];
  let [ended, told, shut, deaf] = [false, false, false, false];
  const inOrder = (): number =>
    [...arrived]
      .sort((a, b) => a.begin - b.begin)
      .reduce((reached, { begin, end }) => (begin <= reached ? Math.max(reached, end) : reached), 0);
  const whole = (): boolean => fin !== null && inOrder() === fin;
  const holds = (what: string, is: boolean): void => {
    if (!is) problems.push(what);
  };

  for (const event of events) {
    if (event.k === "send") {
      segments.set(event.seg, event);
      if (event.flags.includes("R")) told = true;
      if (event.host === from && event.sock !== null) {
        if (event.flags.includes("S")) first.set(event.sock, event.seq);
        const begin = (event.seq - (first.get(event.sock) ?? 0) - 1) | 0;
        if (event.len > 0) {
          holds("nothing is sent behind a gap", begin >= 0 && begin <= sent);
          sent = Math.max(sent, begin + event.len);
          holds("nothing is sent that was not written", sent <= asked);
        }
        if (event.flags.includes("F"))
          holds("a FIN stands behind all that was written", begin + event.len === sent && sent >= written);
      } else if (event.host === to && event.flags.includes(".") && !event.flags.includes("R")) {
        // An acknowledgement of another connection's numbers names nothing of this one.
        const offsets = [...first.values()].map((isn) => (event.ack - isn - 1) | 0);
        const offset = Math.min(...offsets.filter((one) => one >= 0));
        if (offset < Infinity) {
          holds("what a socket acknowledged, it keeps", offset >= (kept.get(event.sock) ?? 0));
          kept.set(event.sock, offset);
          acknowledged = Math.max(acknowledged, offset);
          holds("what is acknowledged has arrived, all of it", offset <= inOrder() + (whole() ? 1 : 0));
        }
      }
    }
    if (event.k === "arrive" && event.host === to) {
      const segment = segments.get(event.seg);
      const isn = first.get(segment?.sock ?? "");
      if (segment === undefined || isn === undefined) continue;
      const begin = (segment.seq - isn - 1) | 0;
      if (segment.len > 0) arrived.push({ begin, end: begin + segment.len });
      if (segment.flags.includes("F")) fin = begin + segment.len;
    }
    if (event.k === "call") {
      // Of a send() that a kill ends nobody is told how much it took.
      if (event.program === sender && event.op === "send") asked += Number(event.args["bytes"]);
      if (event.program === receiver && event.op === "shutdown") {
        shut = true;
        deaf ||= event.args["how"] === "both";
      }
    }
    if (event.k === "return") {
      if (event.errno !== null) told = true;
      if (event.program === sender && event.op === "send") written += Math.max(event.value, 0);
      if (event.program === receiver && event.op === "recv") {
        if (ended) holds("nothing is read behind the end of file", event.value <= 0);
        read += Math.max(event.value, 0);
        holds("what is read has arrived, all of it", read <= inOrder());
        if (event.value === 0 && !deaf) {
          ended = true;
          // After an error was told, recv() returns 0 too.
          holds("the end of file stands behind the last byte, and a FIN said so", (whole() && read === fin) || told);
        }
      }
    }
  }
  holds("what did not get there, somebody was told of", acknowledged >= written || told);
  // A connection that both ends have finished is gone before close(), which then resets nothing.
  holds("what was left unread, somebody was told of", read >= written || told || shut);
  return problems;
}

const RUNS = process.env["FULL"] === undefined ? 300 : 5_000;

describe("any two programs, any faults", () => {
  it("change states only as the transition table says", () => {
    const rows = new Set(TRANSITIONS.map(({ from, to: next }) => `${from}>${next}`));
    fc.assert(
      fc.property(scenario, (input) => {
        for (const event of play(input).events)
          if (event.k === "state") expect(rows).toContain(`${event.from}>${event.to}`);
      }),
      { numRuns: RUNS },
    );
  });

  it("no timer fires for a socket that is gone", () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const gone = new Set<string>();
        for (const event of play(input).events) {
          if (event.k === "state") {
            if (event.to === "CLOSED") gone.add(event.sock);
            else gone.delete(event.sock);
          }
          if (event.k === "timer" && (event.act === "fire" || event.act === "arm"))
            expect(gone.has(event.sock)).toBe(false);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("deliver every byte once and in order, or somebody is told", () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const { events } = play(input);
        expect(broken(events, "client", "server")).toEqual([]);
        expect(broken(events, "server", "client")).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("leave nothing behind", () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const { world } = play(input);
        for (const host of world.hosts) {
          expect([...host.sockets.values()].map((socket) => `${socket.kind} ${socket.id}`)).toEqual([]);
          expect(host.connections.size).toBe(0);
          expect(host.ports.size).toBe(0);
          expect(host.minis).toBe(0);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("are the same twice, and from any checkpoint", () => {
    fc.assert(
      fc.property(scenario, fc.nat(60), (input, at) => {
        const whole = play(input);
        expect(play(input).events).toEqual(whole.events);
        const plan = planOf(input);
        const world = createWorld(plan, 1);
        const head: TraceEvent[] = [];
        const first = { plan, world, sink: (event: TraceEvent) => void head.push(event), cause: null };
        for (let count = 0; count < at; count += 1) step(first, UNTIL);
        const copy = cloneWorld(world);
        const tail: TraceEvent[] = [];
        const second = { plan, world: copy, sink: (event: TraceEvent) => void tail.push(event), cause: null };
        while (step(second, UNTIL)) {
          // To the end.
        }
        expect([...head, ...tail]).toEqual(whole.events);
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });

  it("every event but a start has a cause before it", () => {
    fc.assert(
      fc.property(scenario, (input) => {
        play(input).events.forEach((event, index) => {
          if (event.cause == null) expect(["process", "event", "probe", "note"]).toContain(event.k);
          else expect(event.cause).toBeLessThan(index);
        });
      }),
      { numRuns: RUNS },
    );
  });
});
