/** A small set of claims and questions: claim `n` has `n % 3 + 1` questions. */
import { type Catalogue, catalogueOf } from "../../src/quiz/catalogue.ts";

export function smallCatalogue(claims = 30): Catalogue {
  const numbers = Array.from({ length: claims }, (_, n) => n);
  return catalogueOf({
    claims: numbers.map((n) => ({
      id: `claim-${n}`,
      belief: `Belief ${n}.`,
      verdict: "false",
      chapters: [n % 2 === 0 ? "even" : "odd"],
      weighty: n % 2 === 0,
    })),
    questions: numbers.flatMap((n) =>
      Array.from({ length: (n % 3) + 1 }, (_, at) => ({
        id: `q-${n}-${at}`,
        hash: `hash${n}${at}`,
        claim: `claim-${n}`,
        chapter: "even",
        kind: "single" as const,
      })),
    ),
    chapters: [
      { slug: "odd", number: 1, title: "Odd", minutes: 10 },
      { slug: "even", number: 2, title: "Even", minutes: 10 },
    ],
  });
}
