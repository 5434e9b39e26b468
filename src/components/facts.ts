/** Facts, sources and measured numbers as the pages need them, at build time. */
import { format } from "../i18n/format.ts";
import { pick, type Locale } from "../i18n/index.ts";
import { facts as english } from "../i18n/en/facts.ts";
import { ContentError, parseFact, parseSources, type Fact, type FactValue, type Source } from "../experiment/facts.ts";
import { measure, MeasureError, rounded } from "../experiment/measure.ts";
import { parse } from "yaml";
import { recordingOf } from "./evidence.ts";

const FACTS = import.meta.glob<string>("../../content/facts/*.yaml", { query: "?raw", import: "default", eager: true });
const SOURCES = import.meta.glob<string>("../../content/sources.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The fact `id`. Throws ContentError naming the file if it is missing or broken. */
export function factOf(id: string): Fact {
  const file = `content/facts/${id}.yaml`;
  const text = FACTS[`../../${file}`];
  if (text === undefined)
    throw new ContentError([{ file, field: "", message: "no such fact: write the file, or correct the id" }]);
  return parseFact(file, parse(text));
}

let sources: ReadonlyMap<string, Source> | undefined;

/** The source `id` of content/sources.yaml. */
export function sourceOf(id: string): Source {
  sources ??= parseSources("content/sources.yaml", parse(SOURCES["../../content/sources.yaml"] ?? ""));
  const found = sources.get(id);
  if (!found)
    throw new ContentError([
      { file: "content/sources.yaml", field: id, message: "no such source: add it, or correct the id" },
    ]);
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

/**
 * Reads a number from the recording it belongs to.
 * @param where the file and id that asked, for the error
 */
export async function printed(where: string, { experiment, what }: FactValue, locale: Locale): Promise<Printed> {
  const t = pick(locale, { en: english });
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
