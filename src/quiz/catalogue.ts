/**
 * What a page needs to know of all questions and claims before it fetches any: exam, review and progress
 * draw from it. Served as one small file; the questions themselves are fetched one by one.
 */
import { contentHash } from "./hash.ts";
import type { Claim } from "./claims.ts";
import type { Kind } from "./model.ts";

export interface CatalogueQuestion {
  readonly id: string;
  /** Of the question's content, as kept with every attempt. */
  readonly hash: string;
  readonly claim: string;
  /** Slug of the chapter it belongs to. */
  readonly chapter: string;
  readonly kind: Kind;
}

export interface CatalogueClaim {
  readonly id: string;
  readonly belief: string;
  readonly verdict: Claim["verdict"];
  /** Slugs of the chapters that take it apart. */
  readonly chapters: readonly string[];
  /** Whoever believes it does something else tomorrow. */
  readonly weighty: boolean;
}

export interface CatalogueChapter {
  readonly slug: string;
  readonly number: number;
  readonly title: string;
  readonly minutes: number;
}

export interface Catalogue {
  /** Names the set of questions: eight hexadecimal digits of what is in it. */
  readonly version: string;
  readonly questions: readonly CatalogueQuestion[];
  readonly claims: readonly CatalogueClaim[];
  readonly chapters: readonly CatalogueChapter[];
}

/** The version follows from the questions: a link made for another set can be told. */
export function catalogueOf(parts: Omit<Catalogue, "version">): Catalogue {
  return { version: contentHash(parts.questions.map(({ id, hash }) => `${id} ${hash}`).join("\n")), ...parts };
}

export function questionsAbout(catalogue: Catalogue, claim: string): readonly CatalogueQuestion[] {
  return catalogue.questions.filter((question) => question.claim === claim);
}
