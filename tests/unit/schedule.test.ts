import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addAttempt, emptyProgress, type Progress } from "../../src/progress/model.ts";
import { dueAt, schedule } from "../../src/progress/schedule.ts";
import type { Confidence } from "../../src/quiz/model.ts";
import { smallCatalogue } from "./catalogue-fixture.ts";

const DAY = 86_400_000;
const START = 1_700_000_000_000;
const catalogue = smallCatalogue();

function answered(progress: Progress, item: string, day: number, right: boolean, confidence: Confidence = "think-so") {
  return addAttempt(progress, item, { at: START + day * DAY, answer: "x", right, confidence, hash: "h" });
}

describe("the review", () => {
  test("holds nothing that was never asked, or only skipped", () => {
    const skipped = { at: START, answer: null, right: false, confidence: null, hash: "h" };
    expect(schedule(addAttempt(emptyProgress(), "q-0-0", skipped), catalogue)).toEqual([]);
  });

  test("brings a missed claim back the next day, in another guise", () => {
    const missed = answered(emptyProgress(), "q-2-1", 0, false);
    expect(dueAt(missed, catalogue, START + DAY / 2)).toEqual([]);
    expect(dueAt(missed, catalogue, START + DAY)).toMatchObject([
      { claim: "claim-2", question: "q-2-0", why: "missed" },
    ]);
  });

  test("brings a missed claim back the next day though it was right on a retry, and not once it was right later", () => {
    const missed = answered(emptyProgress(), "q-2-1", 0, false, "sure");
    const [due] = schedule(missed, catalogue);
    for (const [item, confidence] of [
      ["q-2-1", "think-so"],
      ["q-2-1", "sure"],
      ["q-2-0", "sure"],
    ] as const) {
      const [again] = schedule(answered(missed, item, 30 / 86_400, true, confidence), catalogue);
      expect(again).toMatchObject({ at: due?.at, why: "sure-and-wrong" });
    }
    const [later] = schedule(answered(missed, "q-2-0", 1, true), catalogue);
    expect(later?.why).toBe("time");
    expect(later?.at).toBeGreaterThan((due?.at ?? Infinity) + DAY);
  });

  test("asks what was asked longest ago once every guise was seen", () => {
    let progress = emptyProgress();
    for (const [day, item] of ["q-2-2", "q-2-0", "q-2-1"].entries()) progress = answered(progress, item, day, true);
    expect(schedule(progress, catalogue)[0]?.question).toBe("q-2-2");
  });

  test("puts sure and wrong first, then what was missed, then what is due", () => {
    let progress = answered(emptyProgress(), "q-0-0", 0, true, "guess");
    progress = answered(progress, "q-3-0", 1, false, "guess");
    progress = answered(progress, "q-6-0", 2, false, "sure");
    expect(dueAt(progress, catalogue, START + 30 * DAY).map(({ why }) => why)).toEqual([
      "sure-and-wrong",
      "missed",
      "time",
    ]);
  });

  test("waits longer after each right answer, and longer for who was sure", () => {
    const once = answered(emptyProgress(), "q-0-0", 0, true);
    const sure = answered(emptyProgress(), "q-0-0", 0, true, "sure");
    const [first] = schedule(once, catalogue);
    const day = Math.ceil(((first?.at ?? 0) - START) / DAY);
    const [second] = schedule(answered(once, "q-0-0", day, true), catalogue);
    expect((second?.at ?? 0) - START - day * DAY).toBeGreaterThan((first?.at ?? 0) - START);
    expect(schedule(sure, catalogue)[0]?.at).toBeGreaterThan(first?.at ?? Infinity);
  });

  test("is never due before the last answer, whatever was answered when", () => {
    const answer = fc.record({
      item: fc.constantFrom(...catalogue.questions.map(({ id }) => id)),
      day: fc.integer({ min: 0, max: 1000 }),
      right: fc.boolean(),
      confidence: fc.constantFrom<Confidence>("sure", "think-so", "guess"),
    });
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 30 }), (answers) => {
        const progress = answers.reduce(
          (before, one) => answered(before, one.item, one.day, one.right, one.confidence),
          emptyProgress(),
        );
        const found = schedule(progress, catalogue);
        const claims = new Set(answers.map(({ item }) => catalogue.questions.find(({ id }) => id === item)?.claim));
        expect(found.map(({ claim }) => claim).sort()).toEqual([...claims].sort());
        for (const due of found) {
          const days = answers.filter(
            ({ item }) => catalogue.questions.find(({ id }) => id === item)?.claim === due.claim,
          );
          expect(due.at).toBeGreaterThan(START + Math.max(...days.map(({ day }) => day)) * DAY);
        }
      }),
    );
  });
});
