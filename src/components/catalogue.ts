/** The catalogue of all questions and claims, at build time. */
import { type Catalogue, catalogueOf } from "../quiz/catalogue.ts";
import type { Locale } from "../i18n/index.ts";
import { CLAIM_IDS, claimOf } from "./claims.ts";
import { chapterPlace, course } from "./course.ts";
import { itemsOf, QUESTION_IDS, questionOf } from "./questions.ts";

const known = new Map<Locale, Promise<Catalogue>>();

/** Made once a language: every page names its version. */
export function catalogue(locale: Locale): Promise<Catalogue> {
  const found = known.get(locale) ?? make(locale);
  known.set(locale, found);
  return found;
}

async function make(locale: Locale): Promise<Catalogue> {
  const items = await itemsOf(QUESTION_IDS);
  return catalogueOf({
    questions: await Promise.all(
      items.map(async ({ id, hash, kind }) => {
        const { target, chapter } = await questionOf(id);
        return { id, hash, claim: target, chapter, kind };
      }),
    ),
    claims: (await Promise.all(CLAIM_IDS.map(claimOf))).map(
      ({ id, belief, verdict, chapters, changes_what_people_do: weighty }) => ({
        id,
        belief,
        verdict,
        chapters,
        weighty,
      }),
    ),
    chapters: (await course(locale)).flatMap(({ number, title, chapter }) =>
      chapter ? [{ slug: chapterPlace(chapter.entry.id).slug, number, title, minutes: chapter.minutes }] : [],
    ),
  });
}
