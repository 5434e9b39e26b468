/**
 * A prediction before a run. It locks in, is kept with the progress, and opens the simulator:
 * `lastack:predicted` on the document, and `data-predicted` on the element with `data-predicts`
 * around this island, for a simulator that starts later.
 */
import type { JSX, TargetedSubmitEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { QuizText } from "../../i18n/en/quiz.ts";
import { attemptsAt, firstAttempt } from "../../progress/model.ts";
import type { Item } from "../../quiz/model.ts";
import { optionOrder } from "../../quiz/shuffle.ts";
import { focusField, readSubmission, record, recordSkip } from "./answering.ts";
import { TroubleNotice } from "./Kept.tsx";
import { Choices, HowSure, Inline, Reasons } from "./parts.tsx";
import { useProgress } from "./progress.ts";

interface Props {
  readonly item: Item;
  readonly t: QuizText;
}

export function Predict({ item, t }: Props): JSX.Element {
  const known = useProgress();
  const [comparing, setComparing] = useState(false);
  const [missing, setMissing] = useState("");
  const root = useRef<HTMLElement>(null);
  const head = useRef<HTMLParagraphElement>(null);
  const goToHead = useRef(false);

  const attempts = known ? attemptsAt(known.progress, item.id) : [];
  const prediction = firstAttempt(attempts);
  const done = attempts.length > 0;
  const options = optionOrder(item.options, item.id, 0, "");

  useEffect(() => {
    if (!done || item.experiment === null) return;
    root.current?.closest("[data-predicts]")?.setAttribute("data-predicted", "");
    document.dispatchEvent(
      new CustomEvent("lastack:predicted", { detail: { experiment: item.experiment, id: item.id } }),
    );
  }, [done, item]);

  useEffect(() => {
    if (goToHead.current) head.current?.focus();
    goToHead.current = false;
  });

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const submission = readSubmission(form, item, t);
    if (!submission.ok) {
      setMissing(submission.missing);
      focusField(form, submission.field);
      return;
    }
    goToHead.current = true;
    setMissing("");
    record(item, submission.attempt);
  };

  return (
    <section class={`ask predict${comparing ? " answered" : ""}`} ref={root} aria-label={t.tag.predict}>
      <p class="tag" ref={head} tabIndex={-1}>
        {done ? t.tag.prediction : t.tag.predict} <span class="sys">· {item.system}</span>
        {prediction?.confidence && <span class="were"> · {t.youWere[prediction.confidence]}</span>}
      </p>
      <form onSubmit={submit} noValidate>
        {comparing ? (
          <>
            <p class="q">
              <Inline text={item.stem} />
            </p>
            <Reasons item={item} options={options} picked={prediction?.answer ?? null} t={t} />
          </>
        ) : (
          // Locked, it stays as it was: the same height, the choice still to be seen.
          <fieldset disabled={done}>
            <legend class="q">
              <Inline text={item.stem} />
            </legend>
            <Choices item={item} options={options} locked={done ? (prediction?.answer ?? null) : undefined} t={t} />
          </fieldset>
        )}
        {done && !comparing && (
          <div class="after">
            <span>{prediction ? t.lockedIn : t.skipped}</span>
            <button
              type="button"
              class="btn"
              onClick={() => {
                goToHead.current = true;
                setComparing(true);
              }}
            >
              {t.compare}
            </button>
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
      {known && <TroubleNotice status={known.status} t={t} />}
    </section>
  );
}
