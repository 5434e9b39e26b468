/**
 * What a reader types into the sandbox: `server close`, `client send 100`, `drop next FIN from server`,
 * `sysctl client tcp_fin_timeout=61`, `wait 60s`. One function, `expected`, says what may stand next; reading,
 * completing and explaining all follow from it. Sentences are in `src/i18n/en/changes.ts`.
 */
import { type CallStep, SOCKET_OPTIONS, type OptionValue, type SocketOption } from "../engine/process/program.ts";
import { STATES, type State, type TraceEvent } from "../engine/trace.ts";
import type { Experiment, FaultSpec } from "./canonical.ts";
import { parseDuration } from "./duration.ts";
import {
  bare,
  type Descriptor,
  descriptorsAfter,
  fault,
  LONGEST_RUN,
  optionExample,
  type Refusal,
  refuse,
} from "./interventions.ts";
import { closest } from "./nearest.ts";
import type { Intervention } from "./run.ts";
import { BASELINE, fullSysctlName } from "./sysctl.ts";
import { parseSegmentWord, SEGMENT_WORDS } from "./words.ts";

/** The moment at which a command is given. */
export interface Scene {
  /** With every change so far. */
  readonly experiment: Experiment;
  /** What has happened up to now. */
  readonly events: readonly TraceEvent[];
  /** Microseconds. */
  readonly now: number;
}

export type Command =
  | { readonly do: "change"; readonly change: Intervention }
  /** Let time pass until then (microseconds); null: until the next thing happens. */
  | { readonly do: "wait"; readonly until: number | null }
  | { readonly do: "back" }
  | { readonly do: "help" };

/** What was understood, what was not, what is possible. */
export interface Misread {
  readonly code: "unknown-word" | "incomplete" | "too-much" | "ended" | Refusal["code"];
  readonly values: Readonly<Record<string, string | number>>;
  /** The words that made sense. */
  readonly understood: string;
  /** What could stand after them. */
  readonly possible: readonly string[];
  /** The possible word that is the most like the one that was written. */
  readonly nearest: string | null;
}

/** What may stand at a place. `hint` names it where it cannot be listed. */
interface Place {
  readonly options: readonly string[];
  readonly hint: string;
  readonly accepts: (word: string) => boolean;
  readonly optional: boolean;
}

const CALLS = ["connect", "listen", "accept", "send", "recv", "shutdown", "close", "set", "socket", "bind", "exit"];
const FAULTS = ["drop", "delay", "hold", "duplicate"] as const;
const HOW = ["write", "read", "both"] as const;
const DEFAULT_PORT = 7000;

const number = (word: string, low: number, high: number): boolean =>
  /^\d{1,10}$/.test(word) && Number(word) >= low && Number(word) <= high;
const oneOf = (options: readonly string[], hint: string, optional = false): Place => ({
  options,
  hint,
  accepts: (word) => options.includes(word),
  optional,
});
const free = (hint: string, examples: readonly string[], accepts: Place["accepts"], optional = false): Place => ({
  options: examples,
  hint,
  accepts,
  optional,
});
const port = (optional: boolean): Place =>
  free("a port", [String(DEFAULT_PORT)], (word) => number(word, 1, 65_535), optional);
const time = (examples: readonly string[], optional: boolean): Place =>
  free("a time with its unit", examples, (word) => parseDuration(word) !== null, optional);

/** Hosts by their own name and by the programs that run there. */
function hostWords({ experiment: { hosts, programs } }: Scene): readonly string[] {
  return [...new Set([...programs.map(({ name }) => name), ...hosts.map(({ name }) => name)])];
}

function hostOf({ experiment: { hosts, programs } }: Scene, word: string): string {
  return hosts.find(({ name }) => name === word)?.name ?? programs.find(({ name }) => name === word)?.host ?? word;
}

/** Descriptors on which the call makes sense, the likeliest first. */
function candidates({ events }: Scene, program: string, call: string): readonly number[] {
  const held = descriptorsAfter(events).get(program) ?? [];
  const kinds: Readonly<Record<string, readonly Descriptor["is"][]>> = {
    accept: ["listener"],
    connect: ["new", "bound"],
    listen: ["new", "bound"],
    bind: ["new"],
    close: ["connection", "listener", "new", "bound"],
    set: ["connection", "new", "bound", "listener"],
  };
  return (kinds[call] ?? ["connection"]).flatMap((is) => held.filter((one) => one.is === is).map(({ fd }) => fd));
}

/** Calls that make a socket, and those for which the program has one. */
const possibleCalls = (scene: Scene, program: string): readonly string[] =>
  CALLS.filter(
    (call) => ["connect", "listen", "socket", "exit"].includes(call) || candidates(scene, program, call).length > 0,
  );

/** Addresses on which somebody on another host listens, as endpoints. */
function listening({ experiment: { programs }, events }: Scene, program: string): readonly string[] {
  const own = programs.find(({ name }) => name === program)?.host;
  const found = events.flatMap((event) =>
    event.k === "sock" && event.remote === "0.0.0.0:0" && event.host !== own
      ? [`${event.host}:${event.local.slice(event.local.lastIndexOf(":") + 1)}`]
      : [],
  );
  return [...new Set(found)];
}

/** What may stand after these words, all of which made sense; null: nothing. */
function expected(scene: Scene, words: readonly string[]): Place | null {
  const { hosts, programs } = scene.experiment;
  const [verb = "", ...rest] = words;
  const n = rest.length;
  if (words.length === 0)
    return oneOf(
      [...programs.map(({ name }) => name), ...FAULTS, "sysctl", "wait", "kill", "ss", "link", "back", "help"],
      "a program or a command",
    );
  if (programs.some(({ name }) => name === verb)) return expectedInCall(scene, verb, rest);
  if ((FAULTS as readonly string[]).includes(verb)) {
    const counted = rest[0] === "next" || rest[0] === "every" ? 1 : 0;
    if (n === 0) return oneOf(["next", "every", ...SEGMENT_WORDS], "which segment");
    if (counted === 1 && n === 1) return oneOf(SEGMENT_WORDS, "a kind of segment");
    if (n === counted + 1) return oneOf(["from"], "from");
    if (n === counted + 2) return oneOf(hostWords(scene), "who sends it");
    return n === counted + 3 && verb !== "drop" ? time(["500ms", "2s"], true) : null;
  }
  switch (verb) {
    case "sysctl":
      if (n === 0) return oneOf(hostWords(scene), "on which host");
      return n === 1
        ? free(
            "name=value",
            Object.entries(BASELINE).map(([name, value]) => `${short(name)}=${value.replace(" ", "-")}`),
            (word) => word.indexOf("=") > 0,
          )
        : null;
    case "wait":
      return n === 0 ? time(["100ms", "1s", "60s"], true) : null;
    case "kill":
      return n === 0
        ? oneOf(
            programs.map(({ name }) => name),
            "a program",
          )
        : null;
    case "ss":
      if (n === 0) return oneOf(["-K"], "-K");
      if (n === 1) return oneOf(hostWords(scene), "on which host");
      return n === 2 ? oneOf(STATES, "a state", true) : null;
    case "link":
      if (n === 0)
        return oneOf(
          hosts.map(({ name }) => name),
          "a host",
        );
      return n === 1 ? oneOf(["down", "up"], "down or up") : null;
    default:
      return null;
  }
}

function expectedInCall(scene: Scene, program: string, rest: readonly string[]): Place | null {
  const [call = "", ...given] = rest;
  const n = given.length;
  const fd = oneOf(candidates(scene, program, call).map(String), "a descriptor", true);
  if (rest.length === 0) return oneOf(CALLS, "a call");
  switch (call) {
    case "connect": {
      const known = listening(scene, program);
      const any = (word: string): boolean => /^[A-Za-z0-9_.-]+:\d{1,5}$/.test(word);
      return n === 0 ? free("where to, as in B:7000", known, any, known.length > 0) : n === 1 ? fd : null;
    }
    case "listen":
    case "bind":
      return n === 0 ? port(call === "listen") : n === 1 ? fd : null;
    case "send":
      return n === 0 ? free("how many bytes", ["100"], (word) => number(word, 1, 1 << 20)) : n === 1 ? fd : null;
    case "recv":
      return n === 0 ? free("how many bytes", ["1000"], (word) => number(word, 1, 1 << 20), true) : n === 1 ? fd : null;
    case "shutdown":
      return n === 0 ? oneOf(HOW, "which direction", true) : n === 1 ? fd : null;
    case "set": {
      const option = given[0] as SocketOption;
      if (n === 0) return oneOf(Object.keys(SOCKET_OPTIONS), "a socket option");
      return n === 1
        ? free("a value", [optionExample(option)], (word) => readOption(option, word) !== null)
        : n === 2
          ? fd
          : null;
    }
    case "accept":
    case "close":
      return n === 0 ? fd : null;
    default:
      return null;
  }
}

const short = (name: string): string => name.replace(/^net\.ipv4\./, "");

/** A socket option's value as typed: `1`, `2s`, seconds or `off` for SO_LINGER, `40000-40099`; null: not one. */
export function readOption(option: SocketOption, word: string): OptionValue | null {
  const whole = /^\d{1,10}$/.test(word) ? Number(word) : null;
  switch (SOCKET_OPTIONS[option]) {
    case "flag":
      return whole === 0 || whole === 1 ? whole : null;
    case "time":
      return parseDuration(word);
    case "linger":
      return word === "off" ? { on: false, seconds: 0 } : whole === null ? null : { on: true, seconds: whole };
    case "range": {
      const found = /^(\d{1,5})-(\d{1,5})$/.exec(word);
      return found ? { first: Number(found[1]), last: Number(found[2]) } : null;
    }
    default:
      return whole ?? (/^-\d{1,9}$/.test(word) ? Number(word) : null);
  }
}

/** Words that may come next, or that the last one may become. */
export function complete(line: string, scene: Scene): readonly string[] {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const typing = /\s$/.test(line) || words.length === 0 ? "" : (words.pop() ?? "");
  if (words.some((word, i) => !expected(scene, words.slice(0, i))?.accepts(word))) return [];
  return (expected(scene, words)?.options ?? []).filter((option) => option.startsWith(typing) && option !== typing);
}

/** Reads one line. */
export function read(line: string, scene: Scene): Command | Misread {
  const words = line.split(/\s+/).filter((word) => word !== "");
  for (const [i, word] of words.entries()) {
    const before = words.slice(0, i);
    const place = expected(scene, before);
    const understood = before.join(" ");
    if (!place) return { code: "too-much", values: { word }, understood, possible: [], nearest: null };
    if (place.accepts(word)) continue;
    const nearest = closest(word, place.options);
    return { code: "unknown-word", values: { word, hint: place.hint }, understood, possible: place.options, nearest };
  }
  const next = expected(scene, words);
  const understood = words.join(" ");
  if (next && !next.optional)
    return { code: "incomplete", values: { hint: next.hint }, understood, possible: next.options, nearest: null };
  const made = build(words, scene);
  if ("code" in made) {
    const calls = made.code === "no-descriptor" ? possibleCalls(scene, words[0] ?? "") : null;
    return { ...made, understood, possible: calls ?? next?.options ?? [], nearest: null };
  }
  if (made.do !== "change") return made;
  const refused = refuse(scene.experiment, made.change);
  return refused ? { ...refused, understood, possible: [], nearest: null } : made;
}

type Unread = Pick<Misread, "code" | "values">;

function build(words: readonly string[], scene: Scene): Command | Unread {
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

function buildCall(scene: Scene, program: string, [call = "", ...given]: readonly string[]): Command | Unread {
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

type Steps = Extract<Extract<Intervention, { add: "event" }>["event"], { do: "thread" }>["steps"];

function callSteps(
  scene: Scene,
  program: string,
  call: string,
  given: readonly string[],
  fd: number | null,
): Steps | Unread {
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
  if (fd === null) return { code: "no-descriptor", values: { program, call } };
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
