import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkTopics, parseTopics } from "../../src/experiment/topics.ts";
import { experiments, facts, read } from "./files.ts";

it("every fact and every experiment stands in exactly one topic", () => {
  const files = { facts: new Set(facts.keys()), experiments };
  const problems = checkTopics(parseTopics(parse(read("content/topics.yaml"))), files, true);
  expect(problems.map(({ field, message }) => `content/topics.yaml: ${field}: ${message}`)).toEqual([]);
});

describe("a broken list of topics names file, field and fix", () => {
  const files = { facts: new Set(["f"]), experiments: new Set(["e"]) };
  const problems = (yaml: string): string => {
    try {
      return checkTopics(parseTopics(parse(yaml)), files, true)
        .map(({ file, field, message }) => `${file}: ${field}: ${message}`)
        .join("\n");
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  };
  const good = "- { id: a, title: A topic, facts: [f], experiments: [e] }";
  it.each([
    ["none", good, ""],
    ["no title", good.replace("title: A topic, ", ""), "content/topics.yaml: 0.title: "],
    ["an unknown field", good.replace("facts", "fact: [], facts"), 'content/topics.yaml: 0: Unrecognized key: "fact"'],
    ["a fact that is not there", good.replace("[f]", "[f, g]"), "a.facts: there is no content/facts/g.yaml: correct"],
    ["a fact used twice", good.replace("[f]", "[f, f]"), 'a.facts: "f" stands in a too: remove one'],
    ["a topic twice", `${good}\n- { id: a, title: More, facts: [], experiments: [] }`, "a: two topics have this id"],
    ["an experiment forgotten", good.replace("[e]", "[]"), 'experiments: "e" is in no topic: add it under experiments'],
  ])("%s", (_, yaml, message) => {
    const found = problems(yaml);
    if (message === "") expect(found).toBe("");
    else expect(found).toContain(message);
  });
});
