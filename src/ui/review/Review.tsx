/** What is due today, as a quiz. All of its questions are fetched before the first is shown, so it runs without a network. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { review } from "../../i18n/en/standing.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { dueAt, schedule } from "../../progress/schedule.ts";
import type { Item } from "../../quiz/model.ts";
import { Fetching, type Waiting } from "../quiz/Fetching.tsx";
import { loadCatalogue, loadItems, reasonOf } from "../quiz/load.ts";
import { progressStore } from "../quiz/progress.ts";
import { Quiz } from "../quiz/Quiz.tsx";

interface Props {
  /** Address of the folder of questions. */
  readonly base: string;
  /** Addresses of the course and of the list of challenges. */
  readonly course: string;
  readonly challenges: string;
  readonly locale: Locale;
}

/** More at once is not a review but an evening. */
const BATCH = 12;

type Stage =
  | Waiting
  | { readonly is: "due"; readonly items: readonly Item[]; readonly due: number; readonly sure: number }
  /** `next` null: nothing was ever answered. */
  | { readonly is: "none"; readonly next: number | null; readonly claims: number };

async function look(base: string): Promise<Stage> {
  const catalogue = await loadCatalogue(base);
  const progress = progressStore().progress();
  const all = schedule(progress, catalogue);
  const due = dueAt(progress, catalogue, Date.now());
  if (due.length === 0)
    return { is: "none", next: all.length === 0 ? null : Math.min(...all.map(({ at }) => at)), claims: all.length };
  const batch = due.slice(0, BATCH);
  return {
    is: "due",
    items: await loadItems(
      base,
      batch.map(({ question }) => question),
    ),
    due: due.length,
    sure: batch.filter(({ why }) => why === "sure-and-wrong").length,
  };
}

export function Review({ base, course, challenges, locale }: Props): JSX.Element {
  const t = pick(locale, { en: review });
  const [stage, setStage] = useState<Stage>({ is: "loading" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    setStage({ is: "loading" });
    look(base).then(setStage, (error: unknown) => setStage({ is: "failed", reason: reasonOf(error) }));
  }, [base, round]);
  const again = (): void => setRound(round + 1);

  switch (stage.is) {
    case "loading":
    case "failed":
      return <Fetching stage={stage} t={t} onRetry={again} />;
    case "none":
      return stage.next === null ? (
        <p>
          {t.empty} <a href={course}>{t.start}</a>
        </p>
      ) : (
        <p>
          {t.none}{" "}
          {format(t.next, {
            date: new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(stage.next),
            count: stage.claims,
          })}{" "}
          <a href={challenges}>{t.meanwhile}</a>
        </p>
      );
    case "due":
      return (
        <>
          <p>
            {stage.due === 1 ? t.due.one : format(t.due.many, { count: stage.due })}{" "}
            {stage.due > stage.items.length && format(t.batch, { count: stage.items.length })}{" "}
            {stage.sure > 0 && format(t.sure, { count: stage.sure })}
          </p>
          <Quiz key={round} items={stage.items} locale={locale} />
          {stage.due > stage.items.length && (
            <p>
              <button type="button" class="btn" onClick={again}>
                {t.more}
              </button>
            </p>
          )}
        </>
      );
  }
}
