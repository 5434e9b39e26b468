/** The topics as the pages need them, at build time: read and checked. */
import { parse } from "yaml";
import text from "../../content/topics.yaml?raw";
import { ContentError } from "../experiment/facts.ts";
import { checkTopics, parseTopics, type Topic } from "../experiment/topics.ts";
import { experiments } from "./experiments.ts";
import { FACT_IDS } from "./facts.ts";

let all: Promise<readonly Topic[]> | undefined;

/** The topics in order. Throws ContentError if one names a fact or an experiment that is not there. */
export function topics(): Promise<readonly Topic[]> {
  all ??= readTopics();
  return all;
}

async function readTopics(): Promise<readonly Topic[]> {
  const found = parseTopics(parse(text));
  const ids = (await experiments()).map(({ experiment }) => experiment.id);
  // Completeness is for the test: a page need not wait until a new file has found its topic.
  const problems = checkTopics(found, { facts: new Set(FACT_IDS), experiments: new Set(ids) }, false);
  if (problems.length > 0) throw new ContentError(problems);
  return found;
}

/**
 * Topics that have something of that kind, and what they have; what is in no topic yet comes last, under
 * a topic called `other`.
 */
export async function byTopic(
  kind: "facts" | "experiments",
  ids: readonly string[],
  other: string,
): Promise<readonly { readonly id: string; readonly title: string; readonly ids: readonly string[] }[]> {
  const sorted = (await topics()).map(({ id, title, [kind]: entries }) => ({ id, title, ids: entries }));
  const placed = new Set(sorted.flatMap((topic) => topic.ids));
  const rest = { id: "other", title: other, ids: ids.filter((id) => !placed.has(id)) };
  return [...sorted, rest].filter((topic) => topic.ids.length > 0);
}
