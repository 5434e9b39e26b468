/**
 * A way to say that something is wrong with one question. Where it goes stands once in the page, with the page's own
 * report (`Report.astro`); where nothing is configured, there is the text to copy.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { QuizText } from "../../i18n/en/quiz.ts";
import { format } from "../../i18n/format.ts";
import type { Item } from "../../quiz/model.ts";

export function ReportItem({ item, t }: { item: Pick<Item, "id" | "hash">; t: QuizText }): JSX.Element {
  const [address, setAddress] = useState<string | undefined>();
  const text = format(t.report.item, { id: item.id, version: item.hash });
  return (
    <details
      class="twin report-item"
      onToggle={() => setAddress(document.querySelector<HTMLElement>("[data-report]")?.dataset["report"])}
    >
      <summary>{t.report.title}</summary>
      <p>
        {t.report.text}{" "}
        {address === undefined ? (
          <>
            {t.report.copy} <code>{text}</code>
          </>
        ) : (
          <a href={address.replace("{text}", encodeURIComponent(text))}>{t.report.link}</a>
        )}
      </p>
    </details>
  );
}
