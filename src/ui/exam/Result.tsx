/** What came of an exam: how many, how sure, claim by claim, what to read, and every reason. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { quiz } from "../../i18n/en/quiz.ts";
import { exam, type ExamText } from "../../i18n/en/standing.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import type { Catalogue } from "../../quiz/catalogue.ts";
import { type ExamResult, type Given, resultOf } from "../../quiz/exam.ts";
import { CONFIDENCE } from "../../quiz/model.ts";
import { shownReasons } from "../../quiz/shuffle.ts";
import { Inline } from "../quiz/Inline.tsx";
import { Asked, Reasons } from "../quiz/parts.tsx";
import { ReadingList } from "../quiz/Reading.tsx";
import { ReportItem } from "../quiz/Report.tsx";
import { useProgress, useTrouble } from "../quiz/use-progress.ts";
import type { Drawn } from "./Exam.tsx";

interface Props {
  readonly drawn: Drawn;
  readonly given: readonly Given[];
  readonly claims: string;
  readonly chapters: string;
  readonly locale: Locale;
  readonly onAgain: () => void;
}

/** The result as a text for a chat. */
export function summaryText(
  result: ExamResult,
  given: readonly Given[],
  catalogue: Catalogue,
  address: string,
  t: ExamText,
): string {
  const beliefs = given
    .filter(({ right }) => !right)
    .map(({ claim }) => `“${catalogue.claims.find(({ id }) => id === claim)?.belief.replaceAll("`", "") ?? claim}”`);
  const chapters = result.chapters.map((slug) => catalogue.chapters.find((one) => one.slug === slug)?.title ?? slug);
  return [
    format(t.summary.head, { right: result.right, count: result.count }),
    CONFIDENCE.map((confidence) =>
      format(t.summary.sure, { confidence: t.were[confidence], ...result.calibration[confidence] }),
    ).join("; "),
    ...(beliefs.length > 0 ? [format(t.summary.missed, { beliefs: beliefs.join(", ") })] : []),
    ...(chapters.length > 0 ? [format(t.summary.read, { chapters: chapters.join("; ") })] : []),
    address,
  ].join("\n");
}

export function Result({ drawn, given, claims, chapters, locale, onAgain }: Props): JSX.Element {
  const t = pick(locale, { en: exam });
  const words = pick(locale, { en: quiz });
  const { catalogue } = drawn;
  const result = resultOf(given, catalogue);
  const address = new URL(location.href);
  address.searchParams.set("v", catalogue.version);
  const summary = summaryText(result, given, catalogue, address.href, t);
  const known = useProgress();
  const Trouble = useTrouble(known?.status);
  const head = useRef<HTMLHeadingElement>(null);
  const [said, say] = useState("");
  useEffect(() => head.current?.focus(), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(summary);
      say(t.copied);
    } catch {
      say(t.notCopied);
    }
  };
  return (
    <div class="result">
      <h2 tabIndex={-1} ref={head}>
        {format(t.result, { right: result.right, count: result.count })}
      </h2>
      {Trouble && known && <Trouble status={known.status} locale={locale} />}
      <table class="calibration">
        <caption>{t.calibration}</caption>
        <thead>
          <tr>
            {t.calibrationHead.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {CONFIDENCE.map((confidence) => (
            <tr key={confidence}>
              <th scope="row">{t.were[confidence]}</th>
              <td>{result.calibration[confidence].right}</td>
              <td>{result.calibration[confidence].wrong}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h2>{t.read}</h2>
      {result.chapters.length === 0 ? (
        <p>{t.readNone}</p>
      ) : (
        <ReadingList slugs={result.chapters} catalogue={catalogue} chapters={chapters} />
      )}
      <h2>{t.byClaim}</h2>
      <ul class="byclaim">
        {given.map(({ item, claim, right, answer, confidence }) => (
          <li key={item.id}>
            <span class={right ? "v-true" : "v-false"}>{answer === null ? t.left : right ? t.right : t.wrong}</span>
            <span>
              <a href={`${claims}${claim}/`}>
                “<Inline text={catalogue.claims.find(({ id }) => id === claim)?.belief ?? claim} />”
              </a>{" "}
              {confidence !== null && <span class="sys">{t.were[confidence]}</span>}
            </span>
          </li>
        ))}
      </ul>
      <h2>{t.summaryTitle}</h2>
      <pre class="summary" tabIndex={0} role="group" aria-label={t.summaryTitle}>
        {summary}
      </pre>
      <p class="ends-line">
        <button type="button" class="btn" onClick={() => void copy()}>
          {t.copy}
        </button>
        <button type="button" class="btn" onClick={() => print()}>
          {t.print}
        </button>
        <button type="button" class="btn" onClick={onAgain}>
          {t.fresh}
        </button>
        <span role="status">{said}</span>
      </p>
      <details class="twin">
        <summary>{t.answersAll}</summary>
        {given.map(({ item, answer }, at) => (
          <section key={item.id} class="ask answered">
            <p class="tag">{format(t.question, { n: at + 1, count: given.length })}</p>
            <p class="q">
              <Inline text={item.stem} />
            </p>
            <Asked item={item} t={words} />
            <Reasons item={item} options={item.options} reasons={shownReasons(item, 0, "")} picked={answer} t={words} />
            <ReportItem item={item} t={words} />
          </section>
        ))}
      </details>
    </div>
  );
}
