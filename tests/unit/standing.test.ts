import { expect, test } from "vitest";
import { addAttempt, emptyProgress } from "../../src/progress/model.ts";
import { standing } from "../../src/progress/standing.ts";

const attempt = (at: number, right: boolean) => ({ at, answer: "x", right, confidence: "sure" as const, hash: "h" });

test("nothing answered, a skipped prediction included, is no standing", () => {
  const skipped = addAttempt(emptyProgress(), "a", { at: 1, answer: null, right: false, confidence: null, hash: "h" });
  expect(standing(skipped, ["a", "b"])).toBe("none");
});

test("the latest answer to each question counts", () => {
  const wrongFirst = addAttempt(addAttempt(emptyProgress(), "a", attempt(1, false)), "a", attempt(2, true));
  expect(standing(wrongFirst, ["a", "b"])).toBe("right");
  expect(standing(addAttempt(wrongFirst, "b", attempt(3, false)), ["a", "b"])).toBe("wrong");
});
