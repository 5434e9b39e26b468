/** A question for readers without JavaScript: the options, and every reason behind a disclosure. */
import type { JSX } from "preact";
import type { QuizText } from "../../i18n/en/quiz.ts";
import type { Item } from "../../quiz/model.ts";
import { optionOrder } from "../../quiz/shuffle.ts";
import { Inline, OptionText, Reasons } from "./parts.tsx";

export function Plain({ item, tag, t }: { item: Item; tag: string; t: QuizText }): JSX.Element {
  const options = item.unit !== null ? item.options : optionOrder(item.options, item.id, 0, "");
  return (
    <section class="ask answered" aria-label={tag}>
      <p class="tag">
        {tag} <span class="sys">· {item.system}</span>
      </p>
      <p class="q">
        <Inline text={item.stem} />
      </p>
      {item.unit === null && (
        <ul class="opts bare">
          {options.map((option) => (
            <li key={option.id} class="opt">
              <span>
                <OptionText option={option} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <details class="twin">
        <summary>{t.without}</summary>
        <Reasons item={item} options={options} picked={null} t={t} />
      </details>
    </section>
  );
}
