/** What was done, the futures that were left, and another scene to start from. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SandboxText } from "../../i18n/en/sandbox.ts";
import { format } from "../../i18n/format.ts";
import { clock } from "../../views/time.ts";
import { otherFutures, path, type Tree } from "./model.ts";

interface Props {
  readonly tree: Tree;
  readonly t: SandboxText;
  readonly experiments: readonly { readonly id: string; readonly title: string }[];
  readonly onGo: (at: number | null) => void;
  readonly onBegin: (experiment: string | null) => void;
}

export function History({ tree, t, experiments, onGo, onBegin }: Props): JSX.Element {
  const [from, setFrom] = useState("");
  const futures = otherFutures(tree);
  const entry = (at: number): JSX.Element => {
    const { line = "", parent = null } = tree.deeds[at] ?? {};
    // When it was done, not what time it was after it.
    const now = parent === null ? 0 : (tree.deeds[parent]?.now ?? 0);
    return (
      <button
        type="button"
        class="text"
        aria-label={format(t.goTo, { time: clock(now), line })}
        aria-current={at === tree.at ? "step" : undefined}
        onClick={() => onGo(at)}
      >
        <span class="t">{clock(now)}</span> <code>{line}</code>
      </button>
    );
  };
  return (
    <section class="deeds" aria-label={t.history}>
      <h3>{t.history}</h3>
      <ol>
        <li>
          <button
            type="button"
            class="text"
            aria-current={tree.at === null ? "step" : undefined}
            onClick={() => onGo(null)}
          >
            <span class="t">0.000</span> {t.start}
          </button>
        </li>
        {path(tree, tree.at).map(({ index }) => (
          <li key={index}>{entry(index)}</li>
        ))}
      </ol>
      {futures.length > 0 && (
        <>
          <h3>{t.futures}</h3>
          <ul>
            {futures.map((index) => (
              <li key={index}>{entry(index)}</li>
            ))}
          </ul>
        </>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onBegin(from === "" ? null : from);
        }}
      >
        <label>
          <span>{t.from}</span>
          <select value={from} onChange={(event) => setFrom(event.currentTarget.value)}>
            <option value="">{t.fromEmpty}</option>
            {experiments.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <button class="btn" type="submit">
          {t.load}
        </button>
      </form>
    </section>
  );
}
