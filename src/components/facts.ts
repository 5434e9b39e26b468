/** Facts, sources and measured numbers as the pages need them, at build time. */
import { format } from "../i18n/format.ts";
import { pick, type Locale } from "../i18n/index.ts";
import { facts as english } from "../i18n/en/facts.ts";
import { CLAIM_VALUE } from "../quiz/claims.ts";
import { type Inline, parseInline } from "../quiz/inline.ts";
import {
  checkProof,
  ContentError,
  parseFact,
  parseSources,
  type Fact,
  type FactValue,
  type Source,
} from "../experiment/facts.ts";
import { measure, MeasureError, rounded } from "../experiment/measure.ts";
import { type Cell, type MeasurementTable, parseMeasurement, readCell } from "../experiment/measurement.ts";
import { parse } from "yaml";
import { recorded, recordingOf } from "./evidence.ts";
import { grouped } from "../views/grouped.ts";

const FACTS = import.meta.glob<string>("../../content/facts/*.yaml", { query: "?raw", import: "default", eager: true });
const SOURCES = import.meta.glob<string>("../../content/sources.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});
const experiments = new Set(
  Object.keys(import.meta.glob("../../content/experiments/*.yaml", { query: "?raw" })).map((path) =>
    path.replace(/^.*\/|\.yaml$/g, ""),
  ),
);

/** YAML to data. Throws ContentError naming the file and the line. */
function yaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ContentError([{ file, field: "", message: error instanceof Error ? error.message : String(error) }]);
  }
}

/** Ids of all facts, in order. */
export const FACT_IDS: readonly string[] = Object.keys(FACTS).map((path) => path.replace(/^.*\/|\.yaml$/g, ""));

const SOURCE_FILE = "content/sources.yaml";
const sources = parseSources(SOURCE_FILE, yaml(SOURCE_FILE, SOURCES[`../../${SOURCE_FILE}`] ?? ""));
const known = new Map<string, Fact>();

/** The fact `id`. Throws ContentError naming the file if it is missing, broken, or lacks its proof. */
export function factOf(id: string): Fact {
  const found = known.get(id);
  if (found) return found;
  const file = `content/facts/${id}.yaml`;
  const text = FACTS[`../../${file}`];
  if (text === undefined)
    throw new ContentError([{ file, field: "", message: "no such fact: write the file, or correct the id" }]);
  const fact = parseFact(file, yaml(file, text));
  const problems = checkProof(fact, { sources, experiments, evidence: recorded });
  if (problems.length > 0) throw new ContentError(problems);
  known.set(id, fact);
  return fact;
}

/** The source `id` of content/sources.yaml. */
export function sourceOf(id: string): Source {
  const found = sources.get(id);
  if (!found)
    throw new ContentError([{ file: SOURCE_FILE, field: id, message: "no such source: add it, or correct the id" }]);
  return found;
}

/** A number from the evidence, ready to print. */
export interface Printed {
  /** As prose has it: "41 ms", "three". */
  readonly text: string;
  /** Kernel, experiment and day. */
  readonly title: string;
  /** In the measurement's own unit, for machines. */
  readonly value: number;
}

const MEASUREMENTS = import.meta.glob<string>("../../content/measurements/*.json", {
  query: "?raw",
  import: "default",
  eager: true,
});

/**
 * A measurement by its id. Throws Error naming what asked, if there is none.
 * @param where the file that asked
 */
export function measurement(where: string, id: string): MeasurementTable {
  const file = `content/measurements/${id}.json`;
  const text = MEASUREMENTS[`../../${file}`];
  if (text === undefined)
    throw new Error(`${where}: there is no ${file}: take it with lab/measure.py, or correct the id`);
  return parseMeasurement(file, text);
}

function printedCell(where: string, cell: Cell, locale: Locale): Printed {
  const t = pick(locale, { en: english });
  const table = measurement(where, cell.measurement);
  const value = readCell(table, cell);
  return {
    text: cell.unit === "us" ? duration(value, t) : format(t.measured[cell.unit], { n: grouped(value) }),
    title: format(t.measurementTitle, { kernel: table.kernel, machine: table.machine, date: table.date }),
    value,
  };
}

/** Microseconds as prose has them: below a hundredth of a second, microseconds are the better unit. */
function duration(value: number, t: typeof english): string {
  if (value < 1_000) return format(t.measured.us, { n: String(value) });
  const { text, unit } = rounded({ value, unit: "us" });
  return format(t.unit[unit], { n: text });
}

/**
 * Reads a number from the recording it belongs to.
 * @param where the file and id that asked, for the error
 */
export async function printed(where: string, wanted: FactValue, locale: Locale): Promise<Printed> {
  const t = pick(locale, { en: english });
  if ("measurement" in wanted) return printedCell(where, wanted, locale);
  const { experiment, what } = wanted;
  const recording = await recordingOf(experiment);
  if (!recording)
    throw new Error(
      `${where}: no recording of "${experiment}" under content/evidence/: npm run evidence -- ${experiment}`,
    );
  try {
    const measured = measure(recording, what);
    const { text, unit } = rounded(measured);
    const word = unit === "count" ? t.words.split(" ")[measured.value] : undefined;
    return {
      text: word ?? format(t.unit[unit], { n: text }),
      title: format(t.measuredTitle, { kernel: recording.release, experiment, date: recording.header.date ?? "" }),
      value: measured.value,
    };
  } catch (error) {
    if (error instanceof MeasureError) throw new Error(`${where}: ${error.message} (experiment "${experiment}")`);
    throw error;
  }
}

/** A piece of a statement: text, code, a state's name, or a number from a recording. */
export type StatementPart = Inline | Printed;

/**
 * A statement in its pieces, the numbers read from the recordings.
 * @param text of the statement; all of it if left out
 */
export async function statementParts(
  fact: Fact,
  locale: Locale,
  text: string = fact.statement,
): Promise<readonly StatementPart[]> {
  const parts = await Promise.all(
    text.split(/(\{\w+\})/).map(async (part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      const value = name === undefined ? undefined : fact.values[name];
      return value
        ? [await printed(`content/facts/${fact.id}.yaml: values.${name}`, value, locale)]
        : parseInline(part);
    }),
  );
  return parts.flat();
}

/**
 * A text in its pieces, with `{fact-id.value}` read from the recordings.
 * @param where the file that has the text, for the error
 */
export async function textParts(where: string, text: string, locale: Locale): Promise<readonly StatementPart[]> {
  const parts: StatementPart[] = [];
  let end = 0;
  for (const found of text.matchAll(CLAIM_VALUE)) {
    const [all, fact = "", name = ""] = found;
    parts.push(...parseInline(text.slice(end, found.index)));
    const value = factOf(fact).values[name];
    if (!value)
      throw new ContentError([{ file: where, field: all, message: `content/facts/${fact}.yaml has no such value` }]);
    parts.push(await printed(`${where}: ${all}`, value, locale));
    end = found.index + all.length;
  }
  return [...parts, ...parseInline(text.slice(end))];
}

/** `statementParts` as plain text, for titles. */
export async function statementText(fact: Fact, locale: Locale, text: string = fact.statement): Promise<string> {
  return (await statementParts(fact, locale, text)).map((part) => part.text).join("");
}

/** Where a fact or a verdict holds: "Linux 6.1 to 6.18". */
export function systemNames({ systems }: Pick<Fact, "systems">, locale: Locale): string {
  const t = pick(locale, { en: english });
  return systems
    .map(({ system, from, to }) => {
      if (from !== null && to !== null)
        return from === to ? `${system} ${from}` : format(t.systemSpan, { system, from, to });
      if (from !== null) return format(t.systemFrom, { system, from });
      return to === null ? system : format(t.systemTo, { system, to });
    })
    .join(", ");
}
