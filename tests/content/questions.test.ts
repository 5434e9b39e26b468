/** What a machine can hold of claims and questions together. One file's own shape: tests/unit/quiz.test.ts. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { checkClaim, parseClaim } from "../../src/quiz/claims.ts";
import { coverage } from "../../src/quiz/coverage.ts";
import { places } from "../../src/quiz/places.ts";
import { parseQuestion, type Question } from "../../src/quiz/schema.ts";
import { toolOutput } from "../../src/views/output.ts";
import { chapters, claims, experiments, facts, questions, read, recordings, sources } from "./files.ts";
import { GAPS } from "./gaps.ts";
import { LEDGER_ROWS, SIGHTINGS } from "./ledger-rows.ts";
import { strayCounts, strayNumbers } from "./question-numbers.ts";
import { BANNED } from "./words.ts";

const slugOf = (file: string): string => file.replace(/^.*\/\d\d-|\.mdx$/g, "");
const slugs = new Set(chapters.map(({ file }) => slugOf(file)));
const topics = new Set((parse(read("content/topics.yaml")) as { id: string }[]).map(({ id }) => id));
const asked: ReadonlyMap<string, Question> = new Map(
  [...questions].map((id) => {
    const file = `content/questions/${id}.yaml`;
    return [id, parseQuestion(file, parse(read(file)))];
  }),
);

interface Choice {
  readonly text: string;
  readonly right: boolean;
}

/** Every text of a question that a reader gets to see. */
function texts(question: Question): readonly string[] {
  const reasons = question.kind === "find" ? (question.reasons ?? []) : [];
  const slips = question.kind === "order" ? question.slips.map(({ feedback }) => feedback) : [];
  const options = [...question.options, ...reasons];
  // Quoted advice may be as badly written as it is out there.
  const said = question.kind === "find" ? reasons : options;
  return [question.stem, ...said.map(({ text }) => text), ...options.map(({ feedback }) => feedback), ...slips];
}

describe("the claims", () => {
  it.each([...claims.values()].map((claim) => [claim.id, claim] as const))(
    "%s names only what is there",
    (_, claim) => {
      expect(checkClaim(claim, { facts, experiments, chapters: slugs, topics })).toEqual([]);
      expect(claim.ledger.filter((row) => LEDGER_ROWS[row] === undefined)).toEqual([]);
      const known = new Set([...SIGHTINGS, ...[...sources.values()].map(({ address }) => address)]);
      const made = claim.said.flatMap(({ address }) => (address === null || known.has(address) ? [] : [address]));
      expect(made, "an address that nobody has in full: name who says it, with address: null").toEqual([]);
      const words = [claim.looks_true, claim.fact, claim.happens, claim.see].join(" ");
      expect(words.match(BANNED) ?? []).toEqual([]);
    },
  );

  it("are beliefs of their own: no two say the same", () => {
    const said = new Map<string, string[]>();
    for (const { id, belief } of claims.values()) {
      const words = belief.toLowerCase().replace(/\W+/g, " ").trim();
      said.set(words, [...(said.get(words) ?? []), id]);
    }
    expect([...said.values()].filter((same) => same.length > 1)).toEqual([]);
  });

  it("have the questions they need, or a reason why not yet", () => {
    const short = coverage(claims.values(), asked).filter(({ missing }) => missing > 0);
    const ids = short.map(({ claim, guises, needed }) => `${claim.id}: ${guises.size} of ${needed} guises`);
    expect(ids.filter((text) => !((text.split(":")[0] ?? "") in GAPS))).toEqual([]);
    const closed = Object.keys(GAPS).filter((id) => !short.some(({ claim }) => claim.id === id));
    expect(closed, "in gaps.ts, but has what it needs").toEqual([]);
  });
});

describe("the questions", () => {
  it.each([...asked])("%s is about one claim, in its chapter, and written plainly", (_, question) => {
    expect(claims.has(question.target), `target: no content/claims/${question.target}.yaml`).toBe(true);
    expect(slugs, "chapter").toContain(question.chapter);
    expect(texts(question).flatMap((text) => text.match(BANNED) ?? [])).toEqual([]);
    const reasons = question.kind === "find" ? (question.reasons ?? []) : [];
    const beliefs = [...question.options, ...reasons].filter((option) => "belief" in option && option.belief !== null);
    const diagnostic = question.kind === "find" || question.kind === "order" || beliefs.length > 0;
    expect(diagnostic, "no option carries a belief").toBe(true);
  });

  it.each([...asked])("%s types no number that comes from nowhere", (_, question) => {
    const { stray, unused } = strayNumbers(question);
    expect(stray, "neither scenario, run, measurement nor `given`").toEqual([]);
    expect(strayCounts(question), "counts of the stem that its run does not have").toEqual([]);
    expect(unused, "under `given`, but not in the text").toEqual([]);
    const origins = Object.values(question.given);
    const known = (id: string): boolean => facts.has(id) || experiments.has(id) || sources.has(id) || id === "scenario";
    expect(origins.filter((id) => !known(id))).toEqual([]);
  });

  /** What a reader chooses from, by the way it is asked; where more than one may be right nothing shows the right one. */
  const CHOICES: readonly (readonly [string, (question: Question) => readonly Choice[]])[] = [
    ["options", (question) => (question.kind === "single" || question.kind === "read" ? question.options : [])],
    ["sentences", (question) => (question.kind === "find" ? question.options : [])],
    ["reasons", (question) => (question.kind === "find" ? (question.reasons ?? []) : [])],
  ];
  it.each(CHOICES)("do not give the right one of their %s away by its length", (_, choices) => {
    const lists = [...asked.values()].map(choices).filter(({ length }) => length > 0);
    const longest = lists.filter((list) => {
      const right = list.find((one) => one.right);
      return list.every((one) => one === right || one.text.length < (right?.text.length ?? 0));
    });
    // Of three a third by chance.
    expect(longest.length / lists.length).toBeLessThan(0.45);
  });

  it.each([...asked])("%s has options alike in length", (_, question) => {
    const reasons = question.kind === "find" ? (question.reasons ?? []) : [];
    const chosen = question.kind === "single" || question.kind === "read" || question.kind === "multiple";
    for (const list of [chosen ? question.options : [], reasons]) {
      const lengths = list.map(({ text }) => text.length);
      expect(Math.max(...lengths, 0), `lengths ${lengths.join(", ")}`).toBeLessThanOrEqual(2 * Math.min(...lengths));
    }
  });

  it("have the wrong sentence of an advice at its beginning, in its middle and at its end", () => {
    const found = [...asked.values()].flatMap((question) => (question.kind === "find" ? [question.options] : []));
    const at = found.map((options) => {
      const wrong = options.findIndex(({ right }) => right);
      return wrong === 0 ? "first" : wrong === options.length - 1 ? "last" : "between";
    });
    // Of three or four sentences a quarter or more by chance.
    for (const place of ["first", "between", "last"])
      expect(at.filter((one) => one === place).length / at.length, place).toBeGreaterThan(0.2);
  });

  it.each([...asked].filter(([, { kind }]) => kind === "read"))("%s shows what was recorded", (_, question) => {
    if (question.kind !== "read") return;
    const recording = recordings.get(question.output.experiment);
    if (!recording) throw new Error(`no recording of ${question.output.experiment}`);
    const run = { hosts: recording.header.hosts, until: recording.header.until, events: recording.events };
    const { text } = toolOutput(run, question.output);
    expect(text.split("\n").length, "more lines than anybody reads: use `lines`").toBeLessThanOrEqual(30);
  });

  it("are each shown once: in the text of a chapter, in its quiz, or on its page of further questions", () => {
    const shown = chapters.flatMap(({ file, body, tags }) => {
      const slug = slugOf(file);
      const { inText, quiz, further } = places(slug, body, asked);
      const hasQuiz = tags.some(({ name, attributes }) => name === "Quiz" && attributes["chapter"] === slug);
      return [...inText, ...(hasQuiz ? quiz : []), ...further];
    });
    expect(shown.toSorted()).toEqual([...asked.keys()].toSorted());
  });

  it("never use an id again", () => {
    const retired = z
      .array(z.strictObject({ id: z.string(), since: z.iso.date(), why: z.string().min(10) }))
      .parse(parse(read("content/questions/retired.yaml")));
    expect(retired.filter(({ id }) => questions.has(id))).toEqual([]);
  });
});

describe("what do you believe?", () => {
  const believed = z.array(z.string()).parse(parse(read("content/pretest.yaml")));
  const verdicts = believed.map((id) => claims.get(id)?.verdict);

  it("asks about ten claims, of which some hold: saying no to all is not knowing", () => {
    expect(new Set(believed).size).toBe(10);
    expect(verdicts).not.toContain(undefined);
    const hold = verdicts.filter((verdict) => verdict === "true").length;
    expect(hold).toBeGreaterThanOrEqual(3);
    expect(hold).toBeLessThanOrEqual(5);
  });

  it.each(believed.filter((id) => claims.get(id)?.verdict === "true"))("%s holds by a fact that was run", (id) => {
    const [weightiest = ""] = claims.get(id)?.facts ?? [];
    const fact = facts.get(weightiest);
    expect(fact?.proof).toBe("run");
    expect(fact?.experiments).not.toEqual([]);
  });
});

describe("the list of checked statements", () => {
  const named = new Set([...claims.values()].flatMap(({ ledger }) => ledger));
  const answered = (row: string): boolean => named.has(row) || (LEDGER_ROWS[row]?.same ?? []).some(answered);

  it.each(Object.entries(LEDGER_ROWS))("%s has a claim with a question, or a reason", (row, { label, none }) => {
    if (none === undefined) expect(answered(row), `no claim names ${row} under \`ledger\`: ${label}`).toBe(true);
    else expect(named.has(row), `${row} has a claim now: remove its reason`).toBe(false);
    const rows = coverage(
      [...claims.values()].filter(({ ledger }) => ledger.includes(row)),
      asked,
    );
    expect(
      rows.filter(({ guises, claim }) => guises.size === 0 && !(claim.id in GAPS)).map(({ claim }) => claim.id),
    ).toEqual([]);
  });

  it("has three questions about whatever tells people what to do", () => {
    const named = Object.entries(LEDGER_ROWS).filter(([, { advice }]) => advice === true);
    const light = [...claims.values()].filter((claim) => !claim.changes_what_people_do);
    expect(
      named.flatMap(([row]) => light.filter(({ ledger }) => ledger.includes(row)).map(({ id }) => `${row}: ${id}`)),
    ).toEqual([]);
  });

  it("repeats only rows that are there", () => {
    const same = Object.values(LEDGER_ROWS).flatMap((row) => row.same ?? []);
    expect(same.filter((row) => LEDGER_ROWS[row] === undefined)).toEqual([]);
  });
});

describe("a broken claim names file, field and fix", () => {
  const GOOD = `
belief: The moon is made of cheese.
verdict: false
systems: [{ system: Linux, from: "6.1", to: null }]
looks_true: It is round and yellow.
happens: It was looked at from nearby.
facts: [a-fact]
changes_what_people_do: false
topic: a-topic
`;
  const world = {
    facts: new Map([["a-fact", { values: { n: 1 } }]]),
    experiments: new Set(["run"]),
    chapters: new Set(["one"]),
    topics: new Set(["a-topic"]),
  };
  const problems = (yaml: string): string => {
    try {
      return checkClaim(parseClaim("content/claims/a-claim.yaml", parse(yaml)), world)
        .map(({ file, field, message }) => `${file}: ${field}: ${message}`)
        .join("\n");
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  };
  it.each([
    ["none", GOOD, ""],
    ["an unknown field", `${GOOD}colour: red`, 'content/claims/a-claim.yaml: (top): Unrecognized key: "colour"'],
    ["no reason to believe it", GOOD.replace(/looks_true.*\n/, ""), "looks_true: say why it looks true"],
    ["an unknown verdict", GOOD.replace("false", "doubtful"), "content/claims/a-claim.yaml: verdict: "],
    ["a fact that is not there", GOOD.replace("[a-fact]", "[b-fact]"), "facts: there is no content/facts/b-fact.yaml"],
    ["a number of another fact", GOOD.replace("nearby", "{b.n}"), 'happens: reads fact "b": list it under facts'],
    ["a number that is not there", GOOD.replace("nearby", "{a-fact.m}"), "happens: {a-fact.m}: content/facts/a-fact"],
    ["a topic that is not there", GOOD.replace("topic: a-topic", "topic: b"), "topic: not in content/topics.yaml"],
    ["half an address", `${GOOD}said: [{ who: Somebody, address: nbari }]`, "said.0.address: "],
    ["a run twice", `${GOOD}experiments: [run, run]`, 'experiments: "run" stands twice'],
  ])("%s", (_, yaml, message) => {
    const found = problems(yaml);
    if (message === "") expect(found).toBe("");
    else expect(found).toContain(message);
  });
});
