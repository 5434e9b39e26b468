/**
 * The final exam. The address holds the seed and the version of the set of questions, the session storage
 * what the reader has answered so far; nothing is graded before the end.
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { exam } from "../../i18n/en/standing.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { contentHash } from "../../quiz/hash.ts";
import { type Catalogue } from "../../quiz/catalogue.ts";
import { drawExam, type Given, readSeed } from "../../quiz/exam.ts";
import type { Item } from "../../quiz/model.ts";
import { record } from "../quiz/answering.ts";
import { Fetching, type Waiting } from "../quiz/Fetching.tsx";
import { loadCatalogue, loadItems, reasonOf } from "../quiz/load.ts";
import { Paper } from "./Paper.tsx";
import { Result } from "./Result.tsx";
import { Sheet } from "./Sheet.tsx";

export interface ExamProps {
  /** Address of the folder of questions. */
  readonly base: string;
  /** Addresses of claims and chapters are these with an id or a slug. */
  readonly claims: string;
  readonly chapters: string;
  readonly locale: Locale;
}

export interface Drawn {
  readonly seed: string;
  readonly catalogue: Catalogue;
  readonly items: readonly Item[];
  /** Claim of each item. */
  readonly about: readonly string[];
}

type Stage =
  | { readonly is: "door"; readonly bad: string | null }
  | Waiting
  | { readonly is: "paper"; readonly drawn: Drawn; readonly asked: string | null }
  | { readonly is: "result"; readonly drawn: Drawn; readonly given: readonly Given[] };

/** A new name: short enough to read out. */
function newSeed(): string {
  return contentHash(String(crypto.getRandomValues(new Uint32Array(2)))).slice(0, 6);
}

export function Exam({ base, claims, chapters, locale }: ExamProps): JSX.Element {
  const t = pick(locale, { en: exam });
  const [stage, setStage] = useState<Stage>({ is: "door", bad: null });

  const open = async (seed: string, asked: string | null): Promise<void> => {
    setStage({ is: "loading" });
    try {
      const catalogue = await loadCatalogue(base);
      const questions = drawExam(catalogue, seed);
      const items = await loadItems(
        base,
        questions.map(({ id }) => id),
      );
      const address = new URL(location.href);
      address.searchParams.set("seed", seed);
      address.searchParams.set("v", asked ?? catalogue.version);
      history.replaceState(history.state, "", address);
      setStage({ is: "paper", drawn: { seed, catalogue, items, about: questions.map(({ claim }) => claim) }, asked });
    } catch (error) {
      setStage({ is: "failed", reason: reasonOf(error) });
    }
  };
  const fromAddress = (): void => {
    const asked = new URLSearchParams(location.search);
    const seed = readSeed(asked.get("seed"));
    if (seed !== null) void open(seed, asked.get("v"));
    else setStage({ is: "door", bad: asked.get("seed") });
  };
  useEffect(fromAddress, []);

  const finish = (drawn: Drawn, given: readonly Given[]): void => {
    const now = Date.now();
    for (const { item, answer, right, confidence } of given)
      if (answer !== null) record(item, { at: now, answer, right, confidence, hash: item.hash });
    setStage({ is: "result", drawn, given });
  };

  switch (stage.is) {
    case "door":
      return (
        <div class="door">
          {stage.bad !== null && <p role="alert">{format(t.badSeed, { seed: stage.bad })}</p>}
          <p>
            <button type="button" class="btn main" onClick={() => void open(newSeed(), null)}>
              {t.begin}
            </button>
          </p>
          <p class="note-line">{t.beginText}</p>
        </div>
      );
    case "loading":
    case "failed":
      return <Fetching stage={stage} t={t} onRetry={fromAddress} />;
    case "paper": {
      const { drawn, asked } = stage;
      return (
        <>
          {asked !== null && asked !== drawn.catalogue.version && (
            <p class="notice" role="status">
              {format(t.older, { asked: asked.slice(0, 16), now: drawn.catalogue.version })}
            </p>
          )}
          <Paper drawn={drawn} locale={locale} onFinish={(given) => finish(drawn, given)} />
          <Sheet drawn={drawn} locale={locale} />
        </>
      );
    }
    case "result":
      return (
        <>
          <Result {...stage} {...{ claims, chapters, locale }} onAgain={() => void open(newSeed(), null)} />
          <Sheet drawn={stage.drawn} locale={locale} />
        </>
      );
  }
}
