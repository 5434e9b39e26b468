/**
 * The reference: what an engineer looks up. States, settings and counters are files of
 * `content/reference/{states,knobs,counters}/`, terms those of `content/reference/glossary.yaml`.
 * This module checks the shape of one file; what the pages list beside it (facts, claims, runs) they
 * find by name.
 */
import { z } from "zod";
import { STATES } from "../engine/trace.ts";
import { check, id } from "./facts.ts";

/** Texts may hold `code` in backquotes and numbers of facts as `{fact-id.value}`. */
const text = z.string().trim().min(10, "too short to say anything").max(700, "at most 700 characters");
const description = z.string().trim().min(50).max(200);

/** A line that a tool printed on a host at a probe of a recording. */
const seen = z.strictObject({ experiment: id, probe: z.string(), host: z.string(), line: z.int().min(1) });

const stateSchema = z.strictObject({
  state: z.enum(STATES),
  /** As `netstat` of Linux and as those of the BSDs print it; null: they have no line for it. */
  netstat: z.string().nullable(),
  bsd: z.string().nullable(),
  description,
  means: text,
  who: text,
  long: text,
  /** null: a state without a line. */
  see: seen.nullable(),
  reading: text,
  bad: text,
  /** What to do, a step each; the first ones only read. */
  steps: z.array(text).min(1),
  experiments: z.array(id).min(1),
});

const knobSchema = z
  .strictObject({
    /** As people search for it. */
    name: z.string().regex(/^[A-Za-z][\w-]*$/),
    /** sysctl: a file under /proc/sys; option: setsockopt(); limit: setrlimit(). */
    kind: z.enum(["sysctl", "option", "limit"]),
    /** Where it is set: `net.ipv4.tcp_fin_timeout`, or the level of an option. */
    key: z.string(),
    per: z.enum(["namespace", "machine", "process", "socket"]),
    /** In 6.18, with its unit. */
    default: z.string().min(1).max(160),
    /** Ids of `src/engine/kernel/dated-facts.ts` that tell what changed. */
    dated: z.array(z.string()).default([]),
    description,
    does: text,
    /** Leave it, set it, to what, and at what price. */
    advice: text,
    experiments: z.array(id).default([]),
    /** Why there is no experiment; in place of them. */
    why_not_run: text.optional(),
  })
  .refine(({ experiments, why_not_run }) => (experiments.length === 0) === (why_not_run !== undefined), {
    path: ["why_not_run"],
    message: "a setting has experiments, or says why there are none",
  });

const counterSchema = z.strictObject({
  /** As `nstat` prints it. */
  name: z.string().regex(/^Tcp[A-Za-z0-9]+$/),
  description,
  counts: text,
  /** What to think when it grows. */
  grows: text,
});

const glossarySchema = z.array(
  z.strictObject({
    term: z.string().min(2),
    /** Other forms that a text may use. */
    also: z.array(z.string()).default([]),
    means: text,
  }),
);

export type StateEntry = z.output<typeof stateSchema>;
export type KnobEntry = z.output<typeof knobSchema>;
export type CounterEntry = z.output<typeof counterSchema>;
export type Term = z.output<typeof glossarySchema>[number];

/** One file of the reference from parsed YAML. Each throws ContentError naming file, field and fix. */
export const parseState = (file: string, data: unknown): StateEntry => check(file, stateSchema, data);
export const parseKnob = (file: string, data: unknown): KnobEntry => check(file, knobSchema, data);
export const parseCounter = (file: string, data: unknown): CounterEntry => check(file, counterSchema, data);
export const parseGlossary = (file: string, data: unknown): readonly Term[] => check(file, glossarySchema, data);

/** Finds a name in a text, states in either spelling: CLOSE-WAIT is also CLOSE_WAIT. */
export function naming(name: string): RegExp {
  return new RegExp(`(?<![\\w-])${name.replaceAll("-", "[-_]")}(?![\\w-])`);
}

/** The term a text means by `words`: the entry itself, one of its other forms, in any case, in the plural. */
export function termOf(glossary: readonly Term[], words: string): Term | undefined {
  const forms = [words.toLowerCase(), words.toLowerCase().replace(/s$/, "")];
  return glossary.find(({ term, also }) => [term, ...also].some((form) => forms.includes(form.toLowerCase())));
}

/** The anchor of a term on its page. */
export function termAnchor(term: string): string {
  return `term-${term.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
}
