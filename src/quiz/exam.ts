/**
 * The final exam: questions drawn by claim. The same seed draws the same questions from the same set, so
 * that a team can sit the same exam.
 */
import { type Catalogue, type CatalogueQuestion, questionsAbout } from "./catalogue.ts";
import type { Answer, Confidence, Item } from "./model.ts";
import { shuffle } from "./shuffle.ts";

export const EXAM_SIZE = 20;
/** Half of the exam at least is about what changes what people do. */
const WEIGHTY = 14;

/** Letters and digits, at most 16: it stands in a link that people read out. */
export function readSeed(text: string | null): string | null {
  return text !== null && /^[a-z0-9]{1,16}$/i.test(text) ? text.toLowerCase() : null;
}

/** One question each about `EXAM_SIZE` claims, in the order to ask. */
export function drawExam(catalogue: Catalogue, seed: string, size = EXAM_SIZE): readonly CatalogueQuestion[] {
  const asked = shuffle(
    catalogue.claims.filter(({ id }) => questionsAbout(catalogue, id).length > 0),
    `${seed}/claims`,
  );
  const weighty = asked.filter((claim) => claim.weighty).slice(0, Math.min(WEIGHTY, size));
  const others = asked.filter((claim) => !weighty.includes(claim)).slice(0, size - weighty.length);
  return shuffle([...weighty, ...others], `${seed}/order`).flatMap(
    ({ id }) => shuffle(questionsAbout(catalogue, id), `${seed}/${id}`)[0] ?? [],
  );
}

/** What the reader said to one question of an exam; null: left out. */
export interface Given {
  readonly item: Item;
  readonly claim: string;
  readonly answer: Answer | null;
  readonly right: boolean;
  readonly confidence: Confidence | null;
}

export interface ExamResult {
  readonly right: number;
  readonly count: number;
  /** How often each confidence was right and wrong. What was left out counts nowhere here. */
  readonly calibration: Readonly<Record<Confidence, { readonly right: number; readonly wrong: number }>>;
  /** Slugs of chapters to read next, the one with most wrong answers first; sure and wrong counts double. */
  readonly chapters: readonly string[];
}

export function resultOf(given: readonly Given[], catalogue: Catalogue): ExamResult {
  const count = (confidence: Confidence, right: boolean): number =>
    given.filter((one) => one.answer !== null && one.confidence === confidence && one.right === right).length;
  const both = (confidence: Confidence) => ({ right: count(confidence, true), wrong: count(confidence, false) });
  return {
    right: given.filter(({ right }) => right).length,
    count: given.length,
    calibration: { sure: both("sure"), "think-so": both("think-so"), guess: both("guess") },
    chapters: readingPath(
      given
        .filter(({ right }) => !right)
        .map(({ claim, confidence }) => ({ claim, weight: confidence === "sure" ? 2 : 1 })),
      catalogue,
    ),
  };
}

/** Chapters that take these claims apart, the weightiest first, ties in reading order. */
export function readingPath(
  missed: readonly { readonly claim: string; readonly weight: number }[],
  catalogue: Catalogue,
): readonly string[] {
  const weights = new Map<string, number>();
  for (const { claim, weight } of missed)
    for (const slug of catalogue.claims.find(({ id }) => id === claim)?.chapters ?? [])
      weights.set(slug, (weights.get(slug) ?? 0) + weight);
  return catalogue.chapters
    .filter(({ slug }) => weights.has(slug))
    .toSorted((a, b) => (weights.get(b.slug) ?? 0) - (weights.get(a.slug) ?? 0) || a.number - b.number)
    .map(({ slug }) => slug);
}
