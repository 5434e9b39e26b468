/** Questions on paper, to tick, and their answers: for the sheet of an exam and for a worksheet. */
import type { JSX } from "preact";
import { format } from "../../i18n/format.ts";
import type { QuizText } from "../../i18n/en/quiz.ts";
import type { ExamText } from "../../i18n/en/standing.ts";
import type { Item, Option } from "../../quiz/model.ts";
import { shownOptions, shownReasons } from "../../quiz/shuffle.ts";
import { Inline } from "../quiz/Inline.tsx";
import { Asked, OptionText, rightInWords } from "../quiz/parts.tsx";

interface Props {
  readonly items: readonly Item[];
  readonly t: ExamText;
  readonly words: QuizText;
}

function Boxes({ options }: { options: readonly Option[] }): JSX.Element {
  return (
    <ul class="boxes">
      {options.map((option) => (
        <li key={option.id}>
          <OptionText option={option} />
        </li>
      ))}
    </ul>
  );
}

export function QuestionsOnPaper({ items, t, words }: Props): JSX.Element {
  return (
    <ol class="onpaper">
      {items.map((item) => (
        <li key={item.id}>
          <p class="q">
            <Inline text={item.stem} />
          </p>
          <Asked item={item} t={words} />
          {item.kind === "order" && <p>{t.sheet.order}</p>}
          {item.unit === null ? (
            <Boxes options={shownOptions(item, 0, "")} />
          ) : (
            <p>{format(t.sheet.number, { unit: words.unit[item.unit] })}</p>
          )}
          {item.reasons && (
            <>
              <p>{words.why}</p>
              <Boxes options={shownReasons(item, 0, "")} />
            </>
          )}
          <p class="sys">{t.sheet.sure}</p>
        </li>
      ))}
    </ol>
  );
}

export function AnswersOnPaper({ items, words }: Omit<Props, "t">): JSX.Element {
  return (
    <ol class="onpaper">
      {items.map((item) => (
        <li key={item.id}>
          <b>{rightInWords(item, words)}.</b> <Inline text={item.options.find(({ right }) => right)?.feedback ?? ""} />
        </li>
      ))}
    </ol>
  );
}
