/** Claims as the pages need them, at build time: read, and everything they name checked. */
import { getCollection } from "astro:content";
import { parse } from "yaml";
import { ContentError } from "../experiment/facts.ts";
import type { Locale } from "../i18n/index.ts";
import { checkClaim, type Claim, parseClaim } from "../quiz/claims.ts";
import { chapterPlace } from "./course.ts";
import { experiments } from "./experiments.ts";
import { FACT_IDS, factOf, textParts, type StatementPart } from "./facts.ts";
import { topics } from "./topics.ts";

const FILES = import.meta.glob<string>("../../content/claims/*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});
const known = new Map<string, Promise<Claim>>();

/** The claim `id`. Throws ContentError naming the file if it is missing, broken, or names what is not there. */
export function claimOf(id: string): Promise<Claim> {
  const found = known.get(id) ?? read(id);
  known.set(id, found);
  return found;
}

/** True if there is a file for the claim. */
export function hasClaim(id: string): boolean {
  return FILES[`../../content/claims/${id}.yaml`] !== undefined;
}

async function read(id: string): Promise<Claim> {
  const file = `content/claims/${id}.yaml`;
  const text = FILES[`../../${file}`];
  if (text === undefined)
    throw new ContentError([{ file, field: "", message: "no such claim: write the file, or correct the id" }]);
  const claim = parseClaim(file, parse(text));
  const problems = checkClaim(claim, {
    facts: new Map(claim.facts.filter((name) => FACT_IDS.includes(name)).map((name) => [name, factOf(name)])),
    experiments: new Set((await experiments()).map(({ experiment }) => experiment.id)),
    chapters: new Set((await getCollection("chapters")).map((chapter) => chapterPlace(chapter.id).slug)),
    topics: new Set((await topics()).map((topic) => topic.id)),
  });
  if (problems.length > 0) throw new ContentError(problems);
  return claim;
}

/** Ids of all claims, in order. */
export const CLAIM_IDS: readonly string[] = Object.keys(FILES).map((path) => path.replace(/^.*\/|\.yaml$/g, ""));

/** How the word of a verdict looks: alarm, right or doubt. */
export const VERDICT_LOOK = { false: "v-false", true: "v-true", changed: "v-doubt", imprecise: "v-doubt" } as const;

/** The runs that show it: its own, else those of the fact it breaks on. */
export function claimRuns(claim: Claim): readonly string[] {
  return claim.experiments.length > 0 ? claim.experiments : factOf(claim.facts[0] ?? "").experiments;
}

/** The claims that break or rest on a fact. */
export async function claimsOn(fact: string): Promise<readonly Claim[]> {
  return (await Promise.all(CLAIM_IDS.map(claimOf))).filter(({ facts }) => facts.includes(fact));
}

/** A text of a claim in its pieces, `{fact-id.value}` read from the recordings. */
export function claimParts(claim: Claim, text: string, locale: Locale): Promise<readonly StatementPart[]> {
  return textParts(`content/claims/${claim.id}.yaml`, text, locale);
}
