/** What becomes of the answers: a warning where they are not kept, and a way to take them along. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import type { QuizText } from "../../i18n/en/quiz.ts";
import type { Status } from "../../progress/store.ts";
import { download, progressStore } from "./progress.ts";

/** One island of the page shows the warning; the first to ask. */
let speaker: symbol | undefined;

/** Says that answers are not kept, or that some could not be read, and offers them as a file. */
export function TroubleNotice({ status, t }: { status: Status; t: QuizText }): JSX.Element | null {
  const [mine, setMine] = useState(false);
  const troubled = status.trouble !== null || status.aside !== null;
  useEffect(() => {
    if (!troubled) return;
    const me = Symbol();
    speaker ??= me;
    setMine(speaker === me);
    return () => {
      if (speaker === me) speaker = undefined;
    };
  }, [troubled]);
  if (!troubled || !mine) return null;
  return (
    <div class="trouble" role="status">
      {status.trouble !== null && (
        <p>
          {t.trouble[status.trouble]}{" "}
          <button type="button" class="btn" onClick={downloadAnswers(t)}>
            {t.kept.download}
          </button>
        </p>
      )}
      {status.aside !== null && (
        <p>
          {t.trouble.aside}{" "}
          <button
            type="button"
            class="btn"
            onClick={() => download(t.trouble.asideFile, progressStore().asideText() ?? "")}
          >
            {t.trouble.downloadAside}
          </button>
        </p>
      )}
    </div>
  );
}

/** Export and import, folded away. */
export function KeptAnswers({ t }: { t: QuizText }): JSX.Element {
  const [said, say] = useState("");
  const load = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0];
    if (!file) return;
    const result = progressStore().importText(await file.text(), Date.now());
    input.value = "";
    say(
      result.ok
        ? format(result.dropped > 0 ? t.kept.mergedSome : t.kept.merged, { ...result, ok: "" })
        : t.kept[result.problem],
    );
  };
  return (
    <details class="twin kept">
      <summary>{t.kept.summary}</summary>
      <p>{t.kept.text}</p>
      <p class="acts">
        <button type="button" class="btn" onClick={downloadAnswers(t)}>
          {t.kept.download}
        </button>
        <label class="btn">
          {t.kept.load}
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

function downloadAnswers(t: QuizText): () => void {
  return () => download(t.kept.file, progressStore().exportText());
}
