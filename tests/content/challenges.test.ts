import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { attempt } from "../../src/quiz/attempt.ts";
import { type Challenge, parseChallenge, play } from "../../src/quiz/challenge.ts";

const FOLDER = "content/challenges";
const written = (id: string): object => parse(readFileSync(`content/experiments/${id}.yaml`, "utf8")) as object;
const challenges: readonly Challenge[] = readdirSync(FOLDER).map((name) =>
  parseChallenge(`${FOLDER}/${name}`, parse(readFileSync(`${FOLDER}/${name}`, "utf8")), written),
);
const chapters = readdirSync("content/chapters/en").map((name) => name.replace(/^\d\d-|\.mdx$/g, ""));

test("there are fifteen at least", () => expect(challenges.length).toBeGreaterThanOrEqual(15));

describe.each(challenges.map((challenge) => [challenge.id, challenge] as const))("%s", (_, challenge) => {
  const { experiment } = challenge;

  test("is not reached by doing nothing", () => expect(attempt(challenge, []).reached).toBe(false));

  test("is reached by its solution, and in every other way it names", () => {
    for (const moves of [challenge.solution, challenge.alternative, ...challenge.further]) {
      const tried = attempt(challenge, play(experiment, moves));
      expect(tried.checks.filter(({ holds }) => !holds).map(({ code, values }) => ({ code, values }))).toEqual([]);
      expect(tried.reached).toBe(true);
    }
  });

  test("no two ways are the same", () => {
    const ways = [challenge.solution, challenge.alternative, ...challenge.further];
    const made = ways.map((moves) => JSON.stringify(play(experiment, moves)));
    expect(new Set(made).size).toBe(made.length);
  });

  test.each(challenge.near_misses.map(({ moves, why }) => [why, moves] as const))("is not reached: %s", (_why, moves) =>
    expect(attempt(challenge, play(experiment, moves)).reached).toBe(false),
  );

  test("belongs to a chapter", () => expect(chapters).toContain(challenge.chapter));
});
