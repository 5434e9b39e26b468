/** The exam on paper: questions to tick, and the answers on a page of their own. Seen only in print. */
import type { JSX } from "preact";
import { format } from "../../i18n/format.ts";
import { quiz } from "../../i18n/en/quiz.ts";
import { exam } from "../../i18n/en/standing.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import type { Drawn } from "./Exam.tsx";
import { AnswersOnPaper, QuestionsOnPaper } from "./Questions.tsx";

export function Sheet({ drawn, locale }: { drawn: Drawn; locale: Locale }): JSX.Element {
  const t = pick(locale, { en: exam });
  const words = pick(locale, { en: quiz });
  return (
    <div class="sheet" aria-hidden="true">
      <p class="sheet-head">
        {format(t.sheet.title, { seed: drawn.seed, version: drawn.catalogue.version })} <span>{t.sheet.name}</span>
      </p>
      <QuestionsOnPaper items={drawn.items} t={t} words={words} />
      <p class="sheet-head">{t.sheet.answers}</p>
      <AnswersOnPaper items={drawn.items} words={words} />
    </div>
  );
}
