/**
 * Steps in sentences. Every sentence stands in the catalogue of the reader's language; this file
 * chooses which, and with what values. Text comes back in pieces, so that a page can set states as
 * chips and names of timers in a box.
 */
import { STATES, type State } from "../engine/trace.ts";
import { RULES } from "../engine/tcp/rules.ts";
import { format } from "../i18n/format.ts";
import type { narration } from "../i18n/en/narration.ts";
import { flagWords, segmentLabel } from "./segments.ts";
import type { CallView, Step } from "./step.ts";
import type { Story } from "./steps.ts";
import { duration } from "./time.ts";

export type Narration = typeof narration;

/** `code` in mono, `timer` in its box, `state` as a chip the first time and in one piece after that. */
export type Part =
  | { readonly kind: "text" | "code" | "timer"; readonly text: string }
  | { readonly kind: "state"; readonly text: State; readonly chip: boolean };

export interface Sentence {
  /** What happened, and what came of it. */
  readonly what: readonly Part[];
  /** Why the kernel did so; empty in a recording. */
  readonly why: readonly Part[];
}

/** The latest sentence of a story: a page says it in several places at once. */
const latest = new WeakMap<Story, { readonly n: number; readonly messages: Narration; readonly sentence: Sentence }>();

/** The sentence of step `n`. */
export function narrate(story: Story, n: number, messages: Narration): Sentence {
  const known = latest.get(story);
  if (known?.n === n && known.messages === messages) return known.sentence;
  const sentence = tell(story, n, messages);
  latest.set(story, { n, messages, sentence });
  return sentence;
}

function tell(story: Story, n: number, messages: Narration): Sentence {
  const step = story.steps[n - 1];
  if (!step) return { what: [], why: [] };
  const chips = new Set<State>();
  const what = [happening(story, step, messages), ...consequences(story, step, messages)]
    .filter((s) => s !== "")
    .join(" ");
  const rules = new Set([step.rule, step.miniRule].filter((rule) => rule !== null));
  const why = [...rules].map((rule) => ruleSentence(story, step, rule, messages)).join(" ");
  return { what: parts(what, chips), why: parts(why, chips) };
}

/** One line for lists: what happened, without what came of it. */
export function brief(story: Story, n: number, messages: Narration): readonly Part[] {
  const step = story.steps[n - 1];
  return step ? parts(happening(story, step, messages), new Set(STATES)) : [];
}

/** The pieces as plain text, for tables, announcements and tests. */
export function plain(pieces: readonly Part[]): string {
  return pieces.map((piece) => piece.text).join("");
}

/** "close()", "send(26)", "recv() 0", "send() EPIPE". */
export function callLabel(call: CallView): string {
  const name = `${call.op}(${call.op === "send" && call.bytes !== null ? call.bytes : ""})`;
  if (call.result === null) return name;
  if (call.result.errno !== null) return `${name} ${call.result.errno}`;
  return call.op === "recv" ? (call.result.value > 0 ? `recv(${call.result.value})` : "recv() 0") : name;
}

const NAMES = STATES.join("|");
const PIECES = new RegExp(`\`([^\`]+)\`|~([^~]+)~|(?<![\\w-])(${NAMES})(?![\\w-])`, "g");

/** Splits a sentence at its marks: \`code\`, ~timer~ and the names of states. */
export function parts(text: string, chips: Set<State>): readonly Part[] {
  const found: Part[] = [];
  let last = 0;
  for (const match of text.matchAll(PIECES)) {
    if (match.index > last) found.push({ kind: "text", text: text.slice(last, match.index) });
    const [whole, code, timer, state] = match;
    if (code !== undefined) found.push({ kind: "code", text: code });
    else if (timer !== undefined) found.push({ kind: "timer", text: timer });
    else if (state !== undefined) {
      found.push({ kind: "state", text: state as State, chip: !chips.has(state as State) });
      chips.add(state as State);
    }
    last = match.index + whole.length;
  }
  if (last < text.length) found.push({ kind: "text", text: text.slice(last) });
  return found;
}

function happening(story: Story, step: Step, messages: Narration): string {
  const { happens } = messages;
  const event = story.run.events[step.at];
  const { host, segment } = step;
  const label = segment ? segmentLabel(segment) : "";
  const call = mainCall(step);
  switch (step.kind) {
    case "call":
      return call ? calling(step, call, messages) : "";
    case "return":
      return call ? format(happens.returns, { host, ...returned(call, messages) }) : "";
    case "arrive": {
      const from = segment?.injected ? happens.arrivesInjected : happens.arrives;
      const sentences = [format(from, { host, segment: label })];
      for (const back of step.calls)
        if (!back.called && back.result) sentences.push(format(happens.wakes, { ...returned(back, messages) }));
      return sentences.join(" ");
    }
    case "lost":
      return format(happens.lost, { segment: label, host: segment?.from ?? host, peer: segment?.to ?? "" });
    case "send": {
      const sent = step.sends[0];
      if (!sent) return "";
      if (sent.injected) return format(happens.injected, { segment: segmentLabel(sent), peer: sent.to });
      return format(sent.again ? happens.sendsAgain : happens.sends, { host, segment: segmentLabel(sent) });
    }
    case "timer":
      if (event?.k !== "timer") return "";
      return format(event.timer === "delack" ? happens.delack : happens.timer, { host, timer: event.timer });
    case "process":
      if (event?.k !== "process") return "";
      return format(happens[event.act === "killed" ? "killed" : event.act === "exit" ? "exit" : "start"], {
        host,
        program: event.program,
      });
    case "outside":
      return event?.k === "event" ? format(happens.outside, { host, what: event.what }) : "";
    case "state":
      if (step.skipped > 0) return format(happens.skipped, { count: step.skipped });
      return step.changes.length === 0 && step.minis.length === 0 ? format(happens.quiet, { host }) : "";
  }
}

/** The call a step is about: the last that is worth naming. */
export function mainCall(step: Step): CallView | null {
  const named = step.calls.filter((call) => call.called || call.result);
  const worth = named.filter((call) => ["listen", "connect", "send", "close", "shutdown"].includes(call.op));
  return worth.at(-1) ?? named.findLast((call) => call.result !== null) ?? named.at(-1) ?? null;
}

function calling(step: Step, call: CallView, { happens }: Narration): string {
  const values = { host: step.host, program: call.program, call: callName(call), fd: call.fd ?? 0 };
  if (call.result === null) return format(call.op === "connect" ? happens.calls : happens.callsAndWaits, values);
  const { errno, value } = call.result;
  if (errno !== null) return format(happens.callFails, { ...values, errno });
  if (call.op === "recv") return format(value > 0 ? happens.readsAtOnce : happens.readsEof, { ...values, value });
  if (call.op === "accept") return format(happens.acceptsAtOnce, { ...values, value });
  return format(happens.calls, values);
}

function callName(call: CallView): string {
  if (call.op === "send" && call.bytes !== null) return `send(${call.bytes})`;
  const how = call.args["how"];
  if (call.op === "shutdown" && typeof how === "string")
    return `shutdown(${{ read: "SHUT_RD", write: "SHUT_WR", both: "SHUT_RDWR" }[how] ?? how})`;
  return `${call.op}()`;
}

function returned(call: CallView, { returns }: Narration): { call: string; outcome: string; program: string } {
  const { value, errno } = call.result ?? { value: 0, errno: null };
  let outcome: string;
  if (errno !== null) outcome = format(returns.error, { errno });
  else if (call.op === "recv") outcome = format(value > 0 ? returns.recv : returns.eof, { value });
  else if (call.op === "accept") outcome = format(returns.accept, { value });
  else outcome = format(returns.value, { value });
  return { call: callName(call), outcome, program: call.program };
}

function consequences(story: Story, step: Step, { then }: Narration): string[] {
  if (step.skipped > 0) return [];
  const sentences: string[] = [];
  const started = step.kind === "send" ? step.sends[0] : undefined;
  const sends = step.sends.filter((segment) => segment !== started);
  const changes = step.changes.filter((change) => change.from !== change.to);
  const sockets = (story.after[step.n - 1]?.sockets ?? []).filter((s) => s.host === step.host && s.state !== "LISTEN");
  const several = sockets.length > 1;
  const { host } = step;
  if (sends.length > 0) {
    const again = sends.every((segment) => segment.again);
    const text = sends.map((segment) => `\`${segmentLabel(segment).replace(", again", "")}\``).join(", ");
    sentences.push(format(again ? then.sendsAgain : then.sends, { host, segments: text }));
  }
  for (const sock of new Set(changes.map((change) => change.sock))) {
    const path = changes.filter((change) => change.sock === sock);
    const [first, last] = [path[0], path.at(-1)];
    if (!first || !last) continue;
    const who = several ? format(then.socketOf, { host, sock }) : host;
    const values = {
      who,
      from: first.from,
      to: last.to,
      through: path
        .slice(1)
        .map((change) => change.from)
        .join(", "),
    };
    if (last.to === "CLOSED") sentences.push(format(then.gone, values));
    else if (first.from === "CLOSED") sentences.push(format(then.begins, values));
    else sentences.push(format(path.length > 1 ? then.passes : then.enters, values));
  }
  if (step.miniRule === null)
    for (const sock of step.minis)
      if (!changes.some((change) => change.sock === sock && change.to === "TIME-WAIT"))
        sentences.push(format(then.mini, { host, sock }));
  return sentences;
}

function ruleSentence(story: Story, step: Step, rule: string, messages: Narration): string {
  const message = (messages.rules as Readonly<Record<string, string>>)[rule];
  if (message === undefined) return "";
  const sock = step.changes[0]?.sock ?? step.sends[0]?.sock ?? null;
  const socket = story.after[step.n - 1]?.sockets.find((candidate) => candidate.sock === sock);
  const segment = step.segment ?? step.sends[0] ?? null;
  const peer = segment ? (segment.from === step.host ? segment.to : segment.from) : otherHost(story, step.host);
  return format(message, {
    host: step.host,
    peer,
    segment: segment ? segmentLabel(segment).replace(", again", "") : "",
    flags: segment ? flagWords(segment.wire.flags) : "",
    from: step.changes[0]?.from ?? socket?.state ?? "CLOSED",
    to: step.changes.at(-1)?.to ?? socket?.state ?? "CLOSED",
    left: socket?.timer ? duration(socket.timer.left) : "",
  });
}

function otherHost(story: Story, host: string): string {
  return story.run.hosts.find((other) => other.name !== host)?.name ?? host;
}

/** Where a rule comes from; null for a name the engine does not have. */
export function ruleSource(rule: string): { readonly rfc: string | null; readonly linux: string } | null {
  return (RULES as Readonly<Record<string, { readonly rfc: string | null; readonly linux: string }>>)[rule] ?? null;
}
