import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { chapters, charts, claims, diagrams, experiments, facts, questions, read, sources } from "./files.ts";
import { BANNED } from "./words.ts";

/** The role is named after who closes first. Claims are quoted in attributes, which are not prose. */
const ROLES =
  /\b(?:the )?(?:client|server)(?:’s)? (?:closes first|keeps|acknowledges|sends (?:a|its|the) (?:FIN|ACK)|is in [A-Z])/gi;

/** Where each component finds what its id names. */
const KNOWN: Readonly<Record<string, { readonly ids: { has(id: string): boolean }; readonly place: string }>> = {
  Claim: { ids: claims, place: "content/claims" },
  Fact: { ids: facts, place: "content/facts" },
  Experiment: { ids: experiments, place: "content/experiments" },
  Predict: { ids: questions, place: "content/questions" },
  Question: { ids: questions, place: "content/questions" },
  Chart: { ids: charts, place: "content/charts" },
  Diagram: { ids: diagrams, place: "content/diagrams" },
};
/** These stand on a line of their own. */
const BLOCKS = ["Claim", "Experiment", "Question", "Quiz", "Predict", "Fact", "Diagram", "Chart"];

describe.each(chapters.map((chapter) => [chapter.file, chapter] as const))("%s", (file, chapter) => {
  it("names only what exists", () => {
    const missing = chapter.tags.flatMap(({ name, attributes }) => {
      const known = KNOWN[name];
      return known && !known.ids.has(attributes["id"] ?? "")
        ? [`<${name} id="${attributes["id"]}" />: not in ${known.place}/`]
        : [];
    });
    expect(missing).toEqual([]);
  });

  it("takes its numbers from values that exist", () => {
    const missing = chapter.tags
      .filter(({ name, attributes }) => name === "Measured" && attributes["fact"] !== undefined)
      .filter(({ attributes }) => facts.get(attributes["fact"] ?? "")?.values[attributes["value"] ?? ""] === undefined)
      .map(({ attributes }) => `${attributes["fact"]}.${attributes["value"]}`);
    expect(missing).toEqual([]);
  });

  it("gives every number with a unit a place it comes from", () => {
    const given = (chapter.data["given"] ?? {}) as Readonly<Record<string, string>>;
    const typed = new Set(
      [...chapter.prose.matchAll(/\b\d[\d,.]* (?:µs|ms|s|seconds|minutes|hours|bytes|KB|MB)\b/g)].map(([text]) => text),
    );
    expect(
      [...typed].filter((text) => !(text in given)),
      "write <Measured … />, or the origin under `given`",
    ).toEqual([]);
    expect(
      Object.keys(given).filter((text) => !typed.has(text)),
      "under `given`, but not in the text",
    ).toEqual([]);
    const origins = Object.values(given).filter((id) => !facts.has(id) && !experiments.has(id) && !sources.has(id));
    expect(origins, "neither fact, experiment nor source").toEqual([]);
  });

  it("keeps the underscores of names (the formatter takes them for emphasis where two names stand in one line)", () => {
    expect(chapter.prose.match(/\w+\*[A-Z_a-z]\w*|\\[_*]/g) ?? []).toEqual([]);
  });

  it("sets blocks on lines of their own", () => {
    const crowded = chapter.tags
      .filter(({ name, line }) => BLOCKS.includes(name) && !/^\s*<[^>]*>\s*$/.test(line))
      .map(({ line }) => line);
    expect(crowded).toEqual([]);
  });

  it("proves what it says: every experiment and target has a fact in the list at its end", () => {
    const shown = new Set(
      chapter.tags.filter(({ name }) => name === "Fact").map(({ attributes }) => attributes["id"] ?? ""),
    );
    const targets = (chapter.data["targets"] ?? []) as readonly string[];
    expect(targets.filter((id) => !shown.has(id))).toEqual([]);
    expect(
      targets.filter((id) => facts.get(id)?.belief === undefined),
      "a target needs a belief and a verdict",
    ).toEqual([]);
    const used = chapter.tags
      .filter(({ name }) => name === "Measured")
      .map(({ attributes }) => attributes["fact"] ?? "");
    expect([...new Set(used)].filter((id) => !shown.has(id))).toEqual([]);
  });

  it("asks before it shows: a prediction stands before the first run, questions of the chapter at its end", () => {
    const order = chapter.tags.map(({ name }) => name);
    expect(order.indexOf("Predict")).toBeGreaterThanOrEqual(0);
    expect(order.indexOf("Predict")).toBeLessThan(order.indexOf("Experiment"));
    const slug = /\d\d-([a-z0-9-]+)\.mdx$/.exec(file)?.[1];
    const own = [...questions].filter(
      (id) => (parse(read(`content/questions/${id}.yaml`)) as { chapter?: string }).chapter === slug,
    );
    expect(own.length).toBeGreaterThanOrEqual(3);
    expect(
      chapter.tags.some(
        ({ name, attributes }) => name === "Question" || (name === "Quiz" && attributes["chapter"] === slug),
      ),
    ).toBe(true);
  });

  it("has a summary of five lines and one to remember", () => {
    expect(chapter.data["summary"]).toHaveLength(5);
    expect(chapter.data["remember"]).toEqual(expect.any(String));
  });

  it("puts the word False before a false belief", () => {
    const bare = [...facts.values()]
      .filter(({ verdict, belief }) => verdict === "false" && belief !== undefined)
      .filter(({ belief = "" }) => {
        const text = chapter.prose.toLowerCase();
        const at = text.indexOf(belief.toLowerCase().replace(/\.$/, ""));
        return at >= 0 && !/false:\W*$/.test(text.slice(0, at));
      });
    expect(bare.map(({ belief }) => belief)).toEqual([]);
    const verdicts = chapter.tags.filter(
      ({ name, attributes }) => name === "Refutation" && attributes["claim"] === undefined,
    );
    expect(verdicts).toEqual([]);
  });

  it("is written plainly", () => {
    expect(chapter.prose.match(BANNED) ?? []).toEqual([]);
    expect(chapter.prose.match(ROLES) ?? []).toEqual([]);
    const headings = /^#.*$/gm;
    const underscored =
      chapter.prose
        .replace(headings, "")
        .match(/\b(?:FIN_WAIT_?[12]|TIME_WAIT|CLOSE_WAIT|LAST_ACK|SYN_SENT|SYN_RE\w+)\b/g) ?? [];
    expect(underscored, "prose writes TIME-WAIT; titles and code TIME_WAIT").toEqual([]);
    const hyphened =
      (chapter.prose.match(headings) ?? []).join(" ").match(/\b(?:FIN-WAIT-[12]|TIME-WAIT|CLOSE-WAIT|LAST-ACK)\b/g) ??
      [];
    expect(hyphened, "titles write TIME_WAIT").toEqual([]);
  });
});

describe("the reading order", () => {
  const numbers = new Map(
    chapters.map(({ file, data }) => [/(\d\d)-([a-z0-9-]+)\.mdx$/.exec(file)?.[2] ?? "", Number(data["number"])]),
  );

  it("is that of the files, without a gap", () => {
    expect(chapters.map(({ file }) => Number(/(\d\d)-[^/]*$/.exec(file)?.[1]))).toEqual([...numbers.values()]);
    expect([...numbers.values()]).toEqual(chapters.map((_, index) => index + 1));
  });

  it("gives a linked chapter its own number", () => {
    const links = chapters.flatMap(({ body }) => [
      ...body.matchAll(/\[[^\]]*\bchapter (\d+)[^\]]*\]\(\/chapters\/([a-z0-9-]+)\//gi),
    ]);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter(([, number, slug = ""]) => numbers.get(slug) !== Number(number)).map(([link]) => link)).toEqual(
      [],
    );
  });

  it("asks about no belief before a chapter has taken it apart", () => {
    const early = [...questions].filter((id) => {
      const { chapter, target } = parse(read(`content/questions/${id}.yaml`)) as { chapter: string; target: string };
      const taught = (claims.get(target)?.chapters ?? []).map((slug) => numbers.get(slug) ?? Infinity);
      return Math.min(...taught) > (numbers.get(chapter) ?? 0);
    });
    expect(early).toEqual([]);
  });
});

describe("the statements of the facts", () => {
  it.each([...facts.values()].map((fact) => [fact.id, fact.statement] as const))(
    "%s is written plainly",
    (_, statement) => {
      expect(statement.match(BANNED) ?? []).toEqual([]);
    },
  );
});
