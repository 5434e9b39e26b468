/** Changes, refusals and lives in words. The sentences are in the catalogue; this file chooses and fills them. */
import type { Step } from "../engine/process/program.ts";
import type { ReadChanges } from "../experiment/read-changes.ts";
import type { Misread } from "../experiment/commands.ts";
import type { Refusal } from "../experiment/interventions.ts";
import type { Intervention } from "../experiment/run.ts";
import { matchText } from "../experiment/words.ts";
import type { ChangesText } from "../i18n/en/changes.ts";
import { format } from "../i18n/format.ts";
import type { Life } from "./lives.ts";
import { clock, duration } from "./time.ts";

const short = (name: string): string => name.replace(/^net\.ipv4\./, "");
const at = (us: number): string => `${clock(us)} s`;

/** One change as a phrase: "FIN 1 from B is lost". */
export function changeText(one: Intervention, t: ChangesText): string {
  const { say } = t;
  if ("set" in one) {
    switch (one.set) {
      case "sysctl":
        return format(say.sysctl, { host: one.host, name: short(one.name), value: one.value });
      case "kernel":
        return format(say.kernel, { host: one.host, version: one.version });
      case "option":
        return format(say.option, { ...one, value: optionText(one.value) });
    }
  }
  if (one.add === "fault") {
    const { match, nth, from, act, after } = one.fault;
    const word = matchText(match);
    const segments = nth === null ? format(say.every, { match: word }) : format(say.nth, { match: word, nth });
    const time =
      act.do === "delay"
        ? duration(act.by)
        : act.do === "hold"
          ? at(act.release)
          : act.do === "duplicate"
            ? duration(act.after)
            : "";
    const what = format(say[act.do], { segments, host: from, time });
    return after > 0 ? format(say.since, { what, time: at(after) }) : what;
  }
  const { event } = one;
  const time = at(event.at);
  switch (event.do) {
    case "sysctl":
      return format(say.sysctlAt, { host: event.host, name: short(event.name), value: event.value, time });
    case "kill":
      return format(say.kill, { program: event.program, time });
    case "ss_kill":
      return format(say.ss, { host: event.host, time });
    case "link":
      return format(say.link, { host: event.host, way: event.up ? t.form.up : t.form.down, time });
    case "inject":
      return format(say.inject, { time });
    case "thread":
      return format(say.thread, {
        program: event.program,
        calls: event.steps.map((step) => stepText(step, event.fd)).join(", "),
        time,
      });
  }
}

/** The name of a branch: its newest change, and how many came before. */
export function branchText(all: readonly Intervention[], t: ChangesText): string {
  const last = all.at(-1);
  if (!last) return t.written;
  const first = changeText(last, t);
  return all.length === 1 ? first : format(t.say.more, { first, count: all.length - 1 });
}

function optionText(value: Extract<Intervention, { set: "option" }>["value"]): string {
  if (typeof value === "number") return String(value);
  return "on" in value ? (value.on ? `${value.seconds} s` : "off") : `${value.first}-${value.last}`;
}

function stepText(step: Step, fd: number | null): string {
  switch (step.op) {
    case "shutdown":
      return `shutdown(${fd ?? ""}, ${{ read: "SHUT_RD", write: "SHUT_WR", both: "SHUT_RDWR" }[step.how]})`;
    case "send":
    case "recv":
      return `${step.op}(${fd ?? ""}, ${step.bytes})`;
    case "setsockopt":
      return `setsockopt(${fd ?? ""}, ${step.option}, ${optionText(step.value)})`;
    case "connect":
      return `connect(${step.to.address}:${step.to.port})`;
    case "bind":
      return `bind(${step.port ?? step.to.port})`;
    default:
      return `${step.op}(${fd ?? ""})`;
  }
}

export function refusalText({ code, values }: Refusal, t: ChangesText): string {
  return format(t.refused[code], values);
}

/** How many changes that a link lost are worth a sentence each: a hostile one may lose thousands. */
const MOST_LOST = 3;

/** Which changes of a link are left out, and why. */
export function lostText(lost: ReadChanges["lost"], t: ChangesText): string {
  const said = lost
    .slice(0, MOST_LOST)
    .map(({ number, refusal }) => format(t.lost, { number, reason: refusal ? refusalText(refusal, t) : t.unreadable }));
  const more = lost.length - said.length;
  return [...said, ...(more > 0 ? [format(t.lostMore, { count: more })] : [])].join(" ");
}

/** How many possible words are worth naming in a sentence. */
const MOST_NAMED = 12;

/** What was understood, what was not, what is possible: one paragraph. */
export function misreadText({ code, values, understood, possible, nearest }: Misread, t: ChangesText): string {
  const first = possible.slice(0, MOST_NAMED).join(", ");
  const named = possible.length > MOST_NAMED ? format(t.misread.others, { possible: first }) : first;
  return [
    format(t.refused[code], values),
    nearest === null ? "" : format(t.misread.nearest, { nearest }),
    understood === "" ? "" : format(t.misread.understood, { understood }),
    possible.length === 0 ? "" : format(t.misread.possible, { possible: named }),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** A socket's life in words, for the bar that shows it. */
export function lifeText({ sock, stretches, cut }: Life, t: ChangesText): string {
  const last = stretches.at(-1);
  if (!last) return format(t.life, { sock, stretches: t.never });
  const told = stretches.map(({ state, from, to }, i) =>
    cut && i === stretches.length - 1
      ? format(t.stays, { state })
      : format(t.stretch, { state, time: duration(to - from) }),
  );
  if (!cut) told.push(format(t.gone, { time: clock(last.to) }));
  return format(t.life, { sock, stretches: told.join(", ") });
}
