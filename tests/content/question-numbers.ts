/** Where the numbers of a question come from: its scenario, its run, what was measured, or what it names under `given`. */
import { measure } from "../../src/experiment/measure.ts";
import { type Question, questionExperiment } from "../../src/quiz/schema.ts";
import { claims, facts, read, recordings } from "./files.ts";

const UNITS: Readonly<Record<string, number>> = {
  µs: 1e-6,
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: 86_400,
  bytes: 1,
  KB: 1e3,
  MB: 1e6,
};
const TIMES = /^(?:µs|us|ms|s|second|min|minute|hour|day)$/;
const NUMBER = /\b(\d[\d,.]*) ?(µs|us|ms|s|(?:second|min|minute|hour|day)s?|bytes|KB|MB)\b/g;

interface Told {
  /** As it stands there: "40 ms". */
  readonly text: string;
  /** Seconds or bytes. */
  readonly value: number;
  readonly time: boolean;
  /** The bare number. */
  readonly bare: number;
}

function numbersIn(text: string): readonly Told[] {
  return [...text.matchAll(NUMBER)].map(([all, digits = "", name = ""]) => {
    const unit = name in UNITS ? name : name.replace(/s$/, "");
    const bare = Number(digits.replaceAll(",", "").replace(/\.$/, ""));
    return { text: all, bare, value: bare * (UNITS[unit] ?? NaN), time: TIMES.test(unit) };
  });
}

/** Numbers of the experiment file: "100ms" as a time, 65 of a sysctl or of bytes as it is. */
function parameters(experiment: string): (told: Told) => boolean {
  const found = [...read(`content/experiments/${experiment}.yaml`).matchAll(/(?<![\w.])(\d[\d_.]*)(us|ms|s|min)?\b/g)];
  const times = found.map(([, digits = "", unit]) => Number(digits.replaceAll("_", "")) * (UNITS[unit ?? ""] ?? NaN));
  const bare = found.map(([, digits = "", unit]) => (unit === undefined ? Number(digits) : NaN));
  return (told) => bare.includes(told.bare) || (told.time && times.some((time) => Math.abs(time - told.value) < 1e-9));
}

/** Times that the facts of the claim, and the key, read from recordings. */
function measured(question: Question): readonly number[] {
  const claim = claims.get(question.target);
  const values = (claim?.facts ?? []).flatMap((id) => Object.values(facts.get(id)?.values ?? {}));
  const keys = question.key !== null && "what" in question.key ? [question.key] : [];
  return [...values, ...keys].flatMap((value) => {
    if (!("experiment" in value)) return [];
    const recording = recordings.get(value.experiment);
    if (!recording) return [];
    const { value: found, unit } = measure(recording, value.what);
    return unit === "us" ? [found / 1e6] : [];
  });
}

const NOTHING = [Infinity, -Infinity] as const;

/** Numbers in the statements of the claim's facts, which are proved. */
function stated(question: Question): readonly Told[] {
  return (claims.get(question.target)?.facts ?? []).flatMap((id) => numbersIn(facts.get(id)?.statement ?? ""));
}

/** The texts a reader sees after the stem, with the numbers that the option itself takes. */
function answers(question: Question): readonly { readonly text: string; readonly own: readonly [number, number] }[] {
  const reasons = question.kind === "find" ? (question.reasons ?? []) : [];
  const slips =
    question.kind === "order" ? question.slips.map(({ feedback }) => ({ text: feedback, own: NOTHING })) : [];
  const otherwise = question.kind === "number" ? [{ text: question.otherwise, own: NOTHING }] : [];
  const range = question.kind === "number" ? new Map(question.options.map((option) => [option.id, option])) : null;
  const options = [...question.options, ...reasons].map(({ id, text, feedback }) => {
    const taken = range?.get(id);
    return { text: `${text} ${feedback}`, own: taken ? ([taken.from, taken.to] as const) : NOTHING };
  });
  return [...options, ...slips, ...otherwise];
}

/** A count as a stem writes it; not in code, and not a piece of an address, a version or a name. */
const COUNT = /(?<![\w.,:/+-])\d[\d,]*(?![\w:/%]|[.,]\d)/g;
/** What a number is part of and no count: a version of a system, an RFC, a port, the name of a host. */
const NAMED = /`[^`]*`|\b(?:Linux|RFC|ports?|tcpdump) \d[\d.,]*(?: (?:to|and) \d[\d.]*)*/g;

function countsIn(stem: string): readonly string[] {
  const text = stem.replace(NAMED, "").replace(NUMBER, "");
  return [...text.matchAll(COUNT)].map(([all]) => all.replace(/,$/, ""));
}

/** Counts in the stem of a question about a run that neither the run, a recording, a fact nor `given` has. */
export function strayCounts(question: Question): readonly string[] {
  const experiment = questionExperiment(question);
  if (experiment === null) return [];
  const about = (claims.get(question.target)?.facts ?? []).flatMap((id) => facts.get(id) ?? []);
  const values = about.flatMap((fact) => Object.values(fact.values));
  const counted = values.flatMap((value) => {
    const recording = "experiment" in value ? recordings.get(value.experiment) : undefined;
    return recording && "experiment" in value ? [measure(recording, value.what).value] : [];
  });
  const code = [...question.stem.matchAll(/`([^`]*)`/g)].map(([, one = ""]) => one);
  const written = [...code, read(`content/experiments/${experiment}.yaml`), ...about.map(({ statement }) => statement)];
  const known = new Set([
    // Off and on.
    0,
    1,
    ...counted,
    ...written.flatMap((one) => [...one.matchAll(/\d[\d_,]*/g)].map(([all]) => Number(all.replaceAll(/[_,]/g, "")))),
  ]);
  return countsIn(question.stem).filter(
    (all) => !known.has(Number(all.replaceAll(",", ""))) && !(all in question.given),
  );
}

/** Numbers with a unit that come from nowhere, and entries of `given` that stand nowhere. */
export function strayNumbers(question: Question): {
  readonly stray: readonly string[];
  readonly unused: readonly string[];
} {
  const experiment = questionExperiment(question);
  const parameter = experiment === null ? null : parameters(experiment);
  const times = measured(question);
  const proved = stated(question);
  const isMeasured = (told: Told): boolean =>
    (told.time && times.some((time) => Math.abs(time - told.value) <= 0.05 * time)) ||
    proved.some(({ value, time }) => value === told.value && time === told.time);
  const isGiven = ({ text }: Told): boolean => text in question.given;
  const stem = numbersIn(question.stem);
  // A question without a run tells a scenario of its own; what its stem says is the scenario.
  const strayStem = stem.filter(
    (told) => parameter !== null && !parameter(told) && !isMeasured(told) && !isGiven(told),
  );
  const strayAnswers = answers(question).flatMap(({ text, own }) =>
    numbersIn(text).filter(
      (told) =>
        !stem.some(({ value, time }) => value === told.value && time === told.time) &&
        !(told.bare >= own[0] && told.bare <= own[1]) &&
        !(parameter?.(told) ?? false) &&
        !isMeasured(told) &&
        !isGiven(told),
    ),
  );
  const told = [stem, ...answers(question).map(({ text }) => numbersIn(text))].flat().map(({ text }) => text);
  const said = new Set([...told, ...countsIn(question.stem)]);
  return {
    stray: [...new Set([...strayStem, ...strayAnswers].map(({ text }) => text))],
    unused: Object.keys(question.given).filter((text) => !said.has(text)),
  };
}
