import { describe, expect, it } from "vitest";
import type { SocketOption } from "../../src/engine/process/program.ts";
import { CODED_SYSCTLS, CODED_WORDS } from "../../src/experiment/change-codec.ts";
import { readChanges } from "../../src/experiment/read-changes.ts";
import type { FaultSpec } from "../../src/experiment/canonical.ts";
import type { Command } from "../../src/experiment/command-change.ts";
import type { Scene } from "../../src/experiment/command-words.ts";
import { complete, type Misread, read } from "../../src/experiment/commands.ts";
import { aim, descriptorsAfter, fault, refuse } from "../../src/experiment/interventions.ts";
import { optionExample } from "../../src/experiment/option-word.ts";
import { intervene, type Intervention, run } from "../../src/experiment/run.ts";
import { BASELINE } from "../../src/experiment/sysctl.ts";
import { parseSegmentWord, SEGMENT_WORDS } from "../../src/experiment/words.ts";
import { changes as words_ } from "../../src/i18n/en/changes.ts";
import { lostText, misreadText } from "../../src/views/change-text.ts";
import { experiment } from "../experiments.ts";

const closeFour = experiment("close-four").experiment;
const base = run(closeFour);

describe("a fault aimed at a segment", () => {
  it.each(
    base.events.flatMap((event) => (event.k === "send" ? [event] : [])).map((event) => [event.seg, event] as const),
  )("loses segment %i and no other before it", (seg) => {
    const aimed = aim(base.events, seg, { do: "drop" });
    if (!aimed) throw new Error("not aimed");
    const other = run(closeFour, [{ add: "fault", fault: aimed.fault }]);
    const lost = other.events.filter((event) => event.k === "lost");
    expect(lost.map((event) => event.seg)).toEqual([seg]);
  });

  it("is fragile where a kernel may send another number of such segments before", () => {
    const bareAcks = base.events.flatMap((e) => (e.k === "send" && e.flags === "." && e.len === 0 ? [e] : []));
    const second = bareAcks.filter(({ host }) => host === "A")[1];
    const fin = base.events.flatMap((e) => (e.k === "send" && e.flags.includes("F") ? [e] : []))[0];
    expect(aim(base.events, second?.seg ?? 0, { do: "drop" })?.fragile).toBe(true);
    expect(aim(base.events, fin?.seg ?? 0, { do: "drop" })?.fragile).toBe(false);
  });

  it("cannot meet a segment that was never sent", () => {
    expect(aim(base.events, 9999, { do: "drop" })).toBeNull();
  });
});

describe("changes are refused with the remedy", () => {
  const event = (one: Extract<Intervention, { add: "event" }>["event"]): Intervention => ({ add: "event", event: one });
  const held = (act: FaultSpec["act"]): Intervention => ({
    add: "fault",
    fault: fault("A", parseSegmentWord("FIN") ?? { has: [], lacks: [], data: null, port: null }, 1, act),
  });
  it.each([
    [{ set: "sysctl", host: "Z", name: "net.ipv4.tcp_fin_timeout", value: "61" }, "no-host"],
    [{ set: "sysctl", host: "A", name: "net.ipv4.tcp_fin_timeot", value: "61" }, "no-sysctl"],
    [{ set: "sysctl", host: "A", name: "net.ipv4.tcp_fin_timeout", value: "soon" }, "sysctl-value"],
    [{ set: "option", program: "server", variable: "nothing", option: "SO_REUSEADDR", value: 1 }, "no-variable"],
    [{ set: "option", program: "server", variable: "listener", option: "SO_LINGER", value: 1 }, "option-value"],
    [event({ at: 1, do: "kill", program: "nobody" }), "no-program"],
    [event({ at: 1, do: "kill", program: "client" }), "too-early"],
    [event({ at: 1e12, do: "link", host: "A", up: false }), "too-late"],
    [{ set: "sysctl", host: "A", name: "net.ipv4.tcp_ecn", value: "1" }, "sysctl-fixed"],
    [{ set: "option", program: "server", variable: "listener", option: "TCP_CORK", value: 1 }, "option-fixed"],
    [held({ do: "hold", release: 1_800_000_001 }), "too-long"],
    [held({ do: "delay", by: 1_800_000_001 }), "too-long"],
    [held({ do: "duplicate", after: 1_800_000_001 }), "too-long"],
  ] as const)("%o", (one, code) => {
    expect(refuse(closeFour, one)?.code).toBe(code);
  });

  it("but not what makes sense", () => {
    expect(refuse(closeFour, { set: "sysctl", host: "A", name: "net.ipv4.tcp_fin_timeout", value: "61" })).toBeNull();
    expect(
      refuse(closeFour, {
        set: "option",
        program: "client",
        variable: "conn",
        option: "SO_LINGER",
        value: { on: true, seconds: 0 },
      }),
    ).toBeNull();
  });
});

it("an option set before the start follows every call that makes the descriptor", () => {
  const lingering = intervene(closeFour, [
    { set: "option", program: "client", variable: "conn", option: "SO_LINGER", value: { on: true, seconds: 0 } },
  ]);
  const events = run(lingering).events;
  expect(events.some((one) => one.k === "call" && one.op === "setsockopt" && one.program === "client")).toBe(true);
  expect(events.some((one) => one.k === "send" && one.host === "A" && one.flags.includes("R"))).toBe(true);
});

it("descriptors are counted as the kernel counts them", () => {
  const held = descriptorsAfter(base.events.filter(({ t }) => t < 250_000));
  expect(held.get("server")).toEqual([
    { fd: 3, is: "listener" },
    { fd: 4, is: "connection" },
  ]);
  expect(held.get("client")).toEqual([{ fd: 3, is: "connection" }]);
  expect(descriptorsAfter(base.events).get("client")).toEqual([]);
});

it("the lists a link counts by hold everything there is; append, never reorder", () => {
  expect([...CODED_SYSCTLS].sort()).toEqual(Object.keys(BASELINE).sort());
  expect([...CODED_WORDS].sort()).toEqual([...SEGMENT_WORDS].sort());
});

const scene: Scene = { experiment: closeFour, events: base.events.filter(({ t }) => t <= 250_000), now: 250_000 };
const changed = (line: string): Intervention => {
  const command = read(line, scene);
  if (!("do" in command) || command.do !== "change") throw new Error(`${line}: ${JSON.stringify(command)}`);
  return command.change;
};
const misread = (line: string): Misread => {
  const command: Command | Misread = read(line, scene);
  if ("do" in command) throw new Error(`${line} was understood`);
  return command;
};

describe("what of a link is left out", () => {
  const said = (tokens: readonly string[]) =>
    lostText(readChanges({ changes: tokens, until: null }, closeFour).lost, words_);

  it("is named with its reason", () => {
    expect(said(["fd131", "zz"])).toBe(`Change 2 of the link is left out: ${words_.unreadable}`);
    expect(said(["fd131"])).toBe("");
  });

  it("of thousands, the first few and how many more", () => {
    const text = said(Array<string>(3000).fill("zz"));
    expect(text).toMatch(/^Change 1 .* Change 3 .* Left out besides: 2997 more\.$/);
    expect(text.length).toBeLessThan(500);
  });
});

describe("commands", () => {
  it("name the descriptor that makes sense", () => {
    expect(changed("server close")).toMatchObject({ event: { do: "thread", program: "server", fd: 4, at: 250_000 } });
    expect(changed("server close 3")).toMatchObject({ event: { fd: 3 } });
    expect(changed("client send 100")).toMatchObject({ event: { fd: 3, steps: [{ op: "send", bytes: 100 }] } });
    expect(changed("server accept")).toMatchObject({ event: { fd: 3 } });
  });

  it("hosts go by their own name and by their program's", () => {
    const wanted = { event: { do: "sysctl", host: "A", name: "net.ipv4.tcp_fin_timeout", value: "61" } };
    expect(changed("sysctl client tcp_fin_timeout=61")).toMatchObject(wanted);
    expect(changed("sysctl A tcp_fin_timeout=61")).toMatchObject(wanted);
    expect(changed("drop next FIN from server")).toMatchObject({
      fault: { from: "B", nth: 1, after: 250_000, act: { do: "drop" } },
    });
    expect(changed("hold every data from A 2s")).toMatchObject({
      fault: { nth: null, act: { do: "hold", release: 2_250_000 } },
    });
  });

  it("a connection takes a socket of its own and finds the listener", () => {
    expect(changed("client connect")).toMatchObject({
      event: { fd: null, steps: [{ op: "socket" }, { op: "connect", to: { address: "10.0.0.2", port: 7000 } }] },
    });
  });

  it.each([
    ["wait 60s", { do: "wait", until: 60_250_000 }],
    ["wait", { do: "wait", until: null }],
    ["back", { do: "back" }],
    ["help", { do: "help" }],
  ])("%s", (line, command) => expect(read(line, scene)).toEqual(command));

  it.each([
    ["sever close", "unknown-word", "", "server"],
    ["server clos", "unknown-word", "server", "close"],
    ["drop next FN from server", "unknown-word", "drop next", "FIN"],
    ["drop next FIN from", "incomplete", "drop next FIN from", null],
    ["wait soon", "unknown-word", "wait", null],
    ["wait 5h", "unknown-word", "wait", null],
    ["server close 9", "unknown-word", "server close", null],
    ["server close 3 now", "too-much", "server close 3", null],
    ["sysctl A tcp_nothing=1", "no-sysctl", "sysctl A tcp_nothing=1", null],
    ["sysctl A tcp_fin_timeout=", "sysctl-value", "sysctl A tcp_fin_timeout=", null],
    ["client bind 99", "no-descriptor", "client bind 99", null],
    ["client set SO_REUSEADDR 2", "unknown-word", "client set SO_REUSEADDR", null],
    ["wait 40m", "too-late", "wait 40m", null],
    ["client connect B:99999", "unknown-word", "client connect", null],
    ["client connect B:0", "unknown-word", "client connect", null],
    ["hold next FIN from client 2000s", "too-long", "hold next FIN from client 2000s", null],
    ["delay next FIN from client 31m", "too-long", "delay next FIN from client 31m", null],
    ["client set SO_LINGER 1801", "unknown-word", "client set SO_LINGER", null],
    ["client set SO_RCVTIMEO 2200s", "unknown-word", "client set SO_RCVTIMEO", null],
    ["client set TCP_SYNCNT 9999999999", "unknown-word", "client set TCP_SYNCNT", null],
    ["client set TCP_CORK 1", "option-fixed", "client set TCP_CORK 1", null],
    ["client set TCP_CORK", "option-fixed", "client set TCP_CORK", null],
    ["sysctl A tcp_ecn=1", "sysctl-fixed", "sysctl A tcp_ecn=1", null],
  ])("%s: what was understood, what not, the nearest word", (line, code, understood, nearest) => {
    expect(misread(line)).toMatchObject({ code, understood, nearest });
  });

  it.each([
    ["client send 0", "a number of bytes from 1 to 1048576"],
    ["client recv 99999999", "a number of bytes from 1 to 1048576"],
    ["client connect B:99999", "a port from 1 to 65535"],
    ["client set SO_LINGER 1801", "seconds from 0 to 1800, or off"],
    ["sysctl A tcp_rto_max_ms=500", "is a whole number from 1000 to 120000"],
    ["sysctl A tcp_ecn=1", "tcp_ecn stays at 2 here: Linux takes other values, but the simulator does not model"],
    ["client set TCP_CORK 1", "Linux takes TCP_CORK; the simulator does not model it."],
    ["client bind 99", "“client socket” makes one"],
    ["hold next FIN from client 2000s", "2000.25 s is beyond 1800 s"],
  ])("%s is answered with %s", (line, words) => {
    expect(misreadText(misread(line), words_)).toContain(words);
  });

  it("name the call that makes what is missing", () => {
    const { events } = run({ ...closeFour, until: 150_000 });
    const early: Scene = { experiment: closeFour, events: events.filter(({ t }) => t < 1000), now: 1000 };
    const answer = (line: string, at: Scene): string => {
      const command = read(line, at);
      return "do" in command ? "" : misreadText(command, words_);
    };
    expect(answer("server send 1", early)).toContain("“server accept” makes one");
    expect(answer("client send 1", early)).toContain("“client connect” makes one");
    expect(answer("client accept", early)).toContain("“client listen” makes one");
  });

  it("offer nothing that the simulator does not model", () => {
    expect(complete("client set ", scene)).not.toContain("TCP_CORK");
    expect(complete("sysctl A tcp_ecn", scene)).toEqual([]);
    for (const option of complete("client set ", scene))
      expect(read(`client set ${option} ${optionExample(option as SocketOption)}`, scene)).toHaveProperty("do");
  });

  it("complete what is begun", () => {
    expect(complete("", scene)).toContain("server");
    expect(complete("ser", scene)).toEqual(["server"]);
    expect(complete("server s", scene)).toEqual(["send", "shutdown", "set", "socket"]);
    expect(complete("server close ", scene)).toEqual(["4", "3"]);
    expect(complete("sysctl A tcp_fin", scene)).toEqual(["tcp_fin_timeout=60"]);
    expect(complete("nonsense ", scene)).toEqual([]);
  });

  it("every word that is offered is taken", () => {
    const walk = (line: string, depth: number): void => {
      for (const word of complete(line, scene)) {
        const longer = `${line}${word} `;
        const result = read(longer, scene);
        if (!("do" in result)) expect([longer, result.code]).not.toEqual([longer, "unknown-word"]);
        if (depth > 1) walk(longer, depth - 1);
      }
    };
    walk("", 3);
  });

  it("a program that has ended can do nothing more", () => {
    const after = {
      ...scene,
      events: [...scene.events, { k: "process", t: 1, host: "A", program: "client", act: "exit" } as const],
    };
    expect(read("client close", after)).toMatchObject({ code: "ended" });
    expect(read("client connect", after)).toMatchObject({ code: "ended" });
  });
});
