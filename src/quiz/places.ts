/** Where a chapter's questions stand: one by one in its text, in the quiz at its end, or on its further page. */
import type { Question } from "./schema.ts";

export interface Places {
  /** Ids named in the text, in its order: predictions and single questions. */
  readonly inText: readonly string[];
  /** Ids of the quiz, by `place`; nobody sees them if the text has no `<Quiz>`. */
  readonly quiz: readonly string[];
  /** All others, by id: other guises of the same claims, for the review. */
  readonly further: readonly string[];
}

/**
 * @param chapter slug
 * @param body the chapter's MDX
 * @param questions all there are, by id
 */
export function places(chapter: string, body: string, questions: ReadonlyMap<string, Question>): Places {
  const inText = [...body.matchAll(/<(?:Question|Predict) id="([^"]+)"/g)].map(([, id = ""]) => id);
  const own = [...questions].filter(([, question]) => question.chapter === chapter);
  const byPlace = own.flatMap(([id, { place }]) => (place === null ? [] : [{ id, place }]));
  return {
    inText,
    quiz: byPlace.sort((one, other) => one.place - other.place).map(({ id }) => id),
    further: own
      .filter(([id, { place }]) => place === null && !inText.includes(id))
      .map(([id]) => id)
      .sort(),
  };
}
