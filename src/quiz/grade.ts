import type { Answer, Item, Option } from "./model.ts";

export interface Grade {
  readonly right: boolean;
  /** The option the answer stands for; null for a number that no option stands for. */
  readonly chosen: Option | null;
  /** What to say to this answer. */
  readonly feedback: string;
}

/** Grades an answer. Throws for an answer that cannot belong to this question. */
export function grade(item: Item, answer: Answer): Grade {
  const chosen = chosenOption(item, answer);
  if (chosen) return { right: chosen.right, chosen, feedback: chosen.feedback };
  if (typeof answer === "number" && item.otherwise !== null)
    return { right: false, chosen: null, feedback: item.otherwise };
  throw new Error(`${item.id}: "${answer}" is not an answer to this question`);
}

/** The option an answer stands for; null if none does (any more: the question may have changed). */
export function chosenOption(item: Item, answer: Answer): Option | null {
  const found = item.options.find(({ id, range }) =>
    typeof answer === "string"
      ? range === null && id === answer
      : range !== null && answer >= range.from && answer < range.to,
  );
  return found ?? null;
}
