/** Every dated fact that a rule asks for: an old version of Linux behaves the old way, a new one the new way. */
import { describe, expect, it } from "vitest";
import { DATED_FACTS } from "../../../src/engine/kernel/dated-facts.ts";
import { kernelFacts, NOT_FOLLOWED, RECORDED_KERNEL } from "../../../src/engine/kernel/kernel-version.ts";
import type { Step } from "../../../src/engine/process/program.ts";
import type { TraceEvent } from "../../../src/engine/trace.ts";
import type { Experiment } from "../../../src/experiment/canonical.ts";
import { type Intervention, isFromSource, run } from "../../../src/experiment/run.ts";
import { baselineOf } from "../../../src/experiment/sysctl.ts";
import { experiment, recordings } from "../../experiments.ts";

type Sent = Extract<TraceEvent, { k: "send" }>;

/** The run of a recorded experiment with every host on another kernel. */
function on(kernel: string, one: string | Experiment, more: readonly Intervention[] = []): readonly TraceEvent[] {
  const base = typeof one === "string" ? experiment(one).experiment : one;
  const all = base.hosts.map(({ name }): Intervention => ({ set: "kernel", host: name, version: kernel }));
  const { events, stopped, fromSource } = run(base, [...all, ...more]);
  expect(stopped).toBeNull();
  expect(fromSource).toBe(kernel !== RECORDED_KERNEL);
  return events;
}

const returns = (events: readonly TraceEvent[], program: string, op: string): (number | string)[] =>
  events.flatMap((event) =>
    event.k === "return" && event.program === program && event.op === op ? [event.errno ?? event.value] : [],
  );

const sent = (events: readonly TraceEvent[], host: string, flags: string): Sent[] =>
  events.filter((event): event is Sent => event.k === "send" && event.host === host && event.flags === flags);

const rules = (events: readonly TraceEvent[]): Set<string> =>
  new Set(events.flatMap(({ rule }) => (rule === null || rule === undefined ? [] : [rule])));

/** The experiment with the nth `at` step of a program's main routine moved. */
function moved(id: string, program: string, times: readonly number[]): Experiment {
  const { experiment: base } = experiment(id);
  const left = [...times];
  const steps = (list: readonly Step[]): Step[] =>
    list.map((step) => (step.op === "at" ? { ...step, time: left.shift() ?? step.time } : step));
  return {
    ...base,
    programs: base.programs.map((one) =>
      one.name === program ? { ...one, routines: { ...one.routines, main: steps(one.routines["main"] ?? []) } } : one,
    ),
  };
}

describe("a version of Linux", () => {
  it("is the recorded one if a host names none", () => {
    expect(new Set(recordings().map(({ trace }) => trace.header.kernel.match(/^[\d.]+/)?.[0]))).toEqual(
      new Set([RECORDED_KERNEL]),
    );
    const { experiment: one } = experiment("close-four");
    expect(isFromSource(one)).toBe(false);
    expect(on(RECORDED_KERNEL, one)).toEqual(run(one).events);
  });

  it("asks every fact of the table, or the table says why not", () => {
    const followed = DATED_FACTS.map(({ id }) => id).filter((id) => !(id in NOT_FOLLOWED));
    // Each of these is a describe below.
    expect(followed.sort()).toEqual(
      [
        "tcp_tw_recycle",
        "tcp_tw_reuse.default",
        "tcp_tw_reuse.wait",
        "tcp_tw_reuse.fin-wait-2",
        "tcp_syn_linear_timeouts",
        "syn-retry-after-bad-ack",
        "ip_local_port_range.last",
        "connect.port-parity",
        "connect.port-offset",
        "timestamp-offset",
        "IP_BIND_ADDRESS_NO_PORT",
        "IP_LOCAL_PORT_RANGE",
        "SOCK_DESTROY",
        "TCP_LINGER2.most",
        "rst.inexact",
        "syn.synchronized",
        "syn-ack.crossing",
        "tcp_rto_max_ms",
        "tcp_rto_min_us",
      ].sort(),
    );
  });

  it("keeps what an experiment set, and changes the defaults", () => {
    const { experiment: one } = experiment("tw-reuse-one-port");
    const trace = run(one, [{ set: "kernel", host: "A", version: "4.4" }]);
    const [a, b] = trace.header.hosts;
    expect(a).toMatchObject({ kernel: "4.4" });
    expect(a?.sysctl).toMatchObject({ "net.ipv4.tcp_tw_reuse": "1", "net.ipv4.tcp_tw_recycle": "0" });
    expect(a?.sysctl).not.toHaveProperty(["net.ipv4.tcp_tw_reuse_delay"]);
    expect(b).not.toHaveProperty("kernel");
  });
});

describe("defaults", () => {
  it.each([
    ["4.1", "32768 61000", "0"],
    ["4.17", "32768 60999", "0"],
    ["4.18", "32768 60999", "2"],
  ])("Linux %s: ports %s, tcp_tw_reuse %s", (kernel, range, reuse) => {
    expect(baselineOf(kernel)).toMatchObject({ "net.ipv4.ip_local_port_range": range, "net.ipv4.tcp_tw_reuse": reuse });
  });

  it.each([
    ["tcp_tw_recycle", "4.11", "4.12"],
    ["tcp_tw_reuse_delay", "6.14", "6.13"],
    ["tcp_syn_linear_timeouts", "6.5", "6.4"],
    ["tcp_rto_max_ms", "6.15", "6.14"],
    ["tcp_rto_min_us", "6.11", "6.10"],
  ])("%s: Linux %s has it, %s does not", (name, has, lacks) => {
    expect(baselineOf(has)).toHaveProperty([`net.ipv4.${name}`]);
    expect(baselineOf(lacks)).not.toHaveProperty([`net.ipv4.${name}`]);
  });
});

describe("tcp_tw_reuse.wait", () => {
  // The last timestamp comes at 0.16 s.
  const tries = (kernel: string, times: readonly number[]): unknown =>
    returns(on(kernel, moved("tw-reuse-one-port", "client", times)), "client", "connect").slice(1);

  it("4.18: the second tick of the clock after it", () => {
    expect(tries("4.18", [1_050_000, 2_050_000])).toEqual(["EADDRNOTAVAIL", 0]);
  });
  it("6.13: the next tick, here less than a second later", () => {
    expect(tries("6.13", [950_000, 1_050_000])).toEqual(["EADDRNOTAVAIL", 0]);
  });
  it("6.14: a second by the clock of milliseconds", () => {
    expect(tries("6.14", [1_050_000, 1_250_000])).toEqual(["EADDRNOTAVAIL", 0]);
  });
});

describe("tcp_tw_reuse.fin-wait-2", () => {
  it("is taken on 6.11 and refused on 6.12", () => {
    expect(rules(on("6.11", "fin-wait-2-not-reused"))).toContain("tw.reused");
    expect(rules(on("6.12", "fin-wait-2-not-reused"))).not.toContain("tw.reused");
  });
});

describe("tcp_tw_reuse.default", () => {
  it("a 2 means yes everywhere before it meant loopback", () => {
    const set: Intervention = { set: "sysctl", host: "A", name: "net.ipv4.tcp_tw_reuse", value: "2" };
    const reused = (kernel: string): boolean => rules(on(kernel, "tw-reuse-one-port", [set])).has("tw.reused");
    expect([reused("4.17"), reused("4.18")]).toEqual([true, false]);
  });
});

describe("tcp_syn_linear_timeouts, syn-retry-after-bad-ack", () => {
  const gaps = (events: readonly TraceEvent[]): number[] => {
    const at = sent(events, "A", "S").map(({ t }) => t);
    return at.slice(1).map((t, index) => Math.round((t - (at[index] ?? 0)) / 1000));
  };
  it("6.4 doubles from the first SYN on, 6.5 after four more", () => {
    expect(gaps(on("6.4", "syn-linear-timeouts"))).toEqual([1000, 2000]);
    expect(gaps(on("6.5", "syn-linear-timeouts"))).toEqual([1000, 1000, 1000, 1000, 1000]);
  });
  it("5.5 waits for its second after a wrong ACK, 5.6 two ticks", () => {
    const last = (kernel: string): number | undefined => gaps(on(kernel, "reconnect-established")).at(-1);
    expect([last("5.5"), last("5.6")]).toEqual([1000, 8]);
  });
});

describe("connect.port-parity, connect.port-offset", () => {
  const ports = (kernel: string): number[] =>
    sent(on(kernel, "port-parity"), "A", "S").map(({ src }) => Number(src.split(":")[1]));
  it("4.1 takes ports as they come, 4.2 first those like the range's first", () => {
    expect(
      new Set(
        ports("4.1")
          .slice(0, 4)
          .map((port) => port % 2),
      ).size,
    ).toBe(2);
    expect(
      new Set(
        ports("4.2")
          .slice(0, 4)
          .map((port) => port % 2),
      ).size,
    ).toBe(1);
  });
  it("up to 5.17 goes on from where it was, 5.18 at random", () => {
    const many: Experiment = {
      ...experiment("refused-port").experiment,
      programs: [
        {
          name: "client",
          host: "A",
          start: 0,
          nofile: 1024,
          routines: {
            main: Array.from({ length: 6 }, (): Step[] => [
              { op: "socket", as: "s", on_error: "stop" },
              { op: "connect", fd: "s", to: { address: "10.0.0.2", port: 7000 }, as: null, on_error: "continue" },
            ]).flat(),
          },
        },
      ],
    };
    const steps = (kernel: string): number[] => {
      const ports = sent(on(kernel, many), "A", "S").map(({ src }) => Number(src.split(":")[1]));
      return ports.slice(1).map((port, index) => port - (ports[index] ?? 0));
    };
    expect(steps("4.1")).toEqual([1, 1, 1, 1, 1]);
    expect(steps("5.11")).toEqual([2, 2, 2, 2, 2]);
    expect(steps("5.17")).toEqual([2, 2, 2, 2, 2]);
    expect(new Set(steps("5.18")).size).toBeGreaterThan(1);
  });
});

describe("timestamp-offset", () => {
  /** What each connection of the client adds to the clock. */
  const offsets = (kernel: string): number[] =>
    sent(on(kernel, "tw-reuse-0"), "A", "S").map(({ t, tsval }) => ((tsval ?? 0) - Math.floor(t / 1000)) >>> 0);
  it.each([
    ["4.9", 1],
    ["4.11", 1],
    ["6.17", 1],
  ])("Linux %s: one for all connections between two hosts", (kernel, count) => {
    expect(new Set(offsets(kernel)).size).toBe(count);
  });
  it.each(["4.10", "6.18.44", "7.0"])("Linux %s: one for each", (kernel) => {
    const all = offsets(kernel);
    expect(all.length).toBeGreaterThan(2);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("socket options and ss -K", () => {
  it("IP_BIND_ADDRESS_NO_PORT does not exist on 4.1", () => {
    expect(returns(on("4.1", "exhausted-client-variants"), "client", "setsockopt")).toContain("ENOPROTOOPT");
    expect(returns(on("4.2", "exhausted-client-variants"), "client", "setsockopt")).not.toContain("ENOPROTOOPT");
  });
  it("IP_LOCAL_PORT_RANGE does not exist on 6.2", () => {
    expect(returns(on("6.2", "local-port-range-option"), "client", "setsockopt")).toContain("ENOPROTOOPT");
    expect(returns(on("6.3", "local-port-range-option"), "client", "setsockopt")).not.toContain("ENOPROTOOPT");
  });
  it("TCP_LINGER2 of 150 s is tcp_fin_timeout on 5.7 and 120 s on 5.8", () => {
    expect(returns(on("5.7", "linger2-150"), "client", "getsockopt")).toEqual([60]);
    expect(returns(on("5.8", "linger2-150"), "client", "getsockopt")).toEqual([120]);
  });
  it("ss -K does nothing on 4.4", () => {
    expect(rules(on("4.4", "ss-kill-close-wait"))).not.toContain("ss.destroyed");
    expect(rules(on("4.5", "ss-kill-close-wait"))).toContain("ss.destroyed");
  });
});

describe("RFC 5961", () => {
  it("3.5 believes a RST anywhere in the window", () => {
    expect(rules(on("3.5", "rst-into-established"))).toContain("rst.in-window");
    expect(rules(on("3.6", "rst-into-established"))).toContain("rst.challenge-ack");
  });
  it("3.5 resets a connection that meets a SYN inside its window", () => {
    expect(rules(on("3.5", "syn-into-open-connection"))).not.toContain("syn.challenge-ack");
    expect(rules(on("3.6", "syn-into-open-connection"))).toContain("syn.challenge-ack");
  });
});

describe("syn-ack.crossing", () => {
  it("6.11 opens a connection of two SYNs one round trip later than 6.12", () => {
    const open = (kernel: string): number | undefined =>
      on(kernel, "simultaneous-open").find((event) => event.k === "state" && event.to === "ESTABLISHED")?.t;
    expect((open("6.11") ?? 0) - (open("6.12") ?? 0)).toBe(50_000);
    expect(rules(on("6.11", "simultaneous-open"))).toContain("syn.challenge-ack");
    expect(rules(on("6.12", "simultaneous-open"))).not.toContain("syn.challenge-ack");
  });
});

describe("timeouts that were constants", () => {
  it("6.14 has no tcp_rto_max_ms: the experiment that sets it waits longer", () => {
    const longest = (kernel: string): number => {
      const at = sent(on(kernel, "fin-lost-rto-max-1s"), "A", "F.").map(({ t }) => t);
      return Math.max(...at.slice(1).map((t, index) => t - (at[index] ?? 0)));
    };
    expect(longest("6.15")).toBeLessThanOrEqual(1_000_000);
    expect(longest("6.14")).toBeGreaterThan(1_000_000);
  });
  it("6.10 has no tcp_rto_min_us", () => {
    const set: Intervention = { set: "sysctl", host: "A", name: "net.ipv4.tcp_rto_min_us", value: "400000" };
    const second = (kernel: string): number => sent(on(kernel, "fin-lost-no-tail-probe", [set]), "A", "F.")[1]?.t ?? 0;
    expect(second("6.11") - second("6.10")).toBeGreaterThan(150_000);
  });
});

describe("tcp_tw_recycle behind a NAT", () => {
  const passive = (events: readonly TraceEvent[]): number =>
    events.findLast((event) => event.k === "probe" && event.host === "S")?.k === "probe"
      ? ((events.findLast((event) => event.k === "probe" && event.host === "S") as Extract<TraceEvent, { k: "probe" }>)
          .counters["PAWSPassive"] ?? 0)
      : 0;
  const { experiment: one } = experiment("recycle-behind-nat");
  const off: Intervention = { set: "sysctl", host: "S", name: "net.ipv4.tcp_tw_recycle", value: "0" };

  it("turns away whoever's clock is behind, and only them", () => {
    const { events } = run(one);
    const asked = sent(events, "N", "S");
    const dropped = events.filter(({ rule }) => rule === "listen.old-timestamp");
    expect(passive(events)).toBe(dropped.length);
    // From the fourth SYN on everything is behind the longest-running host.
    expect(asked.filter(({ dst }) => dst === "203.0.113.10:7000").length - dropped.length).toBe(2);
    expect(dropped.every(({ k }) => k === "note")).toBe(true);
  });
  it("lets everyone in when it is off", () => {
    const { events } = run(one, [off]);
    expect(passive(events)).toBe(0);
    expect(returns(events, "younger", "poll")).toEqual([1]);
    expect(returns(events, "again", "poll")).toEqual([1]);
  });
  it("lets everyone in on 4.12, which does not have it", () => {
    const { events } = run(one, [{ set: "kernel", host: "S", version: "4.12" }]);
    expect(passive(events)).toBe(0);
  });
  it("turns away a SYN without timestamps from an address it remembers", () => {
    const { events } = run(one, [{ set: "sysctl", host: "C", name: "net.ipv4.tcp_timestamps", value: "0" }]);
    expect(returns(events, "older", "connect")).not.toContain(0);
  });
  it("forgets after a minute", () => {
    const late: Experiment = {
      ...one,
      class: "normal",
      until: 70_000_000,
      programs: one.programs.map((program) =>
        program.name === "younger" ? { ...program, start: 62_000_000 } : program,
      ),
    };
    expect(returns(run(late).events, "younger", "poll")).toEqual([1]);
  });
  it("shortens TIME-WAIT to three and a half timeouts", () => {
    const stay = (sysctl: readonly Intervention[]): number => {
      const { events } = run({ ...one, until: 90_000_000 }, sysctl);
      const states = events.filter((event) => event.k === "state" && event.host === "S");
      const begin = states.find((event) => event.k === "state" && event.to === "TIME-WAIT");
      const end = states.find((event) => event.k === "state" && event.from === "TIME-WAIT");
      return (end?.t ?? 0) - (begin?.t ?? 0);
    };
    expect(stay([])).toBe(3.5 * 204_000);
    expect(stay([off])).toBe(60_000_000);
  });
});

it("a version that is none is refused with an example", () => {
  expect(() => kernelFacts("latest")).toThrow(/6\.18/);
});
