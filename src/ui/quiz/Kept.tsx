/** Answers as a file, to take along or to merge, folded away. */
import type { JSX } from "preact";
import { kept } from "../../i18n/en/kept.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { AnswerFile, useMerge } from "./AnswerFile.tsx";

export function KeptAnswers({ locale }: { locale: Locale }): JSX.Element {
  const t = pick(locale, { en: kept });
  const { said, merge } = useMerge(locale);
  return (
    <details class="twin kept">
      <summary>{t.summary}</summary>
      <p>{t.text}</p>
      <AnswerFile locale={locale} merge={merge} />
      <p role="status">{said}</p>
    </details>
  );
}
