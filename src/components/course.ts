/**
 * The course in reading order: the chapters that exist, as their own files describe them, and the
 * ones in preparation, from the catalogue.
 */
import { getCollection, type CollectionEntry } from "astro:content";
import type { State } from "../engine/trace.ts";
import { pick, type Locale } from "../i18n/index.ts";
import { site } from "../i18n/en/site.ts";

export interface CourseRow {
  readonly number: number;
  readonly title: string;
  /** What the chapter answers, one line. */
  readonly question: string;
  readonly states: readonly State[];
  /** null: in preparation. */
  readonly chapter: {
    readonly path: string;
    readonly minutes: number;
    readonly entry: CollectionEntry<"chapters">;
  } | null;
}

/** `en/01-how-a-connection-ends` is language en, slug how-a-connection-ends: addresses carry no number. */
export function chapterPlace(id: string): { readonly locale: string; readonly slug: string } {
  const found = /^([a-z]{2})\/\d\d-([a-z0-9-]+)$/.exec(id);
  if (!found)
    throw new Error(
      `content/chapters/${id}.mdx: name it <language>/<two digits>-<slug>.mdx, as in en/01-how-a-connection-ends.mdx`,
    );
  return { locale: found[1] ?? "", slug: found[2] ?? "" };
}

export async function course(locale: Locale): Promise<readonly CourseRow[]> {
  const chapters = (await getCollection("chapters")).filter(({ id }) => chapterPlace(id).locale === locale);
  const planned = pick(locale, { en: site }).course;
  const numbers = new Set([...planned.map(({ number }) => number), ...chapters.map(({ data }) => data.number)]);
  return [...numbers]
    .sort((a, b) => a - b)
    .map((number) => {
      const plan = planned.find((row) => row.number === number);
      const entry = chapters.find(({ data }) => data.number === number);
      return {
        number,
        title: entry?.data.title ?? plan?.title ?? "",
        question: entry?.data.question ?? plan?.question ?? entry?.data.description ?? "",
        states: entry?.data.states ?? plan?.states ?? [],
        chapter: entry
          ? { path: `/chapters/${chapterPlace(entry.id).slug}/`, minutes: entry.data.minutes, entry }
          : null,
      };
    });
}

/** The chapters in which a fact stands, or a number of it. */
export async function chaptersWith(
  locale: Locale,
  fact: string,
): Promise<readonly { readonly number: number; readonly title: string; readonly path: string }[]> {
  return (await course(locale)).flatMap(({ number, title, chapter }) =>
    new RegExp(`<Fact id="${fact}"|<Measured fact="${fact}"`).test(chapter?.entry.body ?? "") && chapter
      ? [{ number, title, path: chapter.path }]
      : [],
  );
}
