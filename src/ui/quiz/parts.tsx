/** Pieces that questions and predictions share. */
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { format } from "../../i18n/format.ts";
import type { QuizText } from "../../i18n/en/quiz.ts";
import { chosenOption, isChosen, slipsOf } from "../../quiz/grade.ts";
import {
  type Answer,
  CONFIDENCE,
  type Confidence,
  type HostStates,
  type Item,
  type Option,
  type Unit,
} from "../../quiz/model.ts";
import { Chip } from "../Chip.tsx";
import { Inline } from "./Inline.tsx";

/** The states of both ends, as chips. */
function Hosts({ hosts }: { hosts: HostStates }): JSX.Element {
  return (
    <span class="ends">
      {Object.entries(hosts).map(([host, state]) => (
        <span key={host} class="end">
          <b>{host}</b> <Chip state={state} />{" "}
        </span>
      ))}
    </span>
  );
}

export function OptionText({ option }: { option: Option }): JSX.Element {
  return (
    <>
      {option.hosts && <Hosts hosts={option.hosts} />}
      {option.text && <Inline text={option.text} />}
    </>
  );
}

/** An option in plain words, for live regions and labels. */
function optionInWords(option: Option): string {
  const ends = Object.entries(option.hosts ?? {}).map(([host, state]) => `${host} ${state}`);
  return [...ends, option.text.replaceAll("`", "")].filter(Boolean).join(", ");
}

/** The right answer in plain words. */
export function rightInWords(item: Item, t: QuizText): string {
  return [...item.options, ...(item.reasons ?? [])]
    .filter(({ right }) => right)
    .map(optionInWords)
    .join(item.kind === "order" ? t.then : "; ");
}

/** The question itself, with what there is to read. */
export function Asked({ item, t }: { item: Item; t: QuizText }): JSX.Element | null {
  const { output, quote } = item;
  if (output)
    return (
      <figure class="output">
        <figcaption>{format(t.output, output)}</figcaption>
        <pre tabIndex={0} role="group" aria-label={output.command}>
          {output.text}
        </pre>
      </figure>
    );
  if (!quote) return null;
  return <p class="quoted">{quote.address === null ? quote.who : <a href={quote.address}>{quote.who}</a>}</p>;
}

const MARKS = {
  yes: <path d="M2 8.5l4 4L14 4" stroke="currentColor" stroke-width="2.2" fill="none" />,
  no: <path d="M3 3l10 10M13 3L3 13" stroke="currentColor" stroke-width="2.2" fill="none" />,
  open: <circle cx="8" cy="8" r="6.2" stroke="currentColor" stroke-width="1.3" fill="none" />,
};

export function MarkIcon({ is }: { is: keyof typeof MARKS }): JSX.Element {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      {MARKS[is]}
    </svg>
  );
}

/**
 * The ways to answer: options, a number, an order. Uncontrolled, so that a click before the script runs
 * counts; `locked` shows an answer that was given (null: skipped) instead.
 */
export function Choices(props: {
  item: Item;
  options: readonly Option[];
  /** `find` only: the whys, in the order to show. */
  reasons?: readonly Option[];
  locked?: Answer | null | undefined;
  t: QuizText;
}): JSX.Element {
  const { item, options, reasons = [], locked, t } = props;
  if (item.unit !== null) return <NumberField item={item} unit={item.unit} locked={locked} t={t} />;
  if (item.kind === "order") return <Sorter options={options} locked={locked} t={t} />;
  const row = (option: Option, name: string): JSX.Element => (
    <label key={option.id} class="opt">
      <input
        type={item.kind === "multiple" ? "checkbox" : "radio"}
        name={name}
        value={option.id}
        {...(locked === undefined ? {} : { checked: isChosen(item, locked, option) })}
      />
      <span>
        <OptionText option={option} />
      </span>
    </label>
  );
  return (
    <>
      {item.kind === "multiple" && <p class="hint">{t.several}</p>}
      {options.map((option) => row(option, "answer"))}
      {reasons.length > 0 && (
        <fieldset class="why">
          <legend>{t.why}</legend>
          {reasons.map((reason) => row(reason, "reason"))}
        </fieldset>
      )}
    </>
  );
}

function NumberField(props: { item: Item; unit: Unit; locked: Answer | null | undefined; t: QuizText }): JSX.Element {
  const { item, unit, locked, t } = props;
  const name = `${item.id}-answer`;
  return (
    <div class="opt number">
      <label for={name} class="vh">
        {format(t.numberLabel, { unit: t.unit[unit] })}
      </label>
      <input
        id={name}
        name="answer"
        type="text"
        inputMode="decimal"
        autocomplete="off"
        maxLength={20}
        aria-describedby={`${name}-hint`}
        {...(locked == null ? {} : { value: String(locked) })}
      />
      <span class="unit" aria-hidden="true">
        {t.unit[unit]}
      </span>
      <span class="hint" id={`${name}-hint`}>
        {["us", "ms", "s", "min"].includes(unit) ? t.numberHint : t.numberHintCount}
      </span>
    </div>
  );
}

/** Events to put in order: two buttons each, which keep the focus while their event moves. */
function Sorter(props: { options: readonly Option[]; locked: Answer | null | undefined; t: QuizText }): JSX.Element {
  const { options, locked, t } = props;
  const [moved, setMoved] = useState(options);
  const [said, say] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const pressed = useRef("");
  useLayoutEffect(() => {
    if (pressed.current) list.current?.querySelector<HTMLElement>(`[data-move="${pressed.current}"]`)?.focus();
    pressed.current = "";
  });
  const given = typeof locked === "object" && locked !== null ? locked : null;
  const shown = given ? given.flatMap((id) => options.find((option) => option.id === id) ?? []) : moved;
  const move = (from: number, by: number): void => {
    const [option, other] = [moved[from], moved[from + by]];
    if (!option || !other) return;
    pressed.current = `${option.id} ${by}`;
    setMoved(moved.map((one, at) => (at === from ? other : at === from + by ? option : one)));
    say(format(t.place, { what: optionInWords(option), n: from + by + 1, count: moved.length }));
  };
  return (
    <>
      <p class="hint">{t.sort}</p>
      <ol class="opts sorter" ref={list}>
        {shown.map((option, at) => (
          <li key={option.id} class="opt">
            <input type="hidden" name="answer" value={option.id} />
            <b aria-hidden="true">{at + 1}</b>
            <span>
              <OptionText option={option} />
            </span>
            <span class="acts">
              {([-1, 1] as const).map((by) => (
                <button
                  key={by}
                  type="button"
                  class="btn"
                  data-move={`${option.id} ${by}`}
                  aria-label={format(by < 0 ? t.earlier : t.later, { what: optionInWords(option) })}
                  aria-disabled={!shown[at + by]}
                  onClick={() => move(at, by)}
                >
                  <svg viewBox="0 0 16 16" aria-hidden="true">
                    <path d={by < 0 ? "M3 10l5-5 5 5" : "M3 6l5 5 5-5"} stroke="currentColor" fill="none" />
                  </svg>
                </button>
              ))}
            </span>
          </li>
        ))}
      </ol>
      <p class="vh" role="status">
        {said}
      </p>
    </>
  );
}

/** Asked before the answer counts. */
export function HowSure({ t, children }: { t: QuizText; children: ComponentChildren }): JSX.Element {
  return (
    <div class="sure">
      <fieldset>
        <legend>{t.howSure}</legend>
        {CONFIDENCE.map((confidence) => (
          <label key={confidence}>
            <input type="radio" name="confidence" value={confidence} />
            {t.confidence[confidence]}
          </label>
        ))}
      </fieldset>
      <span class="acts">{children}</span>
    </div>
  );
}

/** Every option with its feedback; `picked` is the reader's answer, if there was one, `saw` what they saw later. */
export function Reasons(props: {
  item: Item;
  options: readonly Option[];
  reasons?: readonly Option[];
  picked: Answer | null;
  saw?: Answer | null;
  t: QuizText;
}): JSX.Element {
  const { item, options, reasons = [], picked, saw = null, t } = props;
  if (item.kind === "order") return <Places item={item} picked={picked} t={t} />;
  const outside = typeof picked === "number" && chosenOption(item, picked) === null && item.otherwise !== null;
  const row = (option: Option, words: { readonly 0: string; readonly 1: string }): JSX.Element => {
    const mine = isChosen(item, picked, option);
    const label = [
      words[option.right ? 0 : 1],
      mine ? t.yours : item.kind === "multiple" && picked !== null && option.right ? t.missed : "",
      isChosen(item, saw, option) ? t.saw : "",
    ];
    return (
      <Reason
        key={option.id}
        right={option.right}
        picked={mine}
        plain={!mine && words === t.sentence}
        label={label}
        feedback={option.feedback}
      >
        <OptionText option={option} />
        {mine && typeof picked === "number" && <span class="typed">{yourNumber(item, picked, t)}</span>}
      </Reason>
    );
  };
  const words = { 0: t.right, 1: t.wrong };
  return (
    <>
      <ul class="opts">
        {outside && (
          <Reason right={false} picked label={[t.wrong, t.yours]} feedback={item.otherwise ?? ""}>
            {yourNumber(item, picked, t)}
          </Reason>
        )}
        {options.map((option) =>
          row(option, item.kind === "find" ? t.sentence : item.kind === "multiple" ? t.holds : words),
        )}
      </ul>
      {reasons.length > 0 && (
        <>
          <p class="why">{t.why}</p>
          <ul class="opts">{reasons.map((reason) => row(reason, words))}</ul>
        </>
      )}
    </>
  );
}

/** The right order, where the reader had each event, and the likely mix-ups. */
function Places({ item, picked, t }: { item: Item; picked: Answer | null; t: QuizText }): JSX.Element {
  const order = typeof picked === "object" && picked !== null ? picked : null;
  const made = order ? slipsOf(item, order) : [];
  const named = (id: string): string => item.options.find((option) => option.id === id)?.text ?? "";
  return (
    <>
      <ol class="opts">
        {item.options.map((option, at) => {
          const had = order ? order.indexOf(option.id) : at;
          const label = [format(t.placed, { n: at + 1 }), had === at ? "" : format(t.had, { n: had + 1 })];
          return (
            <Reason key={option.id} right={had === at} picked={had !== at} label={label} feedback={option.feedback}>
              <OptionText option={option} />
            </Reason>
          );
        })}
      </ol>
      <p class="why">{t.slips}</p>
      <ul class="opts">
        {(item.slips ?? []).map((slip) => (
          <Reason
            key={`${slip.first} ${slip.then}`}
            right={false}
            picked={made.includes(slip)}
            label={[t.wrong, made.includes(slip) ? t.yours : ""]}
            feedback={slip.feedback}
          >
            <Inline text={format(t.slip, { first: named(slip.first), then: named(slip.then) })} />
          </Reason>
        ))}
      </ul>
    </>
  );
}

function Reason(props: {
  right: boolean;
  picked: boolean;
  /** Neither right nor wrong: a sentence that holds, which nobody took for the wrong one. */
  plain?: boolean;
  /** What stands before the feedback: how it fares, and what the reader had to do with it. */
  label: readonly string[];
  feedback: string;
  children: ComponentChildren;
}): JSX.Element {
  const { right, picked, plain = false, label, feedback, children } = props;
  return (
    <li class={`opt${right ? " correct" : picked ? " picked" : ""}`}>
      <MarkIcon is={right ? "yes" : picked ? "no" : "open"} />
      <div class="what">
        {children}
        <div class="fb">
          <span class={`res ${right ? "v-true" : plain ? "" : "v-false"}`}>{label.filter(Boolean).join(" ")}</span>
          <Inline text={feedback} />
        </div>
      </div>
    </li>
  );
}

function yourNumber(item: Item, value: number, t: QuizText): string {
  return format(t.yourNumber, { value, unit: item.unit === null ? "" : t.unit[item.unit] });
}

/** What stands in the form: the raw answers, the reason ("" if none) and the confidence, null if not said. */
export function readForm(form: HTMLFormElement): {
  readonly answers: readonly string[];
  readonly reason: string;
  readonly confidence: Confidence | null;
} {
  const data = new FormData(form);
  const said = data.get("confidence");
  return {
    answers: data.getAll("answer").map(String),
    reason: String(data.get("reason") ?? ""),
    confidence: CONFIDENCE.find((confidence) => confidence === said) ?? null,
  };
}
