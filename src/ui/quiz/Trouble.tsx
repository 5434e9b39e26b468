/** The warning where answers are not kept, with a way to take them along. Loaded where there is something to say. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { kept } from "../../i18n/en/kept.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import type { Status } from "../../progress/store.ts";
import { download, downloadAnswers, progressStore } from "./progress.ts";

/** One island of the page shows the warning; the first to ask. */
let speaker: symbol | undefined;

/** Says that answers are not kept, or that some could not be read, and offers them as a file. */
export function TroubleNotice({ status, locale }: { status: Status; locale: Locale }): JSX.Element | null {
  const t = pick(locale, { en: kept });
  const [mine, setMine] = useState(false);
  useEffect(() => {
    const me = Symbol();
    speaker ??= me;
    setMine(speaker === me);
    return () => {
      if (speaker === me) speaker = undefined;
    };
  }, []);
  if (!mine) return null;
  return (
    <div class="trouble" role="status">
      {status.trouble !== null && (
        <p>
          {t.trouble[status.trouble]}{" "}
          <button type="button" class="btn" onClick={() => downloadAnswers(t.file)}>
            {t.download}
          </button>
        </p>
      )}
      {status.aside !== null && (
        <p>
          {t.trouble.aside}{" "}
          <button
            type="button"
            class="btn"
            onClick={() => download(t.trouble.asideFile, progressStore().takeAside() ?? "")}
          >
            {t.trouble.downloadAside}
          </button>
        </p>
      )}
    </div>
  );
}
