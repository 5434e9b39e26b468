/**
 * The question file as authors write it, `content/questions/<id>.yaml`, checked and turned into
 * what the page shows. `docs/writing.md` says how to write a good one; what a machine can hold of one
 * file stands here, what needs the other files in tests/content/questions.test.ts.
 */
import { z } from "zod";
import { STATES } from "../engine/trace.ts";
import { measureSchema, momentSchema } from "../experiment/measure.ts";
import { contentHash } from "./hash.ts";
import { type Item, type Option, UNITS } from "./model.ts";

const KEBAB = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
/** Whose output can be read. */
export const TOOLS = ["ss", "netstat", "lsof", "sockstat", "nstat", "tcpdump"] as const;

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

/** A question that asks for what is not: the negation stands in the asking clause itself. */
const NEGATED =
  /\b(?:which|what|who|where)\b(?:(?!\b(?:if|when|while|that|whose|because|since|after|before|until)\b)[^?.;:])*\b(?:not|never|except|\w+n['’]t)\b[^?]*\?/i;

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
  /** Numbers with a unit that neither scenario, run nor claim holds, each with the fact, experiment or source it is from. */
  given: z.record(z.string(), id).default({}),
};

const noKey = z.null().default(null);

const optionCommon = {
  id: optionId,
  /** Why people hold this. Every wrong option has one; an option nobody would believe is deleted. */
  belief: line.nullable().default(null),
  feedback,
};

const singleOptions = z
  .array(
    z.strictObject({
      ...optionCommon,
      text: line,
      right: z.boolean().default(false),
      /** With a measured key: the number this option stands for. */
      value: z.number().nullable().default(null),
    }),
  )
  .min(2)
  .max(4);

const single = z.strictObject({
  kind: z.literal("single"),
  ...common,
  /** Given: the option whose `value` the run measures must be the right one. */
  key: measureKey.nullable().default(null),
  options: singleOptions,
});

const read = z.strictObject({
  kind: z.literal("read"),
  ...common,
  key: measureKey.nullable().default(null),
  /** What was recorded: the text of a tool at a probe, or the segments that passed a host. */
  output: z
    .strictObject({
      experiment: id,
      /** tcpdump sees the whole run and has none. */
      probe: z.string().nullable().default(null),
      host,
      tool: z.enum(TOOLS),
      /** First and last line to show, counted from 1; all if left out. */
      lines: z
        .tuple([z.int().min(1), z.int().min(1)])
        .nullable()
        .default(null),
    })
    .refine(({ probe, tool }) => (probe === null) === (tool === "tcpdump"), {
      error: "every tool but tcpdump needs a probe, and tcpdump has none",
      path: ["probe"],
    }),
  options: singleOptions,
});
export type Output = z.output<typeof read>["output"];

const multiple = z.strictObject({
  kind: z.literal("multiple"),
  ...common,
  /** Given: right is every option whose host has a socket in that state at the probe. */
  key: z.strictObject({ experiment: id, probe: z.string() }).nullable().default(null),
  options: z
    .array(
      z.strictObject({
        ...optionCommon,
        text: line,
        right: z.boolean().default(false),
        holds: z
          .strictObject({ host, state: z.enum(STATES) })
          .nullable()
          .default(null),
      }),
    )
    .min(3)
    .max(6),
});

const order = z.strictObject({
  kind: z.literal("order"),
  ...common,
  /** Given: the moments of the options follow one another in the run. */
  key: z.strictObject({ experiment: id }).nullable().default(null),
  /** In the right order. Why each stands where it stands is its feedback. */
  options: z
    .array(z.strictObject({ id: optionId, text: line, moment: momentSchema.nullable().default(null), feedback }))
    .min(3)
    .max(6),
  /** The likely mistakes: two events the wrong way round, the belief behind it, what to say to it. */
  slips: z
    .array(z.strictObject({ first: id, then: id, belief: line, feedback }))
    .min(1, "name the mistake that somebody with the claim makes"),
});

const find = z.strictObject({
  kind: z.literal("find"),
  ...common,
  key: noKey,
  /** Whose advice it is, or from whose it was put together. An address only if known in full. */
  quote: z.strictObject({
    who: line,
    address: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null),
  }),
  /** The sentences in order; the wrong one, which is the claim, is the one to find. */
  options: z
    .array(z.strictObject({ ...optionCommon, text: line, right: z.boolean().default(false) }))
    .min(2)
    .max(6),
  /** Why it is wrong; left out: only the sentence counts. */
  reasons: z
    .array(z.strictObject({ ...optionCommon, text: line, right: z.boolean().default(false) }))
    .min(2)
    .max(4)
    .nullable()
    .default(null),
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
    .max(4),
});

/** A question file. Strict: a field it does not know is an error. */
export const questionSchema = z
  .discriminatedUnion("kind", [single, multiple, predict, number, order, read, find])
  .superRefine((question, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });

    if (question.kind !== "find" && NEGATED.test(question.stem))
      problem(["stem"], "asks for what is not: ask what happens, which side, for how long, why");

    const lists = [["options", question.options] as const, ["reasons", reasonsOf(question)] as const];
    const seen = new Set<string>();
    for (const [field, options] of lists)
      options.forEach((option, at) => {
        if (seen.has(option.id))
          problem([field, at, "id"], `"${option.id}" is used twice; ids are unique in a question`);
        seen.add(option.id);
        if (/\b(?:all|none|both) of the (?:above|others|options)\b/i.test(option.text))
          problem([field, at, "text"], 'no "all of the above": say what happens');
      });

    for (const [field, options] of lists) {
      if (question.kind === "order" || options.length === 0) continue;
      const right = options.map((option) => isRight(question, option));
      const count = right.filter(Boolean).length;
      if (question.kind === "multiple") {
        if (count === 0 || count === options.length)
          problem(["options"], "some options must have `right: true`, and at least one must not");
      } else if (count !== 1)
        problem(
          [field],
          question.kind === "predict"
            ? "exactly one option must have the same `hosts` as `key`"
            : "exactly one option must have `right: true`",
        );
      options.forEach((option, at) => {
        if (!("belief" in option)) return;
        // What is left out can be a belief too, where several hold.
        if (right[at] && option.belief !== null && question.kind !== "multiple")
          problem([field, at, "belief"], "the right option carries no belief; remove it");
        // A true sentence of a quoted text stands there because the text has it.
        const quoted = question.kind === "find" && field === "options";
        if (!right[at] && option.belief === null && !quoted)
          problem([field, at, "belief"], "say why people hold this; if nobody does, delete the option");
      });
    }

    if (question.kind === "multiple" && question.key !== null)
      question.options.forEach((option, at) => {
        if (option.holds === null)
          problem(["options", at, "holds"], "a computed question needs the host and state each option stands for");
      });
    if (question.kind === "order") {
      const place = (name: string): number => question.options.findIndex((option) => option.id === name);
      question.options.forEach((option, at) => {
        if (question.key !== null && option.moment === null)
          problem(["options", at, "moment"], "a computed order needs the moment of each event");
      });
      question.slips.forEach(({ first, then }, at) => {
        for (const [field, name] of [["first", first] as const, ["then", then] as const])
          if (place(name) < 0) problem(["slips", at, field], `no option has the id "${name}"`);
        if (place(first) >= 0 && place(first) < place(then))
          problem(["slips", at], `"${first}" does come before "${then}": a slip is the wrong way round`);
      });
    }
    if (question.kind === "predict") {
      const named = Object.keys(question.key.hosts).sort().join();
      question.options.forEach((option, at) => {
        if (Object.keys(option.hosts).sort().join() !== named)
          problem(["options", at, "hosts"], `name the hosts of the key, ${named}, and no others`);
      });
    }
    if ((question.kind === "single" || question.kind === "read") && question.key !== null)
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
type Reason = NonNullable<z.output<typeof find>["reasons"]>[number];

function reasonsOf(question: Question): readonly Reason[] {
  return question.kind === "find" ? (question.reasons ?? []) : [];
}

/** Every event of an order is where it belongs. */
function isRight(question: Question, option: QuestionOption | Reason): boolean {
  if (question.kind === "order") return true;
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
  const read = question.kind === "read" ? question.output.experiment : null;
  return question.key?.experiment ?? question.experiment ?? read;
}

/**
 * What the page needs of a question. The beliefs stay behind: the feedback says what matters of them.
 * @param output `read` only: what the tool printed
 */
export function toItem(name: string, question: Question, output?: Item["output"]): Item {
  const shown = {
    kind: question.kind,
    system: question.system,
    stem: question.stem,
    options: question.options.map((option) => toOption(question, option)),
    unit: question.kind === "number" ? question.unit : null,
    otherwise: question.kind === "number" ? question.otherwise : null,
    experiment: questionExperiment(question),
    ...(question.kind === "order"
      ? { slips: question.slips.map(({ first, then, feedback }) => ({ first, then, feedback })) }
      : {}),
    ...(question.kind === "find" ? { quote: question.quote } : {}),
    ...(question.kind === "find" && question.reasons
      ? { reasons: question.reasons.map((reason) => toOption(question, reason)) }
      : {}),
    ...(output ? { output } : {}),
  };
  return { id: name, hash: contentHash(JSON.stringify(shown)), ...shown };
}

function toOption(question: Question, option: QuestionOption | Reason): Option {
  return {
    id: option.id,
    text: option.text,
    right: isRight(question, option),
    feedback: option.feedback,
    hosts: "hosts" in option ? option.hosts : null,
    range: "from" in option ? { from: option.from, to: option.to } : null,
  };
}
