/** The exam on paper: questions to tick, and the answers on a page of their own. Seen only in print. */
import type { JSX } from "preact";
import { format } from "../../i18n/format.ts";
import { quiz } from "../../i18n/en/quiz.ts";
import { exam } from "../../i18n/en/standing.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { shownOptions, shownReasons } from "../../quiz/shuffle.ts";
import { Asked, Inline, OptionText, rightInWords } from "../quiz/parts.tsx";
import type { Drawn } from "./Exam.tsx";

export function Sheet({ drawn, locale }: { drawn: Drawn; locale: Locale }): JSX.Element {
  const t = pick(locale, { en: exam });
  const words = pick(locale, { en: quiz });
  return (
    <div class="sheet" aria-hidden="true">
      <p class="sheet-head">
        {format(t.sheet.title, { seed: drawn.seed, version: drawn.catalogue.version })} <span>{t.sheet.name}</span>
      </p>
      <ol>
        {drawn.items.map((item) => (
          <li key={item.id}>
            <p class="q">
              <Inline text={item.stem} />
            </p>
            <Asked item={item} t={words} />
            {item.kind === "order" && <p>{t.sheet.order}</p>}
            {item.unit !== null ? (
              <p>{format(t.sheet.number, { unit: words.unit[item.unit] })}</p>
            ) : (
              <ul>
                {shownOptions(item, 0, "").map((option) => (
                  <li key={option.id}>
                    <OptionText option={option} />
                  </li>
                ))}
              </ul>
            )}
            {item.reasons && (
              <>
                <p>{words.why}</p>
                <ul>
                  {shownReasons(item, 0, "").map((reason) => (
                    <li key={reason.id}>
                      <OptionText option={reason} />
                    </li>
                  ))}
                </ul>
              </>
            )}
            <p class="sys">{t.sheet.sure}</p>
          </li>
        ))}
      </ol>
      <p class="sheet-head">{t.sheet.answers}</p>
      <ol>
        {drawn.items.map((item) => (
          <li key={item.id}>
            {rightInWords(item, words)}. <Inline text={item.options.find(({ right }) => right)?.feedback ?? ""} />
          </li>
        ))}
      </ol>
    </div>
  );
}
