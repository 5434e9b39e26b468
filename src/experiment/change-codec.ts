/**
 * Changes as short text for a link: one token a change, `~` between them. The common ones have a form of a dozen
 * characters; any other is JSON in the token, so that every change can be written. The lists below are part of the
 * form: append to them, never reorder, or old links change their meaning.
 */
import {
  type CallStep,
  type OptionValue,
  SOCKET_OPTIONS,
  type SocketOption,
  type Step,
} from "../engine/process/program.ts";
import { STATES } from "../engine/trace.ts";
import type { Experiment, FaultSpec, OutsideEvent } from "./canonical.ts";
import { bare, faultName } from "./interventions.ts";
import type { Intervention } from "./run.ts";
import { parseSegmentWord } from "./words.ts";

export const CODED_WORDS = ["any", "SYN", "SYN+ACK", "FIN", "RST", "data", "ACK"] as const;
export const CODED_SYSCTLS = [
  "net.core.somaxconn",
  "net.ipv4.ip_autobind_reuse",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_abort_on_overflow",
  "net.ipv4.tcp_challenge_ack_limit",
  "net.ipv4.tcp_congestion_control",
  "net.ipv4.tcp_early_retrans",
  "net.ipv4.tcp_ecn",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_invalid_ratelimit",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_max_syn_backlog",
  "net.ipv4.tcp_max_tw_buckets",
  "net.ipv4.tcp_migrate_req",
  "net.ipv4.tcp_no_metrics_save",
  "net.ipv4.tcp_orphan_retries",
  "net.ipv4.tcp_retries1",
  "net.ipv4.tcp_retries2",
  "net.ipv4.tcp_rfc1337",
  "net.ipv4.tcp_rto_max_ms",
  "net.ipv4.tcp_rto_min_us",
  "net.ipv4.tcp_sack",
  "net.ipv4.tcp_stdurg",
  "net.ipv4.tcp_syn_linear_timeouts",
  "net.ipv4.tcp_syn_retries",
  "net.ipv4.tcp_synack_retries",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_timestamps",
  "net.ipv4.tcp_tw_reuse",
  "net.ipv4.tcp_tw_reuse_delay",
  "net.ipv4.tcp_window_scaling",
];
const OPTIONS = Object.keys(SOCKET_OPTIONS) as readonly SocketOption[];
const HOW = ["read", "write", "both"] as const;
const ACTS = { d: "drop", y: "delay", u: "duplicate", h: "hold" } as const;

const n36 = (value: number): string => value.toString(36);
/** Milliseconds in base 36, and what is left in microseconds behind a dash. */
const t36 = (us: number): string => n36(Math.floor(us / 1000)) + (us % 1000 === 0 ? "" : `-${n36(us % 1000)}`);

function readNumber(text: string | undefined): number {
  return text !== undefined && /^[0-9a-z]{1,9}$/.test(text) ? parseInt(text, 36) : NaN;
}
function readTime(text: string | undefined): number {
  const [ms, us = "0"] = (text ?? "").split("-");
  return readNumber(ms) * 1000 + readNumber(us);
}

/** One change as a token. */
export function encodeChange(one: Intervention, experiment: Experiment): string {
  const brief = encodeBriefly(one, experiment);
  // The brief form is taken only if it says the same; so decoding gives back what was encoded, whatever it was.
  if (brief !== null && same(decodeChange(brief, experiment), one)) return brief;
  return `j${encodeURIComponent(JSON.stringify(one)).replaceAll("~", "%7E")}`;
}

function encodeBriefly(one: Intervention, { hosts, programs }: Experiment): string | null {
  const host = (name: string): string => n36(hosts.findIndex((other) => other.name === name));
  const program = (name: string): string => n36(programs.findIndex((other) => other.name === name));
  const sysctl = (name: string, value: string): string =>
    `${n36(CODED_SYSCTLS.indexOf(name))}.${value.replaceAll(" ", "_")}`;
  if ("set" in one) {
    if (one.set === "sysctl") return `S${host(one.host)}${sysctl(one.name, one.value)}`;
    if (one.set === "kernel") return `v${host(one.host)}${one.version}`;
    return `o${program(one.program)}${n36(OPTIONS.indexOf(one.option))}.${encodeValue(one.value)}.${one.variable}`;
  }
  if (one.add === "fault") {
    const { from, match, nth, after, act } = one.fault;
    const word = CODED_WORDS.findIndex((candidate) => same(parseSegmentWord(candidate), match));
    const letter = Object.entries(ACTS).find(([, name]) => name === act.do)?.[0] ?? "";
    const by = act.do === "delay" ? act.by : act.do === "duplicate" ? act.after : act.do === "hold" ? act.release : 0;
    const more = after > 0 ? `.${t36(by)}.${t36(after)}` : by > 0 ? `.${t36(by)}` : "";
    return `f${letter}${host(from)}${n36(word)}${nth === null ? "" : n36(nth)}${more}`;
  }
  const { event } = one;
  switch (event.do) {
    case "sysctl":
      return `s${host(event.host)}${t36(event.at)}.${sysctl(event.name, event.value)}`;
    case "kill":
      return `k${program(event.program)}${t36(event.at)}`;
    case "link":
      return `l${host(event.host)}${event.up ? 1 : 0}${t36(event.at)}`;
    case "ss_kill":
      return `K${host(event.host)}${t36(event.at)}${dotted(
        event.state && n36(STATES.indexOf(event.state)),
        event.local_port === null ? null : n36(event.local_port),
        event.peer_port === null ? null : n36(event.peer_port),
      )}`;
    case "thread": {
      const steps = event.steps.map((step) => encodeStep(step, hosts)).join("");
      return `t${program(event.program)}${t36(event.at)}.${event.fd === null ? "" : n36(event.fd)}.${steps}`;
    }
    case "inject":
      return null;
  }
}

/** Each behind a dot, and none behind the last that is there. */
function dotted(...parts: readonly (string | null)[]): string {
  const last = parts.findLastIndex((part) => part !== null);
  return parts
    .slice(0, last + 1)
    .map((part) => `.${part ?? ""}`)
    .join("");
}

/** The value of an option: a number, on or off for so many seconds, or a range of ports. */
function encodeValue(value: OptionValue): string {
  if (typeof value === "number") return String(value);
  return "on" in value ? `${value.on ? "y" : "n"}${value.seconds}` : `${value.first}-${value.last}`;
}

function decodeValue(text: string): OptionValue | null {
  if (/^-?\d{1,10}$/.test(text)) return Number(text);
  const [, on, seconds] = /^([yn])(\d{1,10})$/.exec(text) ?? [];
  if (on !== undefined) return { on: on === "y", seconds: Number(seconds) };
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  return first === undefined ? null : { first: Number(first), last: Number(last) };
}

/** A letter, and what it needs in base 36. */
function encodeStep(step: Step, hosts: Experiment["hosts"]): string {
  switch (step.op) {
    case "socket":
      return "k";
    case "close":
      return "c";
    case "exit":
      return "x";
    case "accept":
      return "a";
    case "bind":
      return `b${n36(step.to.port)}_`;
    case "listen":
      return `l${n36(step.backlog)}_`;
    case "connect": {
      const at = hosts.findIndex(({ addresses }) => addresses[0] === step.to.address);
      return `n${n36(at)}${n36(step.to.port)}_`;
    }
    case "send":
      return `s${n36(step.bytes)}_`;
    case "recv":
      return `r${n36(step.bytes)}_`;
    case "shutdown":
      return `h${HOW.indexOf(step.how)}`;
    case "setsockopt": {
      const { option, value } = step;
      if (typeof value === "number") return `o${n36(OPTIONS.indexOf(option))}.${value}_`;
      if ("on" in value) return `g${value.on ? 1 : 0}${n36(value.seconds)}_`;
      return "?";
    }
    default:
      return "?";
  }
}

function decodeStep(text: string, hosts: Experiment["hosts"]): { step: Step; rest: string } | null {
  const letter = text[0] ?? "";
  const [, argument = "", after = ""] = /^([^_]*)_(.*)$/.exec(text.slice(1)) ?? [];
  const value = readNumber(argument);
  const plain = (step: Step): { step: Step; rest: string } => ({ step, rest: text.slice(1) });
  const call = (step: CallStep): { step: Step; rest: string } => ({ step, rest: after });
  switch (letter) {
    case "k":
      return plain({ op: "socket", as: "fd", on_error: "stop" });
    case "c":
      return plain(bare({ op: "close", fd: "fd" }));
    case "x":
      return plain({ op: "exit" });
    case "a":
      return plain({ op: "accept", fd: "fd", as: "conn", on_error: "stop" });
    case "h": {
      const how = HOW[Number(text[1])];
      return how ? { step: bare({ op: "shutdown", fd: "fd", how }), rest: text.slice(2) } : null;
    }
    case "g": {
      const seconds = readNumber(argument.slice(1));
      const on = argument.startsWith("1");
      return Number.isNaN(seconds)
        ? null
        : call(bare({ op: "setsockopt", fd: "fd", option: "SO_LINGER", value: { on, seconds } }));
    }
    case "o": {
      const [at, written = ""] = argument.split(".");
      const option = OPTIONS[readNumber(at)];
      return option && /^-?\d{1,10}$/.test(written)
        ? call(bare({ op: "setsockopt", fd: "fd", option, value: Number(written) }))
        : null;
    }
    case "n": {
      const address = hosts[readNumber(argument[0])]?.addresses[0];
      const port = readNumber(argument.slice(1));
      return address === undefined || Number.isNaN(port)
        ? null
        : call(bare({ op: "connect", fd: "fd", to: { address, port } }));
    }
  }
  if (Number.isNaN(value)) return null;
  switch (letter) {
    case "b":
      return call(bare({ op: "bind", fd: "fd", to: { address: "0.0.0.0", port: value } }));
    case "l":
      return call(bare({ op: "listen", fd: "fd", backlog: value }));
    case "s":
      return call(bare({ op: "send", fd: "fd", bytes: value }));
    case "r":
      return call(bare({ op: "recv", fd: "fd", bytes: value, all: false }));
    default:
      return null;
  }
}

function decodeSteps(text: string, hosts: Experiment["hosts"]): readonly Step[] | null {
  const steps: Step[] = [];
  for (let rest = text; rest !== "";) {
    const one = decodeStep(rest, hosts);
    if (!one) return null;
    steps.push(one.step);
    rest = one.rest;
  }
  return steps.length > 0 ? steps : null;
}

/** What a token says; null: nothing that this experiment knows. Never throws. */
export function decodeChange(token: string, experiment: Experiment): unknown {
  if (token.startsWith("j")) {
    try {
      return JSON.parse(decodeURIComponent(token.slice(1))) as unknown;
    } catch {
      return null;
    }
  }
  const { hosts, programs } = experiment;
  const [head = "", ...more] = token.slice(2).split(".");
  const index = readNumber(token[1]);
  const host = hosts[index]?.name;
  const program = programs[index]?.name;
  const made = ((): Intervention | null => {
    switch (token[0]) {
      case "S":
        return host === undefined
          ? null
          : withSysctl(head, more, (name, value) => ({ set: "sysctl", host, name, value }));
      case "v": {
        const version = token.slice(2);
        return host === undefined || !/^[\d.]{3,12}$/.test(version) ? null : { set: "kernel", host, version };
      }
      case "s":
        return host === undefined
          ? null
          : withSysctl(more[0], more.slice(1), (name, value) => ({
              add: "event",
              event: { at: readTime(head), do: "sysctl", host, name, value },
            }));
      case "k":
        return program === undefined ? null : { add: "event", event: { at: readTime(head), do: "kill", program } };
      case "l":
        return host === undefined
          ? null
          : { add: "event", event: { at: readTime(head.slice(1)), do: "link", host, up: head.startsWith("1") } };
      case "K": {
        const [state, local_port, peer_port] = [0, 1, 2].map((i) => (more[i] ? readNumber(more[i]) : null));
        const named = state == null ? null : STATES[state];
        if (host === undefined || named === undefined || local_port === undefined || peer_port === undefined)
          return null;
        const event: OutsideEvent = { at: readTime(head), do: "ss_kill", host, state: named, local_port, peer_port };
        return { add: "event", event };
      }
      case "t": {
        const steps = decodeSteps(more.slice(1).join("."), hosts);
        const fd = more[0] === "" ? null : readNumber(more[0]);
        return program === undefined || !steps || Number.isNaN(fd)
          ? null
          : { add: "event", event: { at: readTime(head), do: "thread", program, fd, steps } };
      }
      case "o": {
        const option = OPTIONS[readNumber(head)];
        const value = decodeValue(more[0] ?? "");
        const variable = more[1] ?? "";
        return program === undefined || !option || value === null
          ? null
          : { set: "option", program, variable, option, value };
      }
      case "f":
        return decodeFault(token, hosts);
      default:
        return null;
    }
  })();
  const at = made && "add" in made && made.add === "event" ? made.event.at : 0;
  return Number.isNaN(at) ? null : made;
}

function withSysctl(
  at: string | undefined,
  value: readonly string[],
  make: (name: string, value: string) => Intervention,
): Intervention | null {
  const name = CODED_SYSCTLS[readNumber(at)];
  const written = value.join(".").replaceAll("_", " ");
  return name === undefined || !/^[0-9a-z -]{1,40}$/.test(written) ? null : make(name, written);
}

function decodeFault(token: string, hosts: Experiment["hosts"]): Intervention | null {
  const [head = "", by = "0", since = "0"] = token.split(".");
  const act = ACTS[head[1] as keyof typeof ACTS] as (typeof ACTS)[keyof typeof ACTS] | undefined;
  const from = hosts[readNumber(head[2])]?.name;
  const match = parseSegmentWord(CODED_WORDS[readNumber(head[3])] ?? "");
  const nth = head.length === 4 ? null : readNumber(head.slice(4));
  const time = readTime(by);
  const after = readTime(since);
  if (!act || from === undefined || !match || Number.isNaN(nth) || Number.isNaN(time) || Number.isNaN(after))
    return null;
  const does: FaultSpec["act"] =
    act === "delay"
      ? { do: act, by: time }
      : act === "duplicate"
        ? { do: act, after: time }
        : act === "hold"
          ? { do: act, release: time }
          : { do: act };
  const name = faultName(from, match, nth, does);
  return { add: "fault", fault: { name, from, match, nth, after, before: null, act: does } };
}

/** Equal as values, whatever the order of their keys. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
