/** The twenty questions, one at a time, without feedback. All forms stay in the page, so what was answered stays in them. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import { quiz } from "../../i18n/en/quiz.ts";
import { exam } from "../../i18n/en/standing.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import type { Given } from "../../quiz/exam.ts";
import { shownOptions, shownReasons } from "../../quiz/shuffle.ts";
import type { Item, Option } from "../../quiz/model.ts";
import { parseNumber } from "../../quiz/number.ts";
import { readSubmission } from "../quiz/answering.ts";
import { Inline } from "../quiz/Inline.tsx";
import { Asked, Choices, HowSure, readForm } from "../quiz/parts.tsx";
import type { Drawn } from "./Exam.tsx";

/** What stands in one form. */
type Entered = ReturnType<typeof readForm>;
type Kept = Readonly<Record<string, Entered>>;

function keyOf({ seed, catalogue }: Drawn): string {
  return `lastack:exam:${seed}:${catalogue.version}`;
}

/** What was answered before the page was loaded again; nothing if the browser keeps nothing. */
function readKept(drawn: Drawn): Kept {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(drawn)) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

function keep(drawn: Drawn, kept: Kept): void {
  try {
    sessionStorage.setItem(keyOf(drawn), JSON.stringify(kept));
  } catch {
    // Not kept over a reload; the forms still hold it.
  }
}

/** What was handed in is done: a page loaded again starts with empty forms. */
function handIn(drawn: Drawn): void {
  try {
    sessionStorage.removeItem(keyOf(drawn));
  } catch {
    // Nothing was kept either.
  }
}

/** An order that was begun stands as it was left. */
function begun(item: Item, options: readonly Option[], entered: Entered | undefined): readonly Option[] {
  if (item.kind !== "order" || !entered) return options;
  const found = entered.answers.flatMap((id) => options.find((option) => option.id === id) ?? []);
  return found.length === options.length ? found : options;
}

function fill(form: HTMLFormElement, { answers, reason, confidence }: Entered): void {
  const wanted: Readonly<Record<string, readonly string[]>> = {
    answer: answers,
    reason: [reason],
    confidence: [confidence ?? ""],
  };
  for (const field of form.querySelectorAll("input"))
    if (field.type === "radio" || field.type === "checkbox")
      field.checked = wanted[field.name]?.includes(field.value) ?? false;
    else if (field.type === "text") field.value = answers[0] ?? "";
}

export function Paper(props: {
  drawn: Drawn;
  locale: Locale;
  onFinish: (given: readonly Given[]) => void;
}): JSX.Element {
  const { drawn, locale, onFinish } = props;
  const t = pick(locale, { en: exam });
  const words = pick(locale, { en: quiz });
  const count = drawn.items.length;
  const [first] = useState(() => readKept(drawn));
  const [kept, setKept] = useState(first);
  const [current, setCurrent] = useState(0);
  const [asks, setAsks] = useState<{ readonly open: readonly number[]; readonly unsure: readonly number[] } | null>(
    null,
  );
  const root = useRef<HTMLDivElement>(null);
  const goToHead = useRef(false);

  useEffect(() => {
    for (const form of root.current?.querySelectorAll("form") ?? []) {
      const entered = first[form.dataset["question"] ?? ""];
      if (entered) fill(form, entered);
    }
  }, [first]);
  useLayoutEffect(() => {
    if (goToHead.current) root.current?.querySelector<HTMLElement>("form:not([hidden]) .tag")?.focus();
    goToHead.current = false;
  });

  const forms = (): readonly HTMLFormElement[] => [...(root.current?.querySelectorAll("form") ?? [])];
  const go = (to: number): void => {
    setCurrent(to);
    goToHead.current = true;
  };
  const changed = (item: Item, form: HTMLFormElement): void => {
    const entered = readForm(form);
    // The order a question starts with is nobody's answer until something in it was moved.
    const next = { ...kept, [item.id]: entered };
    setKept(next);
    keep(drawn, next);
    setAsks(null);
  };
  const isAnswered = (item: Item): boolean => {
    const entered = kept[item.id];
    return (
      entered !== undefined &&
      entered.answers.some((answer) =>
        item.unit === null ? answer !== "" : parseNumber(answer, item.unit) !== null,
      ) &&
      (!item.reasons || entered.reason !== "")
    );
  };
  const finish = (anyway: boolean): void => {
    const open = drawn.items.flatMap((item, at) => (isAnswered(item) ? [] : [at + 1]));
    const unsure = drawn.items.flatMap((item, at) =>
      isAnswered(item) && kept[item.id]?.confidence === null ? [at + 1] : [],
    );
    if (unsure.length > 0 || (open.length > 0 && !anyway)) {
      setAsks({ open, unsure });
      return;
    }
    handIn(drawn);
    onFinish(
      drawn.items.map((item, at): Given => {
        const form = forms()[at];
        const read = form && isAnswered(item) ? readSubmission(form, item, words) : null;
        const claim = drawn.about[at] ?? "";
        if (!read?.ok) return { item, claim, answer: null, right: false, confidence: null };
        const { answer, right, confidence } = read.attempt;
        return { item, claim, answer, right, confidence };
      }),
    );
  };

  return (
    <div class="paper" ref={root}>
      <nav class="qsteps many" aria-label={t.steps}>
        {drawn.items.map((item, at) => (
          <button
            key={item.id}
            type="button"
            aria-current={at === current ? "step" : undefined}
            class={isAnswered(item) ? "answered" : ""}
            aria-label={format(isAnswered(item) ? t.step.answered : t.step.open, { n: at + 1 })}
            onClick={() => go(at)}
          >
            {at + 1}
          </button>
        ))}
      </nav>
      {drawn.items.map((item, at) => {
        const options = begun(item, shownOptions(item, 0, ""), first[item.id]);
        return (
          <form
            key={item.id}
            class="ask quiz"
            data-question={item.id}
            hidden={at !== current}
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              if (at + 1 < count) go(at + 1);
              else finish(false);
            }}
            onInput={(event) => changed(item, event.currentTarget)}
            onClick={(event) => {
              const form = event.currentTarget;
              // Once the buttons that move an event have done their work.
              if ((event.target as Element).closest("[data-move]")) requestAnimationFrame(() => changed(item, form));
            }}
          >
            <p class="tag" tabIndex={-1}>
              {format(t.question, { n: at + 1, count })} <span class="sys">· {item.system}</span>
            </p>
            <fieldset>
              <legend class="q">
                <Inline text={item.stem} />
              </legend>
              <Asked item={item} t={words} />
              <Choices item={item} options={options} reasons={shownReasons(item, 0, "")} t={words} />
            </fieldset>
            <HowSure t={words}>
              {at > 0 && (
                <button type="button" class="btn" onClick={() => go(at - 1)}>
                  {t.back}
                </button>
              )}
              <button type="submit" class="btn main">
                {at + 1 < count ? t.next : t.finish}
              </button>
            </HowSure>
          </form>
        );
      })}
      <div class="end" role="status">
        {asks && (
          <>
            {asks.unsure.length > 0 && <p>{format(t.unsure, { open: asks.unsure.join(", ") })}</p>}
            {asks.open.length > 0 && <p>{format(t.openOnes, { open: asks.open.join(", ") })}</p>}
          </>
        )}
      </div>
      <p class="ends-line">
        {current + 1 < count && (
          <button type="button" class="btn" onClick={() => finish(false)}>
            {t.finish}
          </button>
        )}
        {asks && asks.unsure.length === 0 && (
          <button type="button" class="btn" onClick={() => finish(true)}>
            {t.finishAnyway}
          </button>
        )}
        <button type="button" class="btn" onClick={() => print()}>
          {t.print}
        </button>
      </p>
    </div>
  );
}
