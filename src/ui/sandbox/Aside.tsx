/** Scenes whose place another one took: each can be brought back, and what is there then is set aside in turn. */
import type { JSX } from "preact";
import { arriving } from "../../i18n/en/arriving.ts";
import { format } from "../../i18n/format.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { clock } from "../../views/time.ts";
import { readTree } from "./kept.ts";
import { path, stateAt, type Tree } from "./model.ts";

interface Props {
  /** As they were kept, oldest first. */
  readonly texts: readonly string[];
  readonly titleOf: (base: string | null) => string;
  readonly onBring: (text: string, tree: Tree) => void;
  readonly locale: Locale;
}

export function Aside({ texts, titleOf, onBring, locale }: Props): JSX.Element {
  const t = pick(locale, { en: arriving });
  return (
    <div class="sandbox-buttons" role="group" aria-label={t.aside}>
      {texts
        .flatMap((text) => {
          const kept = readTree(text);
          // One that cannot be read whole waits for a version of the site that can.
          if (!kept || kept.lost > 0) return [];
          const { tree } = kept;
          const count = path(tree, tree.at).length;
          const values = { title: titleOf(tree.base), count, time: clock(stateAt(tree).now) };
          return (
            <button key={text} class="btn" type="button" onClick={() => onBring(text, tree)}>
              {format(t.bring, { what: format(count === 1 ? t.whatOne : t.what, values) })}
            </button>
          );
        })
        .reverse()}
    </div>
  );
}
