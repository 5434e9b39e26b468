/** Answers as a file: two buttons, one to take them along, one to merge a file from another browser. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { kept } from "../../i18n/en/kept.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { downloadAnswers, progressStore } from "./progress.ts";

/** Merges a text and says in words what came of it. */
export function useMerge(locale: Locale): { readonly said: string; readonly merge: (text: string) => void } {
  const t = pick(locale, { en: kept });
  const [said, say] = useState("");
  const merge = (text: string): void => {
    const result = progressStore().importText(text, Date.now());
    if (!result.ok) return say(t[result.problem]);
    const { items, dropped } = result;
    say(format(dropped > 0 ? t.mergedSome : t.merged, { items, dropped }));
  };
  return { said, merge };
}

export function AnswerFile({ locale, merge }: { locale: Locale; merge: (text: string) => void }): JSX.Element {
  const t = pick(locale, { en: kept });
  return (
    <p class="acts">
      <button type="button" class="btn" onClick={() => downloadAnswers(t.file)}>
        {t.download}
      </button>
      <label class="btn">
        {t.load}
        <input
          type="file"
          class="vh"
          accept="application/json,.json"
          onChange={(event) => {
            const input = event.currentTarget;
            void input.files?.[0]?.text().then((text) => {
              input.value = "";
              merge(text);
            });
          }}
        />
      </label>
    </p>
  );
}
