import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ORIGINS } from "../../src/engine/kernel/dated-facts-origins.ts";
import { RULES } from "../../src/engine/tcp/rules.ts";
import { checkProof, ContentError, parseFact, parseSources, type Source } from "../../src/experiment/facts.ts";
import { parseMeasurement, readCell } from "../../src/experiment/measurement.ts";
import { measure } from "../../src/experiment/measure.ts";
import { experiments, facts, recordings, sources } from "./files.ts";

/** Source ids of the RFCs that rules name: "RFC 5961 4.2" is rfc5961. */
const rfcsOfTheRules = [
  ...new Set(
    Object.values(RULES).flatMap(({ rfc }) => [...(rfc ?? "").matchAll(/RFC (\d+)/g)].map(([, n]) => `rfc${n ?? ""}`)),
  ),
];

describe("the facts of the site", () => {
  it.each([...facts.values()].map((fact) => [fact.id, fact] as const))("%s is proved as it says", (_, fact) => {
    expect(checkProof(fact, { sources, experiments, evidence: new Set(recordings.keys()) })).toEqual([]);
  });

  it.each(
    [...facts.values()].flatMap((fact) =>
      Object.entries(fact.values).map(([name, value]) => [`${fact.id}.${name}`, value] as const),
    ),
  )("%s can be read from its recording", (_, value) => {
    if ("measurement" in value) {
      const file = `content/measurements/${value.measurement}.json`;
      expect(readCell(parseMeasurement(file, readFileSync(file, "utf8")), value)).toBeGreaterThan(0);
      return;
    }
    const { experiment, what } = value;
    const recording = recordings.get(experiment);
    if (!recording) throw new Error(`no recording of ${experiment}`);
    expect(measure(recording, what).value).toBeGreaterThanOrEqual(0);
  });

  it("has opened every RFC that a rule of the engine names", () => {
    const unread = rfcsOfTheRules.filter((id) => !sources.get(id)?.opened);
    expect(unread).toEqual([]);
  });

  it("cites every source at least once, or says that it was not opened", () => {
    const cited = new Set([
      ...[...facts.values()].flatMap((fact) => fact.sources.map(({ id }) => id)),
      ...Object.values(ORIGINS).flatMap((origins) => origins.map(({ source }) => source)),
      ...rfcsOfTheRules,
    ]);
    expect(
      [...sources.values()].filter(({ id, opened }) => !cited.has(id) && opened !== null).map(({ id }) => id),
    ).toEqual([]);
  });
});

const GOOD = `
statement: The kernel does what this sentence says it does.
systems: [{ system: Linux, from: "6.1", to: null }]
proof: read
why_not_run: No experiment can show what this sentence says.
sources: [{ id: rfc9293, at: section 3.6 }]
`;
const RUN = GOOD.replace(/proof: read\nwhy.*/, "proof: run\nexperiments: [e]");

function problems(yaml: string): string {
  try {
    parseFact("content/facts/a-fact.yaml", parse(yaml));
    return "";
  } catch (error) {
    if (error instanceof ContentError) return error.message;
    throw error;
  }
}

describe("a broken fact names file, field and fix", () => {
  it.each([
    ["none", GOOD, ""],
    ["an unknown field", `${GOOD}proofs: read`, 'content/facts/a-fact.yaml: (top): Unrecognized key: "proofs"'],
    ["an unknown proof", GOOD.replace("proof: read", "proof: sworn"), "content/facts/a-fact.yaml: proof: "],
    ["no reason where there is an experiment", GOOD.replace(/why.*/, "experiments: [e]"), ""],
    [
      "no reason where there is none",
      GOOD.replace(/why.*/, ""),
      'why_not_run: proof "read" and no experiment: write why it was not run',
    ],
    [
      "a reason where it was run",
      `${RUN}why_not_run: No experiment can show what it says.`,
      'why_not_run: proof "run" says that it was: remove the reason',
    ],
    [
      "a run without an experiment",
      RUN.replace(/experiments.*/, ""),
      'experiments: proof "run" needs an experiment: name it',
    ],
    [
      "a belief without a verdict",
      `${GOOD}belief: The moon is made of it`,
      "verdict: belief and verdict come together",
    ],
    [
      "a placeholder without a value",
      GOOD.replace("this sentence", "{what}"),
      "statement: {what} has no entry under values: add it",
    ],
    [
      "a value of another experiment",
      `${GOOD}values: { x: { experiment: close-four, measure: through, state: CLOSING } }`,
      'values: x reads experiment "close-four": list it under experiments',
    ],
    [
      "an unknown segment",
      `${GOOD}experiments: [e]\nvalues: { x: { experiment: e, measure: segments, match: FINE } }`,
      'content/facts/a-fact.yaml: values.x.match: "FINE" is no segment; write one of any, SYN,',
    ],
    ["no source", GOOD.replace(/sources.*/, "sources: []"), "sources: name at least one source"],
  ])("%s", (_, yaml, message) => {
    const found = problems(yaml);
    if (message === "") expect(found).toBe("");
    else expect(found).toContain(message);
  });

  it("reads a bare `false` as the verdict", () => {
    const fact = parseFact("content/facts/a-fact.yaml", parse(`${GOOD}belief: The moon is made of it\nverdict: false`));
    expect(fact.verdict).toBe("false");
  });
});

describe("proof that is not there", () => {
  const fact = parseFact("content/facts/a-fact.yaml", parse(RUN));
  const source: Source = {
    id: "rfc9293",
    kind: "rfc",
    title: "RFC 9293",
    address: "https://www.rfc-editor.org/rfc/rfc9293",
    version: "2022",
    opened: "2026-11-22",
  };
  const all = { sources: new Map([["rfc9293", source]]), experiments: new Set(["e"]), evidence: new Set(["e"]) };
  it.each([
    ["nothing", all, []],
    ["the source", { ...all, sources: new Map<string, Source>() }, ["sources", "sources"]],
    [
      "the opening of the source",
      { ...all, sources: new Map([["rfc9293", { ...source, opened: null }]]) },
      ["sources"],
    ],
    ["the experiment", { ...all, experiments: new Set<string>() }, ["experiments"]],
    ["the recording", { ...all, evidence: new Set<string>() }, ["experiments"]],
  ])("%s is missed", (_, proofs, fields) => {
    expect(checkProof(fact, proofs).map(({ field }) => field)).toEqual(fields);
  });
});

describe("sources", () => {
  const one = (more: string): string =>
    `- { id: a, kind: rfc, title: A title, address: "https://example.org/a", version: "1", opened: ${more} }`;
  it("may be cited without being opened", () => {
    expect(parseSources("content/sources.yaml", parse(one("null"))).get("a")?.opened).toBeNull();
  });
  it.each([
    ["twice", `${one("null")}\n${one("null")}`, 'content/sources.yaml: 1.id: "a" is used twice'],
    ["on no day", one('"2026-13-40"'), "content/sources.yaml: 0.opened: a day that exists"],
  ])("%s is an error", (_, yaml, message) => {
    expect(() => parseSources("content/sources.yaml", parse(yaml))).toThrow(message);
  });
});
