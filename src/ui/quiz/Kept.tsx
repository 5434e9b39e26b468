/** Answers as a file, to take along or to merge, folded away. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { kept } from "../../i18n/en/kept.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { downloadAnswers, progressStore } from "./progress.ts";

export function KeptAnswers({ locale }: { locale: Locale }): JSX.Element {
  const t = pick(locale, { en: kept });
  const [said, say] = useState("");
  const load = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (!file) return;
    const result = progressStore().importText(await file.text(), Date.now());
    input.value = "";
    say(result.ok ? format(result.dropped > 0 ? t.mergedSome : t.merged, { ...result, ok: "" }) : t[result.problem]);
  };
  return (
    <details class="twin kept">
      <summary>{t.summary}</summary>
      <p>{t.text}</p>
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
            onChange={(event) => void load(event.currentTarget)}
          />
        </label>
      </p>
      <p role="status">{said}</p>
    </details>
  );
}
