/** A question for readers without JavaScript: the options, and every reason behind a disclosure. */
import type { JSX } from "preact";
import type { QuizText } from "../../i18n/en/quiz.ts";
import type { SittingText } from "../../i18n/en/sitting.ts";
import type { Item } from "../../quiz/model.ts";
import { shownOptions, shownReasons } from "../../quiz/shuffle.ts";
import { Inline } from "./Inline.tsx";
import { Asked, OptionText, Reasons } from "./parts.tsx";

export function Plain({
  item,
  tag,
  t,
}: {
  item: Item;
  tag: string;
  t: QuizText & Pick<SittingText, "without">;
}): JSX.Element {
  const options = shownOptions(item, 0, "");
  const reasons = shownReasons(item, 0, "");
  return (
    <section role="group" class="ask answered" aria-label={tag} data-question={item.id}>
      <p class="tag">
        {tag} <span class="sys">· {item.system}</span>
      </p>
      <p class="q">
        <Inline text={item.stem} />
      </p>
      <Asked item={item} t={t} />
      {item.unit === null && (
        <ul class="opts bare">
          {[...options, ...reasons].map((option, at) => (
            <li key={option.id} class="opt">
              <span>
                {at === options.length && <b>{t.why} </b>}
                <OptionText option={option} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <details class="twin">
        <summary>{t.without}</summary>
        <Reasons item={item} options={options} reasons={reasons} picked={null} t={t} />
      </details>
    </section>
  );
}
