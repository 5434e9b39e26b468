/**
 * The question file as authors write it, `content/questions/<id>.yaml`, checked and turned into
 * what the page shows. `docs/writing.md` says how to write a good one; DESIGN rules that a machine
 * can hold stand here. Kinds still to come (multiple, order, read, find) become further members of
 * the union.
 */
import { z } from "zod";
import { STATES } from "../engine/trace.ts";
import { measureSchema } from "../experiment/measure.ts";
import { contentHash } from "./hash.ts";
import { type Item, type Option, UNITS } from "./model.ts";

const KEBAB = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** Ids that say where an option stands, or what it is worth, instead of what is believed. */
const POSITIONAL = /^(?:[a-z]|(?:option|answer|choice)-?[a-z0-9]?|first|second|third|fourth|last|right|wrong|correct)$/;

const id = z.string().regex(KEBAB, "write small letters and digits joined by single hyphens");
const optionId = id.refine((text) => !POSITIONAL.test(text), {
  error: "an option is named by what it says (client-keeps-it), never by its place or its worth",
});
const line = z.string().trim().min(1, "must not be empty");
const feedback = z
  .string()
  .trim()
  .min(40, "feedback has 40 to 600 characters; this is shorter: name the fact and the mechanism")
  .max(600, "feedback has 40 to 600 characters; this is longer: keep one mechanism");
const host = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, "a host's name, as in the experiment");
const hosts = z
  .record(host, z.enum(STATES))
  .refine((states) => Object.keys(states).length > 0, { error: "name at least one host" });

/** Where the key comes from: a number measured in a run, or the states of both ends at a probe. */
const measureKey = z
  .object({ experiment: id })
  .catchall(z.unknown())
  .transform(({ experiment, ...what }, context) => {
    const parsed = measureSchema.safeParse(what);
    if (parsed.success) return { experiment, what: parsed.data };
    for (const issue of parsed.error.issues)
      context.addIssue({ code: "custom", message: issue.message, path: [...issue.path] });
    return z.NEVER;
  });
const probeKey = z.strictObject({ experiment: id, probe: z.string(), hosts });

export type MeasureKey = z.output<typeof measureKey>;
export type ProbeKey = z.output<typeof probeKey>;

const common = {
  /** The one claim this question is about: the id of a file in content/claims. */
  target: id,
  /** How it asks: two questions about one claim must not look alike. */
  guise: id,
  /** The system the answer holds for. */
  system: z
    .string()
    .regex(/^(?:Linux|RFC|FreeBSD|macOS|Windows|Solaris|BSD)\b/, "name the system: Linux 6.18, RFC 9293, …"),
  /** Slug of the chapter it belongs to, and its place in the chapter's quiz. */
  chapter: id,
  place: z.int().min(1).nullable().default(null),
  /** What happens next, which side, for how long, why. At most 60 words. */
  stem: line.refine((text) => text.split(/\s+/).length <= 60, { error: "a stem has at most 60 words" }),
  /** The run that shows the answer, where the key does not name it. */
  experiment: id.nullable().default(null),
};

const optionCommon = {
  id: optionId,
  /** Why people hold this. Every wrong option has one; an option nobody would believe is deleted. */
  belief: line.nullable().default(null),
  feedback,
};

const single = z.strictObject({
  kind: z.literal("single"),
  ...common,
  /** Given: the option whose `value` the run measures must be the right one. */
  key: measureKey.nullable().default(null),
  options: z
    .array(
      z.strictObject({
        ...optionCommon,
        text: line,
        right: z.boolean().default(false),
        value: z.number().nullable().default(null),
      }),
    )
    .min(2)
    .max(4),
});

const predict = z.strictObject({
  kind: z.literal("predict"),
  ...common,
  key: probeKey,
  options: z
    .array(z.strictObject({ ...optionCommon, hosts, text: z.string().trim().default("") }))
    .min(2)
    .max(4),
});

const number = z.strictObject({
  kind: z.literal("number"),
  ...common,
  unit: z.enum(UNITS),
  key: measureKey.nullable().default(null),
  /** Said to an answer that no option stands for. */
  otherwise: feedback,
  options: z
    .array(
      z
        .strictObject({
          ...optionCommon,
          text: line,
          right: z.boolean().default(false),
          from: z.number().min(0),
          to: z.number(),
        })
        .refine(({ from, to }) => from < to, { error: "`from` must be less than `to`", path: ["to"] }),
    )
    .min(2)
    .max(5),
});

/** A question file. Strict: a field it does not know is an error. */
export const questionSchema = z
  .discriminatedUnion("kind", [single, predict, number])
  .superRefine((question, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });

    const seen = new Set<string>();
    question.options.forEach((option, at) => {
      if (seen.has(option.id))
        problem(["options", at, "id"], `"${option.id}" is used twice; ids are unique in a question`);
      seen.add(option.id);
      if (/\b(?:all|none) of the (?:above|others)\b/i.test(option.text))
        problem(["options", at, "text"], 'no "all of the above": say what happens');
    });

    const right = question.options.map((option) => isRight(question, option));
    if (right.filter(Boolean).length !== 1)
      problem(
        ["options"],
        question.kind === "predict"
          ? "exactly one option must have the same `hosts` as `key`"
          : "exactly one option must have `right: true`",
      );
    question.options.forEach((option, at) => {
      if (right[at] && option.belief !== null)
        problem(["options", at, "belief"], "the right option carries no belief; remove it");
      if (!right[at] && option.belief === null)
        problem(["options", at, "belief"], "say why people hold this; if nobody does, delete the option");
    });

    if (question.kind === "predict") {
      const named = Object.keys(question.key.hosts).sort().join();
      question.options.forEach((option, at) => {
        if (Object.keys(option.hosts).sort().join() !== named)
          problem(["options", at, "hosts"], `name the hosts of the key, ${named}, and no others`);
      });
    }
    if (question.kind === "single" && question.key !== null)
      question.options.forEach((option, at) => {
        if (option.value === null)
          problem(["options", at, "value"], "a measured question needs the number each option stands for");
      });
    if (question.kind === "number") {
      const ranges = question.options.map(({ from, to }, at) => ({ from, to, at })).sort((a, b) => a.from - b.from);
      ranges.forEach((range, at) => {
        const before = ranges[at - 1];
        if (before && before.to > range.from)
          problem(["options", range.at, "from"], `overlaps another option, which ends at ${before.to}`);
      });
    }
  });

export type Question = z.output<typeof questionSchema>;
type QuestionOption = Question["options"][number];

function isRight(question: Question, option: QuestionOption): boolean {
  if ("right" in option) return option.right;
  return question.kind === "predict" && "hosts" in option && sameStates(option.hosts, question.key.hosts);
}

function sameStates(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  return Object.keys({ ...one, ...other }).every((name) => one[name] === other[name]);
}

/**
 * Checks one file's data. Throws an Error with a line for each problem: file, field, what would be right.
 * `file` is shown as it is; the id of the question is the file's name.
 */
export function parseQuestion(file: string, data: unknown): Question {
  const name = questionId(file);
  const problems = KEBAB.test(name)
    ? []
    : [`${file}: (file name): write small letters and digits joined by single hyphens`];
  const parsed = questionSchema.safeParse(data);
  if (!parsed.success)
    for (const issue of parsed.error.issues)
      problems.push(`${file}: ${issue.path.join(".") || "(top)"}: ${issue.message}`);
  if (problems.length > 0 || !parsed.success) throw new Error(problems.join("\n"));
  return parsed.data;
}

/** `content/questions/who-keeps-time-wait.yaml` is the question `who-keeps-time-wait`. */
export function questionId(file: string): string {
  return file.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
}

/** The run a question is about; null if there is none. */
export function questionExperiment(question: Question): string | null {
  return question.key?.experiment ?? question.experiment;
}

/** What the page needs of a question. The beliefs stay behind: the feedback says what matters of them. */
export function toItem(name: string, question: Question): Item {
  const shown = {
    kind: question.kind,
    system: question.system,
    stem: question.stem,
    options: question.options.map((option): Option => ({
      id: option.id,
      text: option.text,
      right: isRight(question, option),
      feedback: option.feedback,
      hosts: "hosts" in option ? option.hosts : null,
      range: "from" in option ? { from: option.from, to: option.to } : null,
    })),
    unit: question.kind === "number" ? question.unit : null,
    otherwise: question.kind === "number" ? question.otherwise : null,
    experiment: questionExperiment(question),
  };
  return { id: name, hash: contentHash(JSON.stringify(shown)), ...shown };
}
