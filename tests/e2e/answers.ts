/** Every question there is, with the answers a reader can give to it, as the content files have them. */
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { grade } from "../../src/quiz/grade.ts";
import { plainText } from "../../src/quiz/inline.ts";
import type { Answer, Item, Option } from "../../src/quiz/model.ts";
import { parseQuestion, questionId, toItem } from "../../src/quiz/schema.ts";

const FOLDER = new URL("../../content/questions/", import.meta.url);

export interface Asked {
  readonly item: Item;
  readonly chapter: string;
}

/** By id. What a tool printed is filled in when the site is built; no answer depends on it. */
export const ASKED: ReadonlyMap<string, Asked> = new Map(
  readdirSync(FOLDER)
    .filter((file) => file !== "retired.yaml")
    .map((file) => {
      const question = parseQuestion(file, parse(readFileSync(new URL(file, FOLDER), "utf8")));
      const id = questionId(file);
      return [id, { item: toItem(id, question), chapter: question.chapter }];
    }),
);

/** The feedback that stands there once the question has been answered, as plain text. */
export function feedbacks({ options, reasons = [], slips = [] }: Item): readonly string[] {
  return [...options, ...reasons, ...slips].map(({ feedback }) => plainText(feedback));
}

/** One answer for each option, reason and slip there is, the right one first. */
export function answersTo(item: Item): readonly { readonly answer: Answer; readonly right: boolean }[] {
  const all = answers(item).map((answer) => ({ answer, right: grade(item, answer).right }));
  return all.sort((one, other) => Number(other.right) - Number(one.right));
}

function answers(item: Item): readonly Answer[] {
  const { options } = item;
  const ids = (some: readonly Option[]): readonly string[] => some.map(({ id }) => id);
  switch (item.kind) {
    case "number": {
      const taken = options.map(({ range }) => ((range?.from ?? 0) + (range?.to ?? 0)) / 2);
      return [...taken, Math.max(...options.map(({ range }) => range?.to ?? 0)) + 1];
    }
    case "multiple": {
      const right = options.filter((option) => option.right);
      const others = options.map((one) => options.filter((option) => option.right !== (option === one)));
      return [right, ...others.filter((some) => some.length > 0)].map(ids);
    }
    case "order": {
      const mixed = (item.slips ?? []).map(({ first, then }) => {
        const rest = ids(options).filter((id) => id !== first);
        return rest.toSpliced(rest.indexOf(then), 0, first);
      });
      return [ids(options), ...mixed];
    }
    case "find": {
      const [why] = item.reasons ?? [];
      if (!why) return ids(options);
      const wrong = options.find((option) => option.right);
      const found = (item.reasons ?? []).map(({ id }) => [wrong?.id ?? "", id]);
      return [...found, ...options.filter((option) => !option.right).map(({ id }) => [id, why.id])];
    }
    default:
      return ids(options);
  }
}
