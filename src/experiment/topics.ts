/**
 * Topics: what the lists of facts and experiments are ordered by. `content/topics.yaml` is one ordered
 * list; every fact and every experiment stands in exactly one topic.
 */
import { z } from "zod";
import { check, type ContentProblem, id } from "./facts.ts";

const topicSchema = z.strictObject({
  id,
  /** A heading: states are spelled as people search for them, `TIME_WAIT`. */
  title: z.string().min(3).max(80),
  facts: z.array(id),
  experiments: z.array(id),
});
export type Topic = z.output<typeof topicSchema>;

export const TOPICS_FILE = "content/topics.yaml";

/** The topics from parsed YAML, in order. Throws ContentError naming field and what would be right. */
export function parseTopics(data: unknown): readonly Topic[] {
  return check(TOPICS_FILE, z.array(topicSchema).min(1, "name at least one topic"), data);
}

/**
 * What is wrong between the topics and the files: an id used twice, an entry without its file.
 * @param complete also complain about a file that stands in no topic
 */
export function checkTopics(
  topics: readonly Topic[],
  files: { readonly facts: ReadonlySet<string>; readonly experiments: ReadonlySet<string> },
  complete: boolean,
): readonly ContentProblem[] {
  const problems: ContentProblem[] = [];
  const complain = (field: string, message: string): void => {
    problems.push({ file: TOPICS_FILE, field, message });
  };
  const ids = new Set<string>();
  for (const topic of topics) {
    if (ids.has(topic.id)) complain(topic.id, "two topics have this id: rename one");
    ids.add(topic.id);
  }
  for (const kind of ["facts", "experiments"] as const) {
    const places = new Map<string, string>();
    for (const topic of topics)
      for (const name of topic[kind]) {
        const field = `${topic.id}.${kind}`;
        const other = places.get(name);
        if (other !== undefined) complain(field, `"${name}" stands in ${other} too: remove one`);
        else if (!files[kind].has(name))
          complain(field, `there is no content/${kind}/${name}.yaml: correct the id, or remove it`);
        places.set(name, topic.id);
      }
    if (complete)
      for (const name of files[kind])
        if (!places.has(name))
          complain(kind, `"${name}" is in no topic: add it under ${kind} of the one it belongs to`);
  }
  return problems;
}
