/** The conditions of a challenge, as they stand for the run that is open in the simulator of the page. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Expectation } from "../../experiment/canonical.ts";
import { unpack } from "../../experiment/carried.ts";
import type { Intervention } from "../../experiment/run.ts";
import { format } from "../../i18n/format.ts";
import { challenge } from "../../i18n/en/challenge.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { addAttempt, attemptsAt, challengeItem } from "../../progress/model.ts";
import { attempt, type ChangeKind, kindOf } from "../../quiz/attempt.ts";
import { Inline } from "../quiz/Inline.tsx";
import { progressStore } from "../quiz/progress.ts";
import { useProgress, useTrouble } from "../quiz/use-progress.ts";

interface Props {
  readonly id: string;
  /** The experiment it starts from, as `carry` packs it. */
  readonly carried: string;
  readonly conditions: readonly Expectation[];
  readonly hash: string;
  readonly without: readonly ChangeKind[];
  /** The conditions in words, in their order. */
  readonly sentences: readonly string[];
  readonly hints: readonly string[];
  readonly learned: string;
  readonly locale: Locale;
}

export function Challenge(props: Props): JSX.Element {
  const { id, carried, conditions, hash, without, sentences, hints, learned, locale } = props;
  const t = pick(locale, { en: challenge });
  const known = useProgress();
  const Trouble = useTrouble(known?.status);
  const experiment = useMemo(() => ({ ...unpack(carried), expect: conditions }), [carried, conditions]);
  const [changes, setChanges] = useState<readonly Intervention[]>([]);
  const [shown, setShown] = useState(0);
  const tried = useMemo(() => attempt({ experiment, without }, changes), [experiment, without, changes]);

  useEffect(() => {
    const follow = (event: Event): void => {
      if (event instanceof CustomEvent) setChanges(event.detail as readonly Intervention[]);
    };
    document.addEventListener("lastack:changes", follow);
    return () => document.removeEventListener("lastack:changes", follow);
  }, []);
  useEffect(() => {
    if (!tried.reached) return;
    const item = challengeItem(id);
    if (attemptsAt(progressStore().progress(), item).length > 0) return;
    const now = Date.now();
    const done = { at: now, answer: "reached", right: true, confidence: null, hash };
    progressStore().update((progress) => addAttempt(progress, item, done), now);
  }, [tried.reached, id, hash]);

  const kinds = (list: readonly ChangeKind[]): string => [...new Set(list)].map((kind) => t.kinds[kind]).join(", ");
  return (
    <div class={`goal${tried.reached ? " reached" : ""}`}>
      <p class="label">{t.conditions}</p>
      <div role="status">
        <ul>
          {sentences.map((text, at) => {
            const check = tried.checks[at];
            const found = check?.values["found"];
            return (
              <li key={text} class={check?.holds ? "holds" : ""}>
                <span class={check?.holds ? "v-true" : "still"}>{check?.holds ? t.holds : t.fails}</span>
                <span>
                  <Inline text={text} />{" "}
                  {check && !check.holds && found !== undefined && <i>{format(t.found, { found })}</i>}
                </span>
              </li>
            );
          })}
        </ul>
      </div>
      {without.length > 0 && (
        <p class="out">
          {format(t.ruledOut, { kinds: kinds(without) })}{" "}
          {tried.ruledOut.length > 0 && <b>{format(t.ruledOutNow, { kinds: kinds(tried.ruledOut.map(kindOf)) })}</b>}
        </p>
      )}
      {tried.reached ? (
        <p class="learned">
          <b class="v-true">{t.done}</b> <Inline text={learned} />
        </p>
      ) : (
        <>
          {shown > 0 && (
            <ol class="hints">
              {hints.slice(0, shown).map((hint) => (
                <li key={hint}>
                  <Inline text={hint} />
                </li>
              ))}
            </ol>
          )}
          {shown < hints.length && (
            <button type="button" class="btn" onClick={() => setShown(shown + 1)}>
              {shown === 0 ? t.hint : t.nextHint}
            </button>
          )}
        </>
      )}
      {Trouble && known && <Trouble status={known.status} locale={locale} />}
    </div>
  );
}
