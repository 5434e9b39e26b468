/**
 * When to ask again. The memory is of a claim, not of a question, so every answer to any of its questions
 * counts, and another guise is asked next. The intervals are those of FSRS (ts-fsrs), computed from the
 * kept answers each time: nothing about a schedule is stored.
 */
import { type Card, createEmptyCard, fsrs, generatorParameters, type Grade, Rating } from "ts-fsrs";
import { type Catalogue, questionsAbout } from "../quiz/catalogue.ts";
import { type Attempt, attemptsAt, type Progress, withoutRetries } from "./model.ts";

export interface Due {
  readonly claim: string;
  /** Id of the question to ask: one not asked yet, else the one asked longest ago. */
  readonly question: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `sure-and-wrong` and `missed`: the latest answer was wrong. */
  readonly why: "sure-and-wrong" | "missed" | "time";
}

/** Exact days, no chance: the same answers give the same schedule in every tab. */
const scheduler = fsrs(generatorParameters({ enable_fuzz: false, enable_short_term: false }));

function rating({ right, confidence }: Attempt): Grade {
  if (!right) return Rating.Again;
  return confidence === "sure" ? Rating.Easy : confidence === "think-so" ? Rating.Good : Rating.Hard;
}

/**
 * Every claim the reader has answered a question about, with the time of its next question: what was sure
 * and wrong first, then what was missed, then by time. A claim never asked about is in nobody's review.
 */
export function schedule(progress: Progress, catalogue: Catalogue): readonly Due[] {
  const found = catalogue.claims.flatMap(({ id: claim }): readonly Due[] => {
    const questions = questionsAbout(catalogue, claim).map(({ id }) => ({
      id,
      answered: attemptsAt(progress, id).filter(({ answer }) => answer !== null),
    }));
    const attempts = withoutRetries(questions.flatMap(({ answered }) => answered).toSorted((a, b) => a.at - b.at));
    const [first] = attempts;
    const last = attempts.at(-1);
    if (!first || !last) return [];
    const card = attempts.reduce<Card>(
      (before, attempt) => scheduler.next(before, attempt.at, rating(attempt)).card,
      createEmptyCard(first.at),
    );
    const lastAsked = (at: readonly Attempt[]): number => at.at(-1)?.at ?? -1;
    const [next] = questions.toSorted((a, b) => lastAsked(a.answered) - lastAsked(b.answered));
    const why = last.right ? "time" : last.confidence === "sure" ? "sure-and-wrong" : "missed";
    return next ? [{ claim, question: next.id, at: card.due.getTime(), why }] : [];
  });
  const rank = { "sure-and-wrong": 0, missed: 1, time: 2 };
  return found.toSorted((a, b) => rank[a.why] - rank[b.why] || a.at - b.at);
}

/** What is due at a moment. */
export function dueAt(progress: Progress, catalogue: Catalogue, now: number): readonly Due[] {
  return schedule(progress, catalogue).filter(({ at }) => at <= now);
}
