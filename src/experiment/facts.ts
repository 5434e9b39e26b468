/**
 * Facts and the sources they rest on. A fact is one true statement in `content/facts/<id>.yaml`; a
 * source is one entry of `content/sources.yaml`. `docs/writing.md` says how to write them. This
 * module checks their shape and, across files, that every proof is really there.
 */
import { z } from "zod";
import { type Measure, measureSchema } from "./measure.ts";
import { type Cell, cellSchema } from "./measurement.ts";

/** How a statement is proved; what each word means stands in `docs/writing.md`. */
const PROOFS = ["run", "recorded", "read", "inferred"] as const;

const VERDICTS = ["false", "true", "changed", "imprecise"] as const;

export const id = z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, "an id has small letters, digits, - and .");
const day = z.iso.date("a day that exists, written 2026-11-22");
const prose = z.string().trim().min(20, "too short to say anything").max(600, "one statement, at most 600 characters");

/** YAML reads a bare `false` as a boolean; both spellings mean the verdict. */
export const verdict = z.preprocess((value) => (typeof value === "boolean" ? String(value) : value), z.enum(VERDICTS));

/** Where a statement holds; `from` and `to` are versions somebody read or ran, null an open end. */
export const systems = z
  .array(z.strictObject({ system: z.string().min(1), from: z.string().nullable(), to: z.string().nullable() }))
  .min(1, "name at least one system");

const sourceSchema = z.strictObject({
  id,
  kind: z.enum(["rfc", "kernel", "man", "docs", "article"]),
  title: z.string().min(3),
  address: z.url({ protocol: /^https?$/ }),
  /** Release, package version, date or revision of what was read. */
  version: z.string().min(1),
  /** The day it was opened and read; null: never opened, cited from memory, and no proof. */
  opened: day.nullable(),
  /** How it was read, if not at its address. */
  note: z.string().optional(),
});
export type Source = z.output<typeof sourceSchema>;

const sourcesSchema = z.array(sourceSchema).superRefine((sources, context) => {
  const seen = new Set<string>();
  sources.forEach((source, index) => {
    if (seen.has(source.id))
      context.addIssue({ code: "custom", path: [index, "id"], message: `"${source.id}" is used twice` });
    seen.add(source.id);
  });
});

const citation = z.strictObject({
  id,
  /** Section and figure, or file and function: where in the source it stands. */
  at: z.string().min(1),
});

/** A number read from the recording of an experiment, or from a measurement. */
export const valueSchema = z
  .union([cellSchema, z.intersection(z.object({ experiment: id }), z.looseObject({}))])
  .transform((written, context): { experiment: string; what: Measure } | Cell => {
    if ("measurement" in written) return written as Cell;
    const { experiment, ...rest } = written;
    const parsed = measureSchema.safeParse(rest);
    if (parsed.success) return { experiment: experiment as string, what: parsed.data };
    for (const issue of parsed.error.issues)
      context.addIssue({ code: "custom", path: issue.path, message: issue.message });
    return z.NEVER;
  });
export type FactValue = z.output<typeof valueSchema>;

const factSchema = z
  .strictObject({
    /** May hold `{name}` for every entry of `values`. */
    statement: prose,
    /** What people believe instead, in their words, and how that fares. Both or neither. */
    belief: z.string().trim().min(10).optional(),
    verdict: verdict.optional(),
    systems,
    proof: z.enum(PROOFS),
    /** Why no experiment shows it, where none does. */
    why_not_run: z.string().trim().min(20, "too short to be a reason").max(200).optional(),
    sources: z.array(citation).min(1, "name at least one source, and where in it"),
    experiments: z.array(id).default([]),
    values: z.record(z.string().regex(/^[a-z]\w*$/, "a value's name is like ackDelay"), valueSchema).default({}),
  })
  .superRefine((fact, context) => {
    const complain = (path: string, message: string): void =>
      context.addIssue({ code: "custom", path: [path], message });
    if ((fact.belief === undefined) !== (fact.verdict === undefined))
      complain("verdict", "belief and verdict come together: add the missing one, or remove both");
    for (const name of placeholders(fact.statement))
      if (!(name in fact.values))
        complain("statement", `{${name}} has no entry under values: add it, or write the sentence without it`);
    for (const [name, value] of Object.entries(fact.values))
      if ("experiment" in value && !fact.experiments.includes(value.experiment))
        complain("values", `${name} reads experiment "${value.experiment}": list it under experiments`);
    const measured = Object.values(fact.values).some((value) => "measurement" in value);
    if (fact.experiments.length === 0 && (fact.proof === "run" || (fact.proof === "recorded" && !measured)))
      complain("experiments", `proof "${fact.proof}" needs an experiment: name it, or choose another proof`);
    const shown = fact.proof === "run" || fact.proof === "recorded";
    if (!shown && fact.experiments.length === 0 && fact.why_not_run === undefined)
      complain("why_not_run", `proof "${fact.proof}" and no experiment: write why it was not run`);
    if (shown && fact.why_not_run !== undefined)
      complain("why_not_run", `proof "${fact.proof}" says that it was: remove the reason`);
  });
export type Fact = z.output<typeof factSchema> & { readonly id: string };

/** Names of the `{name}` placeholders in a text, in order. */
function placeholders(text: string): readonly string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "");
}

/** One thing wrong with a content file: file, field, and what would be right. */
export interface ContentProblem {
  readonly file: string;
  readonly field: string;
  readonly message: string;
}

export class ContentError extends Error {
  readonly problems: readonly ContentProblem[];
  constructor(problems: readonly ContentProblem[]) {
    super(problems.map((problem) => `${problem.file}: ${problem.field || "(top)"}: ${problem.message}`).join("\n"));
    this.name = "ContentError";
    this.problems = problems;
  }
}

/** Parsed YAML against its schema. Throws ContentError naming `file`, field and what would be right. */
export function check<T>(file: string, schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw new ContentError(
    result.error.issues.map((issue) => ({ file, field: issue.path.map(String).join("."), message: issue.message })),
  );
}

/** A fact from parsed YAML. Throws ContentError naming `file`, field and what would be right. */
export function parseFact(file: string, data: unknown): Fact {
  const name = /([^/]+)\.ya?ml$/.exec(file)?.[1] ?? file;
  return { ...check(file, factSchema, data), id: check(file, id, name) };
}

/** The sources from parsed YAML, by id. Throws ContentError as parseFact does. */
export function parseSources(file: string, data: unknown): ReadonlyMap<string, Source> {
  return new Map(check(file, sourcesSchema, data).map((source) => [source.id, source]));
}

/** What stands beside the facts: which experiments there are, and which have evidence. */
export interface Proofs {
  readonly sources: ReadonlyMap<string, Source>;
  readonly experiments: ReadonlySet<string>;
  readonly evidence: ReadonlySet<string>;
}

/**
 * What is missing of the proof a fact claims: sources and experiments that do not exist, evidence
 * that was not recorded, a fact with no source that anybody opened. Empty if all is well.
 */
export function checkProof(fact: Fact, { sources, experiments, evidence }: Proofs): readonly ContentProblem[] {
  const problems: ContentProblem[] = [];
  const complain = (field: string, message: string): void => {
    problems.push({ file: `content/facts/${fact.id}.yaml`, field, message });
  };
  for (const cited of fact.sources)
    if (!sources.has(cited.id))
      complain("sources", `"${cited.id}" is not in content/sources.yaml: add it there, or correct the id`);
  if (!fact.sources.some((cited) => sources.get(cited.id)?.opened))
    complain(
      "sources",
      "no source of this fact was opened: open one and write the day under opened in content/sources.yaml",
    );
  for (const name of fact.experiments) {
    if (!experiments.has(name)) complain("experiments", `there is no content/experiments/${name}.yaml`);
    else if ((fact.proof === "run" || fact.proof === "recorded") && !evidence.has(name))
      complain("experiments", `no recording of "${name}": npm run evidence -- ${name}, or choose another proof`);
  }
  return problems;
}
