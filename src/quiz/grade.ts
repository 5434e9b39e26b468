import type { Answer, Item, Option, Slip } from "./model.ts";

export interface Grade {
  readonly right: boolean;
  /** The option the answer stands for, or the one that decides it; null if there is none. */
  readonly chosen: Option | null;
  /** What to say to this answer; empty where every option was dealt with rightly. */
  readonly feedback: string;
}

/** Grades an answer. Throws for an answer that cannot belong to this question. */
export function grade(item: Item, answer: Answer): Grade {
  if (typeof answer === "object") return gradeList(item, answer);
  const chosen = item.kind === "multiple" || item.kind === "order" ? null : chosenOption(item, answer);
  if (chosen) return { right: chosen.right, chosen, feedback: chosen.feedback };
  if (typeof answer === "number" && item.otherwise !== null)
    return { right: false, chosen: null, feedback: item.otherwise };
  throw new Error(`${item.id}: "${answer}" is not an answer to this question`);
}

/** What a reader predicted, beside what they say they saw. */
export type Comparison = "foreseen" | "surprised" | "seen-as-expected" | "seen-otherwise";

export function compare(item: Item, predicted: Given, saw: Given): Comparison {
  if (saw.right) return predicted.right ? "foreseen" : "surprised";
  const same = (option: Option): boolean =>
    isChosen(item, predicted.answer, option) === isChosen(item, saw.answer, option);
  return !predicted.right && item.options.every(same) ? "seen-as-expected" : "seen-otherwise";
}
type Given = { readonly answer: Answer | null; readonly right: boolean };

/** The option a single answer stands for; null if none does (any more: the question may have changed). */
export function chosenOption(item: Item, answer: Answer): Option | null {
  const found = item.options.find(({ id, range }) =>
    typeof answer === "number"
      ? range !== null && answer >= range.from && answer < range.to
      : range === null && id === answer,
  );
  return found ?? null;
}

/** True if the answer takes this option or this reason. */
export function isChosen(item: Item, answer: Answer | null, option: Option): boolean {
  if (answer === null) return false;
  return typeof answer === "object" ? answer.includes(option.id) : chosenOption(item, answer) === option;
}

/** The slips an order makes. */
export function slipsOf(item: Item, order: readonly string[]): readonly Slip[] {
  return (item.slips ?? []).filter(({ first, then }) => order.indexOf(first) < order.indexOf(then));
}

function gradeList(item: Item, answer: readonly string[]): Grade {
  const refuse = (): never => {
    throw new Error(`${item.id}: "${answer.join(", ")}" is not an answer to this question`);
  };
  const find = (options: readonly Option[], id: string | undefined): Option =>
    options.find((option) => option.id === id) ?? refuse();
  if (new Set(answer).size !== answer.length) refuse();
  switch (item.kind) {
    case "multiple": {
      for (const id of answer) find(item.options, id);
      const missed = item.options.filter((option) => option.right !== answer.includes(option.id));
      // A wrong option taken says more than a right one left out.
      const chosen = missed.find((option) => !option.right) ?? missed[0] ?? null;
      return { right: chosen === null, chosen, feedback: chosen?.feedback ?? "" };
    }
    case "order": {
      const given = answer.map((id) => find(item.options, id));
      if (given.length !== item.options.length) refuse();
      const chosen = given.find((option, at) => option !== item.options[at]) ?? null;
      const feedback = slipsOf(item, answer)[0]?.feedback ?? chosen?.feedback ?? "";
      return { right: chosen === null, chosen, feedback };
    }
    case "find": {
      if (answer.length !== 2 || !item.reasons) refuse();
      const sentence = find(item.options, answer[0]);
      const reason = find(item.reasons ?? [], answer[1]);
      const chosen = sentence.right ? reason : sentence;
      return { right: sentence.right && reason.right, chosen, feedback: chosen.feedback };
    }
    default:
      return refuse();
  }
}
