/** From a command's words, all of which made sense, to what it does. */
import type { CallStep, SocketOption } from "../engine/process/program.ts";
import type { State } from "../engine/trace.ts";
import type { FaultSpec } from "./canonical.ts";
import { candidates, DEFAULT_PORT, FAULTS, hostOf, HOW, listening, type Scene } from "./command-words.ts";
import { parseDuration } from "./duration.ts";
import { bare, type Descriptor, descriptorsAfter, fault, LONGEST_RUN, type Refusal } from "./interventions.ts";
import { readOption } from "./option-word.ts";
import type { Intervention } from "./run.ts";
import { fullSysctlName } from "./sysctl.ts";
import { parseSegmentWord } from "./words.ts";

export type Command =
  | { readonly do: "change"; readonly change: Intervention }
  /** Let time pass until then (microseconds); null: until the next thing happens. */
  | { readonly do: "wait"; readonly until: number | null }
  | { readonly do: "back" }
  | { readonly do: "help" };

/** Why the words, good as they are, do nothing at this moment. */
export interface Impossible {
  readonly code: "ended" | Refusal["code"];
  readonly values: Readonly<Record<string, string | number>>;
}

export function build(words: readonly string[], scene: Scene): Command | Impossible {
  const [verb = "", ...rest] = words;
  const { now, experiment } = scene;
  if (experiment.programs.some(({ name }) => name === verb)) return buildCall(scene, verb, rest);
  const event = (made: Extract<Intervention, { add: "event" }>["event"]): Command => ({
    do: "change",
    change: { add: "event", event: made },
  });
  switch (verb) {
    case "back":
    case "help":
      return { do: verb };
    case "wait": {
      if (rest[0] === undefined) return { do: "wait", until: null };
      const until = now + (parseDuration(rest[0]) ?? 0);
      if (until > LONGEST_RUN) return { code: "too-late", values: { at: `${until / 1e6} s`, until: "1800 s" } };
      return { do: "wait", until };
    }
    case "kill":
      return event({ at: now, do: "kill", program: rest[0] ?? "" });
    case "ss":
      return event({
        at: now,
        do: "ss_kill",
        host: hostOf(scene, rest[1] ?? ""),
        state: (rest[2] as State | undefined) ?? null,
        local_port: null,
        peer_port: null,
      });
    case "link":
      return event({ at: now, do: "link", host: rest[0] ?? "", up: rest[1] === "up" });
    case "sysctl": {
      const [name = "", value = ""] = (rest[1] ?? "").split("=");
      const full = fullSysctlName(name);
      const written = full === "net.ipv4.ip_local_port_range" ? value.replace("-", " ") : value;
      return event({ at: now, do: "sysctl", host: hostOf(scene, rest[0] ?? ""), name: full, value: written });
    }
    default:
      return buildFault(scene, verb as (typeof FAULTS)[number], rest);
  }
}

function buildFault(scene: Scene, verb: (typeof FAULTS)[number], rest: readonly string[]): Command {
  const counted = rest[0] === "next" || rest[0] === "every";
  const [word = "any", , from = "", given] = counted ? rest.slice(1) : rest;
  const by = parseDuration(given ?? "");
  const act: FaultSpec["act"] =
    verb === "delay"
      ? { do: "delay", by: by ?? 500_000 }
      : verb === "duplicate"
        ? { do: "duplicate", after: by ?? 10_000 }
        : verb === "hold"
          ? { do: "hold", release: scene.now + (by ?? 2_000_000) }
          : { do: "drop" };
  const match = parseSegmentWord(word) ?? { has: [], lacks: [], data: null, port: null };
  const nth = rest[0] === "every" ? null : 1;
  return {
    do: "change",
    change: { add: "fault", fault: fault(hostOf(scene, from), match, nth, act, scene.now) },
  };
}

function buildCall(scene: Scene, program: string, [call = "", ...given]: readonly string[]): Command | Impossible {
  const gone = scene.events.findLast((event) => event.k === "process" && event.program === program);
  if (gone?.k === "process" && gone.act !== "start") return { code: "ended", values: { program } };
  const takes = { set: 2, send: 1, recv: 1, shutdown: 1, listen: 1, bind: 1, connect: 1 }[call] ?? 0;
  const named = given[takes];
  const fd = named === undefined ? (candidates(scene, program, call)[0] ?? null) : Number(named);
  const steps = callSteps(scene, program, call, given, fd);
  if ("code" in steps) return steps;
  const creates = steps.some(({ op }) => op === "socket");
  return {
    do: "change",
    change: { add: "event", event: { at: scene.now, do: "thread", program, fd: creates ? null : fd, steps } },
  };
}

/** The call that makes a socket on which this one makes sense. */
function maker(held: readonly Descriptor[], call: string): string {
  if (call === "bind" || call === "set") return "socket";
  if (call === "accept") return "listen";
  return held.some(({ is }) => is === "listener") ? "accept" : "connect";
}

type Steps = Extract<Extract<Intervention, { add: "event" }>["event"], { do: "thread" }>["steps"];

function callSteps(
  scene: Scene,
  program: string,
  call: string,
  given: readonly string[],
  fd: number | null,
): Steps | Impossible {
  const make: CallStep = { op: "socket", as: "fd", on_error: "stop" };
  const held = descriptorsAfter(scene.events).get(program) ?? [];
  const bind = (to: string): CallStep => bare({ op: "bind", fd: "fd", to: { address: "0.0.0.0", port: Number(to) } });
  if (call === "exit") return [{ op: "exit" }];
  if (call === "socket") return [make];
  if (call === "listen") {
    const listen: CallStep = bare({ op: "listen", fd: "fd", backlog: 16 });
    const known = held.find((one) => one.fd === fd);
    if (!known) return [make, bind(given[0] ?? String(DEFAULT_PORT)), listen];
    return known.is === "bound" ? [listen] : [bind(given[0] ?? String(DEFAULT_PORT)), listen];
  }
  if (call === "connect") {
    const to = given[0] ?? listening(scene, program)[0] ?? "";
    const [host = "", wanted = ""] = to.split(":");
    const { hosts } = scene.experiment;
    const at = hostOf(scene, host);
    const address =
      hosts.find(({ name }) => name === at)?.addresses[0] ??
      hosts.flatMap(({ addresses }) => addresses).find((one) => one === host);
    if (address === undefined)
      return { code: "no-host", values: { host, hosts: hosts.map(({ name }) => name).join(", ") } };
    const connect: CallStep = bare({ op: "connect", fd: "fd", to: { address, port: Number(wanted) } });
    return fd === null ? [make, connect] : [connect];
  }
  if (fd === null) return { code: "no-descriptor", values: { program, call, maker: maker(held, call) } };
  switch (call) {
    case "bind":
      return [bind(given[0] ?? "0")];
    case "accept":
      return [{ op: "accept", fd: "fd", as: "conn", on_error: "stop" }];
    case "send":
      return [bare({ op: "send", fd: "fd", bytes: Number(given[0]) })];
    case "recv":
      return [bare({ op: "recv", fd: "fd", bytes: Number(given[0] ?? 1000), all: false })];
    case "shutdown":
      return [bare({ op: "shutdown", fd: "fd", how: (given[0] ?? "write") as (typeof HOW)[number] })];
    case "set": {
      const option = given[0] as SocketOption;
      const value = readOption(option, given[1] ?? "") ?? 0;
      return [bare({ op: "setsockopt", fd: "fd", option, value })];
    }
    default:
      return [bare({ op: "close", fd: "fd" })];
  }
}
