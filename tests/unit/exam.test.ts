import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { drawExam, EXAM_SIZE, readSeed, resultOf, type Given } from "../../src/quiz/exam.ts";
import type { Confidence, Item } from "../../src/quiz/model.ts";
import { smallCatalogue } from "./catalogue-fixture.ts";

const catalogue = smallCatalogue();

describe("an exam", () => {
  test("asks one question about each of twenty claims, most of them weighty", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const drawn = drawExam(catalogue, seed);
        expect(drawn).toHaveLength(EXAM_SIZE);
        expect(new Set(drawn.map(({ claim }) => claim)).size).toBe(EXAM_SIZE);
        const weighty = drawn.filter(({ claim }) => catalogue.claims.find(({ id }) => id === claim)?.weighty);
        expect(weighty.length).toBe(14);
      }),
    );
  });

  test("is the same for the same seed, and another for another", () => {
    expect(drawExam(catalogue, "team")).toEqual(drawExam(smallCatalogue(), "team"));
    expect(drawExam(catalogue, "team")).not.toEqual(drawExam(catalogue, "team2"));
  });

  test("takes what there is when there are few claims", () => {
    expect(drawExam(smallCatalogue(5), "x")).toHaveLength(5);
  });

  test("the version names the set of questions", () => {
    expect(smallCatalogue().version).toBe(catalogue.version);
    expect(smallCatalogue(29).version).not.toBe(catalogue.version);
  });

  test.each([
    ["abc", "abc"],
    ["AbC1", "abc1"],
    ["", null],
    [null, null],
    ["a b", null],
    ["12345678901234567", null],
  ])("reads the seed %j as %j", (text, seed) => expect(readSeed(text)).toBe(seed));
});

describe("a result", () => {
  const item = { id: "q" } as Item;
  const given = (claim: number, right: boolean, confidence: Confidence | null): Given => ({
    item,
    claim: `claim-${claim}`,
    answer: confidence === null ? null : "x",
    right,
    confidence,
  });

  test("counts right answers and how sure they were; what was left out counts as not right only", () => {
    const result = resultOf([given(0, true, "sure"), given(1, false, "sure"), given(2, false, null)], catalogue);
    expect(result).toMatchObject({ right: 1, count: 3 });
    expect(result.calibration).toEqual({
      sure: { right: 1, wrong: 1 },
      "think-so": { right: 0, wrong: 0 },
      guess: { right: 0, wrong: 0 },
    });
  });

  test("names the chapter with the most wrong answers first, and counts sure and wrong twice", () => {
    expect(
      resultOf([given(1, false, "guess"), given(3, false, "guess"), given(0, false, "guess")], catalogue).chapters,
    ).toEqual(["odd", "even"]);
    expect(resultOf([given(1, false, "guess"), given(0, false, "sure")], catalogue).chapters).toEqual(["even", "odd"]);
    expect(resultOf([given(0, true, "sure")], catalogue).chapters).toEqual([]);
  });
});
