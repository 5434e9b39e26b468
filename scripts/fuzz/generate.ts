/**
 * Random small experiments from the language of experiments. Ten seeds in a row make a group: they have the same
 * settings, distance and length, and an address pair, port, program names and moment of start of their own, so that
 * they can share two hosts; `together.ts` puts them side by side.
 */
import type { CallStep, Program, Step } from "../../src/engine/process/program.ts";
import { nextRandom, seedStream } from "../../src/engine/rng.ts";
import type { FaultSpec, OutsideEvent } from "../../src/engine/scenario.ts";
import { STATES } from "../../src/engine/trace.ts";
import { EXPERIMENT_FORMAT, type Experiment } from "../../src/experiment/canonical.ts";
import { BASELINE } from "../../src/experiment/sysctl.ts";

/** How many seeds share the hosts. */
export const GROUP = 10;
/** From one start of a group to the next: more than a machine is late. */
const STAGGER = 25_000;

/** A stream of choices. */
class Choice {
  private state: number;
  constructor(seed: number, purpose: string) {
    this.state = seedStream(seed, purpose);
  }
  below(n: number): number {
    const drawn = nextRandom(this.state);
    this.state = drawn.state;
    return drawn.value % n;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

const call = { as: null, on_error: "continue" } as const;
const stop = { as: null, on_error: "stop" } as const;

/** A call of a program on its connection. The commoner a call is in programs, the more often it stands here. */
function act(choice: Choice): CallStep {
  const fd = "conn";
  const option = <Option extends Extract<CallStep, { op: "setsockopt" }>>(
    name: Option["option"],
    value: Option["value"],
  ): CallStep => ({ op: "setsockopt", fd, option: name, value, ...call });
  switch (choice.below(22)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { op: "send", fd, bytes: choice.of([1, 26, 700, 1400, 2_000, 4_344]), ...call };
    case 4:
    case 5:
    case 6:
      return { op: "recv", fd, bytes: choice.of([1, 10, 4096]), all: choice.chance(20), ...call };
    case 7:
    case 8:
      return { op: "shutdown", fd, how: choice.of(["write", "write", "both", "read"] as const), ...call };
    case 9:
    case 10:
      return option("SO_LINGER", { on: choice.chance(90), seconds: choice.of([0, 0, 1]) });
    case 11:
      return option("TCP_LINGER2", choice.of([1, 2, -1]));
    case 12:
      return { op: "nonblock", fd, on: choice.chance(80), ...call };
    case 13:
      return {
        op: "poll",
        fd,
        events: choice.of([["in"], ["out"], ["rdhup"], ["in", "rdhup"]] as const),
        timeout: choice.of([0, 150_000, 700_000]),
        ...call,
      };
    case 14:
      return choice.of([option("SO_RCVTIMEO", 250_000), option("SO_SNDTIMEO", 250_000), option("TCP_NODELAY", 1)]);
    case 15:
      return option("TCP_USER_TIMEOUT", choice.of([700, 2_000]));
    case 16:
      return choice.of([option("SO_KEEPALIVE", 1), option("TCP_KEEPIDLE", 1), option("TCP_KEEPINTVL", 1)]);
    case 17:
      return { op: "getsockopt", fd, option: "SO_ERROR", as: "error", on_error: "continue" };
    default:
      return { op: "close", fd, ...call };
  }
}

/** Things a program does with a connection, each with time to settle before the next. */
function acts(choice: Choice, from: number): Step[] {
  const steps: Step[] = [];
  let at = from;
  const count = 1 + choice.below(6);
  for (let index = 0; index < count; index += 1) {
    steps.push({ op: "at", time: at }, act(choice));
    at += choice.of([200_000, 300_000, 600_000, 900_000]);
  }
  if (choice.chance(60)) steps.push({ op: "at", time: at }, { op: "close", fd: "conn", ...call });
  const stays = choice.chance(80) && choice.chance(90);
  // What ends a process is a call as well, and needs its time.
  steps.push(
    ...(stays ? [{ op: "pause" } as const] : [{ op: "at", time: at + 200_000 } as const, { op: "exit" } as const]),
  );
  return steps;
}

function faults(choice: Choice, port: number): FaultSpec[] {
  return Array.from({ length: choice.of([0, 0, 1, 1, 2]) }, (_, index): FaultSpec => {
    const kind = choice.below(5);
    return {
      name: `fault-${port}-${index + 1}`,
      from: choice.of(["A", "B"]),
      match:
        kind === 0
          ? { has: ["FIN"], lacks: [], data: null, port }
          : kind === 1
            ? { has: ["ACK"], lacks: ["SYN", "FIN", "RST"], data: false, port }
            : kind === 2
              ? { has: [], lacks: [], data: true, port }
              : kind === 3
                ? { has: ["RST"], lacks: [], data: null, port }
                : { has: [], lacks: ["SYN"], data: null, port },
      nth: choice.of([1, 1, 2, 3, null]),
      after: choice.chance(85) ? 550_000 : 0,
      before: null,
      act: choice.of([
        { do: "drop" },
        { do: "drop" },
        { do: "delay", by: choice.of([50_000, 120_000, 700_000]) },
        { do: "duplicate", after: choice.of([20_000, 350_000]) },
        { do: "hold", release: 2_500_000 },
      ] as const),
    };
  });
}

/** At most one thing from outside, at a moment when no program of the group does anything. */
function events(choice: Choice, place: number, names: readonly [string, string], port: number): OutsideEvent[] {
  const at = 1_810_000 + place * STAGGER;
  switch (choice.below(12)) {
    case 0:
      return [{ at, do: "kill", program: choice.of(names) }];
    case 1:
    case 2:
      return [
        {
          at,
          do: "inject",
          to: choice.of(["A", "B"]),
          connection: 1,
          flags: choice.of([["RST"], ["SYN"], ["RST", "ACK"], ["ACK"], ["FIN", "ACK"]] as const),
          seq: { base: "rcv_nxt", plus: choice.of([0, 0, 1, 1000, -1, -100_000]) },
          ack: { base: "snd_nxt", plus: choice.of([0, 0, 0, -1, 1000]) },
          tsval: choice.of([null, { base: "last", plus: 0 }, { base: "last", plus: 500 }] as const),
          bytes: choice.of([0, 0, 0, 10]),
        },
      ];
    case 3: {
      const host = choice.of(["A", "B"]);
      const state = choice.chance(70) ? null : choice.of(STATES.slice(1));
      const ports = host === "A" ? { local_port: null, peer_port: port } : { local_port: port, peer_port: null };
      return [{ at, do: "ss_kill", host, state, ...ports }];
    }
    case 4: {
      const [program, fd] = choice.of([[names[0], 4] as const, [names[1], 3] as const, [names[0], 3] as const]);
      return [{ at, do: "thread", program, fd, steps: [{ ...act(choice), fd: "fd" } as Step] }];
    }
    default:
      return [];
  }
}

/** Settings, distance and length: equal for the seeds of a group. */
function surroundings(group: number): Pick<Experiment, "until" | "link" | "class"> & {
  sysctl: Record<string, string>;
} {
  const choice = new Choice(group, "fuzz-surroundings");
  const sysctl = {
    ...BASELINE,
    "net.ipv4.tcp_fin_timeout": choice.of(["60", "60", "1", "2", "61", "62"]),
    "net.ipv4.tcp_orphan_retries": choice.of(["0", "0", "1", "2"]),
    "net.ipv4.tcp_retries2": choice.of(["15", "15", "3"]),
    "net.ipv4.tcp_sack": choice.of(["1", "1", "0"]),
    "net.ipv4.tcp_timestamps": choice.of(["1", "1", "1", "0"]),
    "net.ipv4.tcp_rfc1337": choice.of(["0", "0", "1"]),
    "net.ipv4.tcp_early_retrans": choice.of(["3", "3", "0"]),
    "net.ipv4.tcp_tw_reuse": choice.of(["2", "1", "0"]),
    "net.ipv4.tcp_abort_on_overflow": choice.of(["0", "0", "1"]),
    "net.ipv4.tcp_synack_retries": choice.of(["5", "1"]),
    "net.ipv4.tcp_syn_retries": choice.of(["6", "2"]),
    "net.ipv4.tcp_invalid_ratelimit": choice.of(["500", "500", "0"]),
  };
  // One group in six runs until TIME-WAIT and the longer FIN-WAIT-2 are over.
  const until = choice.below(6) === 0 ? 75_000_000 : 6_000_000;
  return { sysctl, until, class: "normal", link: { kind: "relay", delay: choice.of([50, 50, 5_000, 60_000]) } };
}

/** The experiment of a seed. */
export function generate(seed: number): Experiment {
  const place = seed % GROUP;
  const choice = new Choice(seed, "fuzz");
  const { sysctl, ...around } = surroundings(Math.floor(seed / GROUP));
  // Of its own among all that run on the machine: the tracepoint for states does not tell namespaces apart.
  const port = 7000 + (seed % 20_000);
  const [own, other] = [`10.0.${place}.1`, `10.0.${place}.2`];
  const names = [`server-${place}`, `client-${place}`] as const;
  const [serverFrom, clientFrom] = [600_000, 600_000 + choice.of([0, 60_000, 100_000])].map(
    (at) => at + place * STAGGER,
  ) as [number, number];
  const flag = (fd: string, option: "SO_REUSEADDR" | "IP_BIND_ADDRESS_NO_PORT"): Step => ({
    op: "setsockopt",
    fd,
    option,
    value: 1,
    ...call,
  });

  const backlog = choice.of([4, 4, 4, 1, 0]);
  const server: Program = {
    name: names[0],
    host: "B",
    start: place * STAGGER,
    nofile: 1024,
    routines: {
      main: [
        { op: "socket", as: "listener", on_error: "stop" },
        ...(choice.chance(50) ? [flag("listener", "SO_REUSEADDR")] : []),
        { op: "bind", fd: "listener", to: { address: other, port }, ...call },
        ...(choice.chance(95) ? [{ op: "listen", fd: "listener", backlog, ...call } as const] : []),
        { op: "accept", fd: "listener", as: "conn", on_error: "stop" },
        ...acts(choice, serverFrom),
      ],
    },
  };
  // Half of the clients come back from the same port once their first socket is closed, or in spite of it.
  const fixed = choice.chance(50);
  const dial = (onError: typeof call | typeof stop): Step[] => [
    { op: "socket", as: "conn", on_error: "stop" },
    fixed
      ? choice.chance(50)
        ? flag("conn", "SO_REUSEADDR")
        : ({ op: "getsockopt", fd: "conn", option: "SO_ERROR", as: "error", on_error: "continue" } as const)
      : flag("conn", "IP_BIND_ADDRESS_NO_PORT"),
    { op: "bind", fd: "conn", to: { address: own, port: fixed ? 27_000 + (seed % 5_000) : 0 }, ...onError },
    { op: "connect", fd: "conn", to: { address: other, port }, ...onError },
  ];
  const first = acts(choice, clientFrom);
  const again = choice.chance(35);
  const client: Program = {
    name: names[1],
    host: "A",
    start: 150_000 + place * STAGGER,
    nofile: 1024,
    routines: {
      main: again
        ? [
            ...dial(stop),
            ...first.filter(({ op }) => op !== "pause" && op !== "exit"),
            { op: "at", time: 3_600_000 + place * STAGGER },
            ...dial(call),
            ...acts(choice, 4_000_000 + place * STAGGER),
          ]
        : [...dial(stop), ...first],
    },
  };
  return {
    format: EXPERIMENT_FORMAT,
    id: `fuzz-${seed}`,
    title: `Random experiment ${seed}`,
    summary: "Made by npm run fuzz:kernel.",
    level: "segments",
    ...around,
    hosts: [
      { name: "A", addresses: [own], sysctl },
      { name: "B", addresses: [other], sysctl },
    ],
    programs: [server, client],
    events: events(choice, place, names, port),
    faults: faults(choice, port),
    probes: [],
    expect: [],
    varies: null,
  };
}
