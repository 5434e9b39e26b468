/** What may stand at each place of a command, at a moment of a run: `expected` is the whole grammar. */
import { SOCKET_OPTIONS, type SocketOption } from "../engine/process/program.ts";
import { STATES, type TraceEvent } from "../engine/trace.ts";
import type { Experiment } from "./canonical.ts";
import { parseDuration } from "./duration.ts";
import { type Descriptor, descriptorsAfter } from "./interventions.ts";
import { MODELLED_OPTIONS, optionExample, optionHint, readOption } from "./option-word.ts";
import { BASELINE } from "./sysctl.ts";
import { isModelled } from "./sysctl-values.ts";
import { SEGMENT_WORDS } from "./words.ts";

/** The moment at which a command is given. */
export interface Scene {
  /** With every change so far. */
  readonly experiment: Experiment;
  /** What has happened up to now. */
  readonly events: readonly TraceEvent[];
  /** Microseconds. */
  readonly now: number;
}

/** What may stand at a place. `hint` names it where it cannot be listed. */
interface Place {
  readonly options: readonly string[];
  readonly hint: string;
  readonly accepts: (word: string) => boolean;
  readonly optional: boolean;
}

const CALLS = ["connect", "listen", "accept", "send", "recv", "shutdown", "close", "set", "socket", "bind", "exit"];
export const FAULTS = ["drop", "delay", "hold", "duplicate"] as const;
export const HOW = ["write", "read", "both"] as const;
export const DEFAULT_PORT = 7000;

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
const isPort = (word: string): boolean => number(word, 1, 65_535);
const port = (optional: boolean): Place => free("a port from 1 to 65535", [String(DEFAULT_PORT)], isPort, optional);
const bytes = (example: string, optional: boolean): Place =>
  free("a number of bytes from 1 to 1048576", [example], (word) => number(word, 1, 1 << 20), optional);
const time = (examples: readonly string[], optional: boolean): Place =>
  free("a time with its unit", examples, (word) => parseDuration(word) !== null, optional);

/** Hosts by their own name and by the programs that run there. */
function hostWords({ experiment: { hosts, programs } }: Scene): readonly string[] {
  return [...new Set([...programs.map(({ name }) => name), ...hosts.map(({ name }) => name)])];
}

export function hostOf({ experiment: { hosts, programs } }: Scene, word: string): string {
  return hosts.find(({ name }) => name === word)?.name ?? programs.find(({ name }) => name === word)?.host ?? word;
}

/** Descriptors on which the call makes sense, the likeliest first. */
export function candidates({ events }: Scene, program: string, call: string): readonly number[] {
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
export const possibleCalls = (scene: Scene, program: string): readonly string[] =>
  CALLS.filter(
    (call) => ["connect", "listen", "socket", "exit"].includes(call) || candidates(scene, program, call).length > 0,
  );

/** Addresses on which somebody on another host listens, as endpoints. */
export function listening({ experiment: { programs }, events }: Scene, program: string): readonly string[] {
  const own = programs.find(({ name }) => name === program)?.host;
  const found = events.flatMap((event) =>
    event.k === "sock" && event.remote === "0.0.0.0:0" && event.host !== own
      ? [`${event.host}:${event.local.slice(event.local.lastIndexOf(":") + 1)}`]
      : [],
  );
  return [...new Set(found)];
}

/** What may stand after these words, all of which made sense; null: nothing. */
export function expected(scene: Scene, words: readonly string[]): Place | null {
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
            Object.entries(BASELINE)
              .filter(([name]) => isModelled(name, ""))
              .map(([name, value]) => `${short(name)}=${value.replace(" ", "-")}`),
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
      const any = (word: string): boolean => isPort(/^[A-Za-z0-9_.-]+:(\d{1,5})$/.exec(word)?.[1] ?? "");
      return n === 0
        ? free("where to, as in B:7000, with a port from 1 to 65535", known, any, known.length > 0)
        : n === 1
          ? fd
          : null;
    }
    case "listen":
    case "bind":
      return n === 0 ? port(call === "listen") : n === 1 ? fd : null;
    case "send":
      return n === 0 ? bytes("100", false) : n === 1 ? fd : null;
    case "recv":
      return n === 0 ? bytes("1000", true) : n === 1 ? fd : null;
    case "shutdown":
      return n === 0 ? oneOf(HOW, "which direction", true) : n === 1 ? fd : null;
    case "set": {
      const option = given[0] as SocketOption;
      // One that is not modelled is understood, so that it can be said.
      const modelled = MODELLED_OPTIONS.includes(option);
      if (n === 0) return free("a socket option", MODELLED_OPTIONS, (word) => Object.hasOwn(SOCKET_OPTIONS, word));
      return n === 1
        ? free(
            optionHint(option),
            [optionExample(option)],
            (word) => !modelled || readOption(option, word) !== null,
            !modelled,
          )
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
