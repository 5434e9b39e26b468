/**
 * Questions, one at a time. Rendered on the server as the first question, blank; what the reader
 * did before appears beside it once the script runs, in room that was kept for it.
 */
import type { JSX, TargetedSubmitEvent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { quiz } from "../../i18n/en/quiz.ts";
import { sitting as sittingText, type SittingText } from "../../i18n/en/sitting.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { attemptsAt, type Attempt, firstAttempt, latestAttempt, sureAndWrong } from "../../progress/model.ts";
import { plainText } from "../../quiz/inline.ts";
import { grade } from "../../quiz/grade.ts";
import type { Item } from "../../quiz/model.ts";
import { shownOptions, shownReasons } from "../../quiz/shuffle.ts";
import { answered, nextOf, START } from "../../quiz/sitting.ts";
import { countAttempts, focusField, readSubmission, record } from "./answering.ts";
import { KeptAnswers } from "./Kept.tsx";
import { Inline } from "./Inline.tsx";
import { Asked, Choices, HowSure, MarkIcon, Reasons, rightInWords } from "./parts.tsx";
import { ReportItem } from "./Report.tsx";
import { useProgress, useTrouble } from "./use-progress.ts";

interface Props {
  /** The first ones. The others stand in the page, each in a `<template data-item>` of the same box. */
  readonly items: readonly Item[];
  /** How many there are in all; `items` are all of them if left out. */
  readonly count?: number;
  readonly locale: Locale;
}

/** A question is blank, or answered just now, or shown to someone who answered it before. */
interface View {
  readonly answered: Attempt | null;
  readonly shown: boolean;
  /** Attempts before this one: seeds the order of options. */
  readonly turn: number;
}
const BLANK: View = { answered: null, shown: false, turn: 0 };

export function Quiz({ items: given, count = given.length, locale }: Props): JSX.Element | null {
  const t = { ...pick(locale, { en: quiz }), ...pick(locale, { en: sittingText }) };
  const [items, setItems] = useState(given);
  const root = useRef<HTMLElement>(null);
  const known = useProgress();
  const Trouble = useTrouble(known?.status);
  const [current, setCurrent] = useState(0);
  const [views, setViews] = useState<Readonly<Record<string, View>>>({});
  const [sitting, setSitting] = useState(START);
  const [said, say] = useState("");
  const [missing, setMissing] = useState("");
  const head = useRef<HTMLParagraphElement>(null);
  const goToHead = useRef(false);

  // Beside the form for readers without JavaScript the same texts cost next to nothing on the wire.
  useLayoutEffect(() => {
    if (given.length === count) return setItems(given);
    const box = root.current?.closest(".quiz-box");
    const found = [...(box?.querySelectorAll<HTMLTemplateElement>("template[data-item]") ?? [])];
    setItems([...given, ...found.map((one) => JSON.parse(one.content.textContent) as Item)]);
  }, [given, count]);

  // Whoever has been here before gets an order of their own, before the first paint of this island.
  useLayoutEffect(() => {
    setViews(Object.fromEntries(items.map((item) => [item.id, { ...BLANK, turn: countAttempts(item) }])));
  }, [items]);

  // With the change itself, so that the next key already lands there.
  useLayoutEffect(() => {
    if (goToHead.current) head.current?.focus();
    goToHead.current = false;
  });

  const item = items[current];
  if (!item) return null;
  const view = views[item.id] ?? BLANK;
  const attempts = known ? attemptsAt(known.progress, item.id) : [];
  const visitor = known?.progress.visitor ?? "";
  const options = shownOptions(item, view.turn, visitor);
  const reasons = shownReasons(item, view.turn, visitor);

  const show = (change: Partial<View>): void => {
    setViews({ ...views, [item.id]: { ...view, ...change } });
    setMissing("");
    goToHead.current = true;
  };
  const ids = items.map(({ id }) => id);
  const blank = ids.filter((id) => known && !firstAttempt(attemptsAt(known.progress, id)));
  const next = nextOf(sitting, ids, item.id, blank);
  const go = (to: number, returning = false): void => {
    setCurrent(to);
    setSitting({ ...sitting, returning });
    const back = items[to];
    if (returning && back) setViews({ ...views, [back.id]: { ...BLANK, turn: countAttempts(back) } });
    setMissing("");
    say("");
    goToHead.current = true;
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const submission = readSubmission(form, item, t);
    if (!submission.ok) {
      setMissing(submission.missing);
      focusField(form, submission.field);
      return;
    }
    const { attempt } = submission;
    record(item, attempt);
    const { right, feedback } = grade(item, attempt.answer ?? "");
    const words = { feedback: plainText(feedback), right: rightInWords(item, t) };
    say(format(right ? t.resultRight : t.resultWrong, words).trim());
    setSitting(answered(sitting, item.id, right));
    show({ answered: attempt });
  };

  const counted =
    count > 1 ? format(sitting.returning ? t.tag.again : t.tag.numbered, { n: current + 1, count }) : t.tag.question;
  const open = view.answered !== null || view.shown;
  const latest = latestAttempt(attempts);
  const histories = Array.from({ length: count }, (_, at) =>
    known && items[at] ? attemptsAt(known.progress, items[at].id) : [],
  );
  const firsts = histories.map(firstAttempt).filter((first) => first !== undefined);

  return (
    <section
      class={`ask quiz${open ? " answered" : ""}`}
      data-question={item.id}
      ref={root}
      role="group"
      aria-label={counted}
    >
      <div class="ask-head">
        <p class="tag" ref={head} tabIndex={-1}>
          {counted} <span class="sys">· {item.system}</span>
          {view.answered?.confidence && <span class="were"> · {t.youWere[view.answered.confidence]}</span>}
          {view.shown && <span class="were"> · {t.seen}</span>}
          {open && sureAndWrong(attempts) && <span class="were"> {t.marked}</span>}
        </p>
        {count > 1 && <Steps histories={histories} current={current} go={go} t={t} />}
      </div>
      <form onSubmit={submit} noValidate key={`${item.id}-${view.turn}`}>
        {open ? (
          <>
            <p class="q">
              <Inline text={item.stem} />
            </p>
            <Asked item={item} t={t} />
            <Reasons
              item={item}
              options={options}
              reasons={reasons}
              picked={(view.answered ?? latest)?.answer ?? null}
              t={t}
            />
          </>
        ) : (
          <fieldset>
            <legend class="q">
              <Inline text={item.stem} />
            </legend>
            <Asked item={item} t={t} />
            <Choices item={item} options={options} reasons={reasons} t={t} />
          </fieldset>
        )}
        {open ? (
          <div class="after">
            <button
              type="button"
              class="btn"
              onClick={() => {
                say("");
                show({ answered: null, shown: false, turn: countAttempts(item) });
              }}
            >
              {t.tryAgain}
            </button>
            {next && (
              <button
                type="button"
                class="btn main"
                onClick={() =>
                  go(
                    items.findIndex(({ id }) => id === next.id),
                    next.why === "missed",
                  )
                }
              >
                {next.why === "following"
                  ? t.next
                  : next.why === "missed"
                    ? t.again
                    : format(t.passedOver, { count: blank.length })}
              </button>
            )}
            {count > 1 && firsts.length === count && (
              <span>{format(t.score, { right: firsts.filter(({ right }) => right).length, count })}</span>
            )}
          </div>
        ) : (
          <HowSure t={t}>
            <button type="submit" class="btn main">
              {t.answer}
            </button>
          </HowSure>
        )}
        <p class="missing v-false" role="alert">
          {missing}
        </p>
        {!open && (
          <p class="history">
            {latest && (
              <>
                {past(latest, item, t, locale)} {sureAndWrong(attempts) && t.marked}{" "}
                <button type="button" class="btn quiet" onClick={() => show({ shown: true })}>
                  {t.showMe}
                </button>
              </>
            )}
          </p>
        )}
      </form>
      {open && <ReportItem key={item.id} item={item} t={t} />}
      <p class="vh" role="status">
        {said}
      </p>
      {Trouble && known && <Trouble status={known.status} locale={locale} />}
      {count > 1 && <KeptAnswers locale={locale} />}
    </section>
  );
}

/** "22 Nov 2026: you were sure, and right." */
function past(attempt: Attempt, item: Item, t: SittingText, locale: Locale): string {
  const sentence = format(attempt.right ? t.historyRight : t.historyWrong, {
    date: new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(attempt.at),
    confidence: attempt.confidence ? t.historyConfidence[attempt.confidence] : "",
  });
  return attempt.hash === item.hash ? sentence : `${sentence} ${t.changed}`;
}

/** Where the reader stands among several questions, and the way to any of them. */
function Steps(props: {
  histories: readonly (readonly Attempt[])[];
  current: number;
  go: (to: number) => void;
  t: SittingText;
}): JSX.Element {
  const { histories, current, go, t } = props;
  return (
    <ol class="qsteps" aria-label={t.steps}>
      {histories.map((attempts, at) => {
        const latest = latestAttempt(attempts);
        const look = latest === undefined ? "blank" : latest.right ? "right" : "wrong";
        return (
          <li key={at}>
            <button
              type="button"
              class={look}
              aria-label={format(t.step[look], { n: at + 1 })}
              aria-current={at === current ? "step" : undefined}
              onClick={() => go(at)}
            >
              {at + 1}
              {latest && <MarkIcon is={latest.right ? "yes" : "no"} />}
            </button>
          </li>
        );
      })}
    </ol>
  );
}
