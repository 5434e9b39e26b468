import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OptionValue, SocketOption, Step } from "../../src/engine/process/program.ts";
import { STATES } from "../../src/engine/trace.ts";
import { CODED_SYSCTLS, encodeChange } from "../../src/experiment/change-codec.ts";
import { readChanges } from "../../src/experiment/read-changes.ts";
import { isChange } from "../../src/experiment/change-shape.ts";
import { bare, fault, KERNELS } from "../../src/experiment/interventions.ts";
import { MODELLED_OPTIONS, optionShape } from "../../src/experiment/option-word.ts";
import { decodeLink, encodeLink, resolveLink } from "../../src/experiment/permalink.ts";
import type { Intervention } from "../../src/experiment/run.ts";
import { isModelled, sysctlProblem } from "../../src/experiment/sysctl-values.ts";
import { parseSegmentWord, SEGMENT_WORDS } from "../../src/experiment/words.ts";
import { experiment } from "../experiments.ts";

const closeFour = experiment("close-four").experiment;
const at = fc.oneof(
  fc.integer({ min: 0, max: 65_000 }).map((ms) => ms * 1000),
  fc.integer({ min: 0, max: 65_000_000 }),
);
const late = at.map((t) => Math.max(t, 200_000));
const host = fc.constantFrom("A", "B");
const program = fc.constantFrom("client", "server");
/** A sysctl and a value that may be given to it. */
const setting = fc
  .record({
    name: fc.constantFrom(...CODED_SYSCTLS.filter((one) => !/range|control/.test(one))),
    value: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 1_000_000 })).map(String),
  })
  .filter(({ name, value }) => isModelled(name, value) && sysctlProblem(name, value) === null);
const wellFormed = (option: SocketOption) =>
  fc
    .oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.record({ on: fc.boolean(), seconds: fc.integer({ min: 0, max: 99 }) }),
      fc.record({ first: fc.integer({ min: 1, max: 60_000 }), last: fc.integer({ min: 1, max: 60_000 }) }),
    )
    .filter((one) => optionShape(option, one));
const option = fc
  .constantFrom(...MODELLED_OPTIONS)
  .chain((one) => wellFormed(one).map((given) => ({ option: one, value: given })));
const bytes = fc.integer({ min: 1, max: 1 << 20 });
const port = fc.integer({ min: 1, max: 65_535 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ op: "socket", as: "fd", on_error: "stop" }),
  fc.constant<Step>({ op: "exit" }),
  fc.constant<Step>({ op: "accept", fd: "fd", as: "conn", on_error: "stop" }),
  fc.constant<Step>(bare({ op: "close", fd: "fd" })),
  fc.constant<Step>({ op: "close", fd: "other", as: "r", on_error: "continue" }),
  fc
    .constantFrom("read", "write", "both")
    .map((how) => bare({ op: "shutdown" as const, fd: "fd", how: how as "read" })),
  bytes.map((n) => bare({ op: "send" as const, fd: "fd", bytes: n })),
  bytes.map((n) => bare({ op: "recv" as const, fd: "fd", bytes: n, all: false })),
  port.map((n) => bare({ op: "bind" as const, fd: "fd", to: { address: "0.0.0.0", port: n } })),
  port.map((n) => bare({ op: "connect" as const, fd: "fd", to: { address: "10.0.0.2", port: n } })),
  fc.integer({ min: 0, max: 4096 }).map((n) => bare({ op: "listen" as const, fd: "fd", backlog: n })),
  option.map((one) => bare({ op: "setsockopt" as const, fd: "fd", ...one })),
);
const act = fc.oneof(
  fc.constant({ do: "drop" as const }),
  at.map((by) => ({ do: "delay" as const, by })),
  at.map((after) => ({ do: "duplicate" as const, after })),
  at.map((release) => ({ do: "hold" as const, release })),
);
const match = fc.oneof(
  fc
    .constantFrom(...SEGMENT_WORDS)
    .map((word) => parseSegmentWord(word) ?? { has: [], lacks: [], data: null, port: null }),
  fc.record({
    has: fc.subarray(["FIN" as const, "ACK" as const, "PSH" as const]),
    lacks: fc.subarray(["RST" as const]),
    data: fc.constantFrom(true, false, null),
    port: fc.option(port, { nil: null }),
  }),
);
const change: fc.Arbitrary<Intervention> = fc.oneof(
  fc
    .tuple(host, match, fc.option(fc.integer({ min: 1, max: 500 }), { nil: null }), act, at)
    .map(([from, what, nth, does, after]) => ({ add: "fault" as const, fault: fault(from, what, nth, does, after) })),
  fc.tuple(host, setting).map(([where, one]) => ({ set: "sysctl" as const, host: where, ...one })),
  fc.record({ set: fc.constant("kernel" as const), host, version: fc.constantFrom(...KERNELS) }),
  option.map((one) => ({ set: "option" as const, program: "client", variable: "conn", ...one })),
  fc
    .oneof(
      fc.tuple(at, host, setting).map(([when, where, one]) => ({
        at: when,
        do: "sysctl" as const,
        host: where,
        ...one,
      })),
      fc.record({ at: late, do: fc.constant("kill" as const), program }),
      fc.record({ at, do: fc.constant("link" as const), host, up: fc.boolean() }),
      fc.record({
        at,
        do: fc.constant("ss_kill" as const),
        host,
        state: fc.option(fc.constantFrom(...STATES), { nil: null }),
        local_port: fc.option(port, { nil: null }),
        peer_port: fc.constant(null),
      }),
      fc.record({
        at: late,
        do: fc.constant("thread" as const),
        program,
        fd: fc.option(fc.integer({ min: 3, max: 40 }), { nil: null }),
        steps: fc.array(step, { minLength: 1, maxLength: 4 }),
      }),
    )
    .map((event) => ({ add: "event" as const, event })),
);

const back = (link: string) => {
  const decoded = decodeLink(link);
  if (!decoded) throw new Error("no link");
  return { ...decoded, ...readChanges(decoded, closeFour) };
};

describe("a link to a changed run", () => {
  it("gives back every change it was made of", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.nat(500), (changes, event) => {
        const tokens = changes.map((one) => encodeChange(one, closeFour));
        const link = back(encodeLink("close-four", event, "0123456789", { changes: tokens, panels: ["why", "ss0"] }));
        expect(link.changes).toEqual(changes);
        expect(link.lost).toEqual([]);
        expect([link.event, link.panels]).toEqual([event, ["why", "ss0"]]);
      }),
    );
  });

  it("survives a program that escapes what need not be", () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const tokens = changes.map((one) => encodeChange(one, closeFour));
        const link = encodeLink("close-four", 1, "0123456789", { changes: tokens }).replaceAll("~", "%7E");
        expect(back(link).changes).toEqual(changes);
      }),
    );
  });

  it("any fragment leads to a state, and never throws", () => {
    const token = fc.string({ unit: fc.constantFrom(...'SsklKtfjdyuhac.-_%0123789~{}[]":,') });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          token.map((text) => `#x=close-four@3&v=9&c=${text}&u=${text}&p=${text}`),
        ),
        (text) => {
          const link = decodeLink(text);
          if (!link) return;
          const { changes } = readChanges(link, closeFour);
          expect(changes.every(isChange)).toBe(true);
          const { event } = resolveLink(link, { experiment: "close-four", hash: "00", events: 10 });
          expect(event).toBeGreaterThanOrEqual(0);
          expect(event).toBeLessThan(10);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("sixty changes of every kind the page and the sandbox offer stay under 1,000 characters", () => {
    const event = (one: Extract<Intervention, { add: "event" }>["event"]): Intervention => ({
      add: "event",
      event: one,
    });
    const fin = parseSegmentWord("FIN") ?? never();
    const data = parseSegmentWord("data") ?? never();
    // The form offers the moment that is shown, which falls on whole 50 microseconds: the delay of a link.
    const moment = (i: number): number => 1_200_150 + i * 970_050;
    const setting = (option: SocketOption, value: OptionValue): Step =>
      bare({ op: "setsockopt", fd: "fd", option, value });
    const thread = (i: number, fd: number | null, step: Step): Intervention =>
      event({ at: moment(i), do: "thread", program: "server", fd, steps: [step] });
    const kinds: ((i: number) => Intervention)[] = [
      (i) => ({ add: "fault", fault: fault("B", fin, i + 1, { do: "drop" }) }),
      (i) => ({ add: "fault", fault: fault("A", data, i + 1, { do: "delay", by: 500_000 }) }),
      (i) => ({ add: "fault", fault: fault("A", data, i + 1, { do: "hold", release: moment(i) }) }),
      (i) => ({ add: "fault", fault: fault("B", fin, i + 1, { do: "duplicate", after: 65_000_000 }) }),
      () => ({ set: "sysctl", host: "A", name: "net.ipv4.ip_local_port_range", value: "32768 60999" }),
      (i) => event({ at: moment(i), do: "sysctl", host: "A", name: "net.ipv4.tcp_fin_timeout", value: String(61 + i) }),
      () => ({ set: "kernel", host: "B", version: "6.18.44" }),
      () => ({ set: "option", program: "server", variable: "listener", option: "SO_REUSEADDR", value: 1 }),
      () => ({
        set: "option",
        program: "client",
        variable: "conn",
        option: "SO_LINGER",
        value: { on: true, seconds: 5 },
      }),
      (i) => thread(i, 4, bare({ op: "close", fd: "fd" })),
      (i) => thread(i, 4, bare({ op: "shutdown", fd: "fd", how: "write" as const })),
      (i) => thread(i, 4, bare({ op: "send", fd: "fd", bytes: 100_000 })),
      (i) => thread(i, 4, setting("TCP_LINGER2", -1)),
      (i) => thread(i, 4, setting("SO_LINGER", { on: true, seconds: 0 })),
      (i) => thread(i, null, { op: "exit" }),
      (i) => event({ at: moment(i), do: "kill", program: "server" }),
      (i) => event({ at: moment(i), do: "link", host: "A", up: i % 2 === 0 }),
      (i) => event({ at: moment(i), do: "ss_kill", host: "A", state: "TIME-WAIT", local_port: null, peer_port: null }),
      (i) => event({ at: moment(i), do: "ss_kill", host: "B", state: null, local_port: null, peer_port: 40_000 }),
    ];
    const changes = Array.from({ length: 60 }, (_, i) => (kinds[i % kinds.length] ?? never())(i));
    const tokens = changes.map((one) => encodeChange(one, closeFour));
    const more = { changes: tokens, until: 100_000_000, follow: 12, panels: ["wire", "counters"] };
    const link = encodeLink("close-four", 420, "0123456789", more);
    expect(tokens.filter((token) => token.length > 20)).toEqual([]);
    expect(back(link)).toMatchObject({ changes, until: 100_000_000, follow: 12, panels: more.panels });
    expect(link.length).toBeLessThan(1000);
  });

  it("says which changes make no sense here, and takes the others", () => {
    const sysctl: Intervention = { set: "sysctl", host: "A", name: "net.ipv4.tcp_fin_timeout", value: "61" };
    const kill: Intervention = { add: "event", event: { at: 90_000_000, do: "kill", program: "server" } };
    const changes = [encodeChange(sysctl, closeFour), "zz", encodeChange(kill, closeFour)];
    const read = back(encodeLink("close-four", 1, "0123456789", { changes }));
    expect(read.changes).toEqual([sysctl]);
    expect(read.lost.map(({ number, refusal }) => [number, refusal?.code ?? null])).toEqual([
      [2, null],
      [3, "too-late"],
    ]);
  });
});

function never(): never {
  throw new Error("cannot be");
}
