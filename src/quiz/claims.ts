/**
 * Claims: beliefs people hold, each held against facts. One claim is one file,
 * `content/claims/<id>.yaml`; `docs/writing.md` says how to write one. Questions target claims.
 * This module checks the shape of a file and, across files, that everything it names is there.
 */
import { z } from "zod";
import { check, type ContentProblem, id, systems, verdict } from "../experiment/facts.ts";

const line = z.string().trim().min(10, "too short to say anything");
const paragraph = line.max(600, "at most 600 characters: one reason, one mechanism");

/** Where the belief was met. */
const sighting = z.strictObject({
  /** Who says it: site, article, answer; "repeated widely" is nobody. */
  who: z.string().trim().min(3),
  /** In full, or null: then it is named, not linked. */
  address: z.url({ protocol: /^https?$/ }).nullable(),
});

const claimSchema = z
  .strictObject({
    /** In people's own words, a sentence they could say. States as people search for them: TIME_WAIT. */
    belief: line.max(200, "one belief, at most 200 characters"),
    verdict,
    /** What the verdict was found on. */
    systems,
    /** Sightings; empty if it is only heard. */
    said: z.array(sighting).default([]),
    /** Why an honest reader holds it. Only what is plainly true needs no reason. */
    looks_true: paragraph.nullable().default(null),
    /** One sentence that stands against it; null: the statement of its first fact. */
    fact: line.max(300, "one sentence, at most 300 characters").nullable().default(null),
    /** The mechanism. Numbers come from facts: `{fact-id.value}`. */
    happens: paragraph,
    /** Where to see it, in words; null: its experiments are listed. */
    see: line.max(300, "one place to look, at most 300 characters").nullable().default(null),
    /** What it breaks on (or rests on), the weightiest first. */
    facts: z.array(id).min(1, "name at least one fact that it breaks on or rests on"),
    /** Runs that show it; those of its facts need no repeating. */
    experiments: z.array(id).default([]),
    /** Slugs of the chapters that take it apart. */
    chapters: z.array(id).default([]),
    /** Rows of the ledger it answers: tests/content/ledger-rows.ts. */
    ledger: z
      .array(z.string().regex(/^[A-Z]\d{1,2}[a-z]?$/, "a row's id, as in tests/content/ledger-rows.ts"))
      .default([]),
    /** Whoever believes it does something else tomorrow: three questions in different guises. */
    changes_what_people_do: z.boolean(),
    /** The topic of content/topics.yaml it is listed under. */
    topic: id,
  })
  .superRefine((claim, context) => {
    if (claim.verdict !== "true" && claim.looks_true === null)
      context.addIssue({
        code: "custom",
        path: ["looks_true"],
        message: "say why it looks true; nobody believes things for no reason",
      });
    for (const field of ["facts", "experiments", "chapters", "ledger"] as const) {
      const twice = claim[field].find((name, at) => claim[field].indexOf(name) !== at);
      if (twice !== undefined) context.addIssue({ code: "custom", path: [field], message: `"${twice}" stands twice` });
    }
    for (const [field, text] of claimTexts(claim))
      for (const { fact } of claimValues(text))
        if (!claim.facts.includes(fact))
          context.addIssue({ code: "custom", path: [field], message: `reads fact "${fact}": list it under facts` });
  });
export type Claim = z.output<typeof claimSchema> & { readonly id: string };

type Written = Pick<Claim, "looks_true" | "fact" | "happens" | "see">;

/** The texts of a claim that may hold `{fact-id.value}`, with the names of their fields. */
function claimTexts(claim: Written): readonly (readonly [keyof Written, string])[] {
  return (["looks_true", "fact", "happens", "see"] as const).flatMap((field) => {
    const text = claim[field];
    return text === null ? [] : [[field, text] as const];
  });
}

/** How a text names a number of a fact: `{fin-timeout-90.ninety}`. */
export const CLAIM_VALUE = /\{([a-z0-9-]+)\.(\w+)\}/g;

function claimValues(text: string): readonly { readonly fact: string; readonly value: string }[] {
  return [...text.matchAll(CLAIM_VALUE)].map(([, fact = "", value = ""]) => ({ fact, value }));
}

/** A claim from parsed YAML. Throws ContentError naming `file`, field and what would be right. */
export function parseClaim(file: string, data: unknown): Claim {
  const name = /([^/]+)\.ya?ml$/.exec(file)?.[1] ?? file;
  return { ...check(file, claimSchema, data), id: check(file, id, name) };
}

/** What stands beside the claims. */
export interface ClaimWorld {
  /** Facts by id, with the names of their values. */
  readonly facts: ReadonlyMap<string, { readonly values: Readonly<Record<string, unknown>> }>;
  readonly experiments: ReadonlySet<string>;
  /** Slugs of the course, those in preparation included. */
  readonly chapters: ReadonlySet<string>;
  readonly topics: ReadonlySet<string>;
}

/** What a claim names that is not there. Empty if all is well. */
export function checkClaim(claim: Claim, world: ClaimWorld): readonly ContentProblem[] {
  const problems: ContentProblem[] = [];
  const complain = (field: string, message: string): void => {
    problems.push({ file: `content/claims/${claim.id}.yaml`, field, message });
  };
  for (const name of claim.facts)
    if (!world.facts.has(name))
      complain("facts", `there is no content/facts/${name}.yaml: write it, or correct the id`);
  for (const name of claim.experiments)
    if (!world.experiments.has(name)) complain("experiments", `there is no content/experiments/${name}.yaml`);
  for (const name of claim.chapters)
    if (!world.chapters.has(name))
      complain("chapters", `no chapter has the slug "${name}"; known are ${[...world.chapters].join(", ")}`);
  if (!world.topics.has(claim.topic))
    complain("topic", `not in content/topics.yaml; known are ${[...world.topics].join(", ")}`);
  for (const [field, text] of claimTexts(claim))
    for (const { fact, value } of claimValues(text))
      if (world.facts.get(fact)?.values[value] === undefined)
        complain(field, `{${fact}.${value}}: content/facts/${fact}.yaml has no such value`);
  return problems;
}
