/**
 * A prediction before a run. It locks in, is kept with the progress, and opens the simulator:
 * `lastack:predicted` on the document, and `data-predicted` on the element with `data-predicts`
 * around this island, for a simulator that starts later. Once the run was seen (`lastack:seen`, or `data-seen`
 * on the run) the reader says what they saw, before the reasons are shown: what one expects is easily seen.
 * Both can be skipped.
 */
import type { JSX, TargetedSubmitEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { prediction as predictionText } from "../../i18n/en/prediction.ts";
import { quiz } from "../../i18n/en/quiz.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { attemptsAt, firstAttempt, observationOf } from "../../progress/model.ts";
import type { Item } from "../../quiz/model.ts";
import { compare } from "../../quiz/grade.ts";
import { shownOptions, shownReasons } from "../../quiz/shuffle.ts";
import { focusField, readSubmission, record, recordObservation, recordSkip } from "./answering.ts";
import { Inline } from "./Inline.tsx";
import { Asked, Choices, HowSure, Reasons } from "./parts.tsx";
import { ReportItem } from "./Report.tsx";
import { useProgress, useTrouble } from "./use-progress.ts";

interface Props {
  readonly item: Item;
  readonly locale: Locale;
}

export function Predict({ item, locale }: Props): JSX.Element {
  const t = { ...pick(locale, { en: quiz }), ...pick(locale, { en: predictionText }) };
  const known = useProgress();
  const Trouble = useTrouble(known?.status);
  const [stage, setStage] = useState<"predict" | "observe" | "compare">("predict");
  const [missing, setMissing] = useState("");
  const root = useRef<HTMLElement>(null);
  const head = useRef<HTMLParagraphElement>(null);
  const goToHead = useRef(false);

  const attempts = known ? attemptsAt(known.progress, item.id) : [];
  const prediction = firstAttempt(attempts);
  const done = attempts.length > 0;
  const observations = known ? attemptsAt(known.progress, observationOf(item.id)) : [];
  const observation = firstAttempt(observations);
  const options = shownOptions(item, 0, "");
  const reasons = shownReasons(item, 0, "");
  const comparing = stage === "compare";
  const observing = done && stage === "observe";
  const seen = useSeen(item.experiment);

  useEffect(() => {
    if (!done || item.experiment === null) return;
    root.current?.closest("[data-predicts]")?.setAttribute("data-predicted", "");
    document.dispatchEvent(
      new CustomEvent("lastack:predicted", { detail: { experiment: item.experiment, id: item.id } }),
    );
  }, [done, item]);

  // With the change itself, so that the next key already lands there.
  useLayoutEffect(() => {
    if (goToHead.current) head.current?.focus();
    goToHead.current = false;
  });

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const submission = readSubmission(form, item, t, !observing);
    if (!submission.ok) {
      setMissing(submission.missing);
      focusField(form, submission.field);
      return;
    }
    goToHead.current = true;
    setMissing("");
    if (!observing) return record(item, submission.attempt);
    recordObservation(item, { ...submission.attempt, confidence: null });
    setStage("compare");
  };
  const go = (to: typeof stage): void => {
    goToHead.current = true;
    setMissing("");
    setStage(to);
  };

  return (
    <section class={`ask predict${comparing ? " answered" : ""}`} ref={root} role="group" aria-label={t.tag}>
      <p class="tag" ref={head} tabIndex={-1}>
        {done ? t.tagDone : t.tag} <span class="sys">· {item.system}</span>
        {prediction?.confidence && <span class="were"> · {t.youWere[prediction.confidence]}</span>}
      </p>
      <form onSubmit={submit} noValidate>
        {comparing ? (
          <>
            <p class="q">
              <Inline text={item.stem} />
            </p>
            <Asked item={item} t={t} />
            {prediction && observation && <p class="compared">{t.compared[compare(item, prediction, observation)]}</p>}
            <Reasons
              item={item}
              options={options}
              reasons={reasons}
              picked={prediction?.answer ?? null}
              saw={observation?.answer ?? null}
              t={t}
            />
          </>
        ) : (
          // Locked, it stays as it was: the same height, the choice still to be seen.
          <fieldset disabled={done && !observing} key={observing ? "observe" : "predict"}>
            <legend class="q">
              {observing && <b>{t.observe} </b>}
              <Inline text={item.stem} />
            </legend>
            <Asked item={item} t={t} />
            <Choices
              item={item}
              options={options}
              reasons={reasons}
              locked={done && !observing ? (prediction?.answer ?? null) : undefined}
              t={t}
            />
          </fieldset>
        )}
        {done && !comparing && (
          <div class="after">
            {!observing && <span>{seen ? t.sawIt : prediction ? t.lockedIn : t.skipped}</span>}
            <span class="acts">
              <button
                type="button"
                class="btn quiet"
                onClick={() => {
                  if (observations.length === 0) recordObservation(item, null);
                  go("compare");
                }}
              >
                {t.compare}
              </button>
              {observing ? (
                <button type="submit" class="btn main">
                  {t.observed}
                </button>
              ) : (
                seen &&
                !observation && (
                  <button type="button" class="btn main" onClick={() => go("observe")}>
                    {t.observe}
                  </button>
                )
              )}
            </span>
          </div>
        )}
        {!done && (
          <HowSure t={t}>
            <button
              type="button"
              class="btn quiet"
              onClick={() => {
                goToHead.current = true;
                recordSkip(item);
              }}
            >
              {t.skip}
            </button>
            <button type="submit" class="btn main">
              {t.lockIn}
            </button>
          </HowSure>
        )}
        <p class="missing v-false" role="alert">
          {missing}
        </p>
      </form>
      {comparing && <ReportItem item={item} t={t} />}
      {Trouble && known && <Trouble status={known.status} locale={locale} />}
    </section>
  );
}

/** Was the run, which stands on the same page, seen to its end? */
function useSeen(experiment: string | null): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (experiment === null) return;
    const run = `[data-simulator="${CSS.escape(experiment)}"] [data-seen]`;
    const look = (): void => setSeen(document.querySelector(run) !== null);
    look();
    document.addEventListener("lastack:seen", look);
    return () => document.removeEventListener("lastack:seen", look);
  }, [experiment]);
  return seen;
}
