/** Pieces that questions and predictions share. */
import type { ComponentChildren, JSX } from "preact";
import { format } from "../../i18n/format.ts";
import type { QuizText } from "../../i18n/en/quiz.ts";
import { parseInline } from "../../quiz/inline.ts";
import { type Answer, CONFIDENCE, type Confidence, type HostStates, type Item, type Option } from "../../quiz/model.ts";
import { STATE_LOOKS } from "../../views/states.ts";

/** Text with `code` and state names, which stay on one line. */
export function Inline({ text }: { text: string }): JSX.Element {
  return (
    <>
      {parseInline(text).map((piece) =>
        piece.as === "code" ? (
          <code>{piece.text}</code>
        ) : piece.as === "state" ? (
          <span class="nb">{piece.text}</span>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

/** The states of both ends, as chips. */
function Hosts({ hosts }: { hosts: HostStates }): JSX.Element {
  return (
    <span class="ends">
      {Object.entries(hosts).map(([host, state]) => (
        <span key={host} class="end">
          <b>{host}</b>{" "}
          <span class={`st st-${STATE_LOOKS[state].code}`}>
            <svg class="g" aria-hidden="true">
              <use href={`#g-${STATE_LOOKS[state].code}`} />
            </svg>
            {state}
          </span>{" "}
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

/** An option in plain words, for live regions. */
export function optionInWords(option: Option): string {
  const ends = Object.entries(option.hosts ?? {}).map(([host, state]) => `${host} ${state}`);
  return [...ends, option.text.replaceAll("`", "")].filter(Boolean).join(", ");
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
 * The ways to answer: options, or a number. Uncontrolled, so that a click before the script runs
 * counts; `locked` shows an answer that was given (null: skipped) instead.
 */
export function Choices(props: {
  item: Item;
  options: readonly Option[];
  locked?: Answer | null | undefined;
  t: QuizText;
}): JSX.Element {
  const { item, options, locked, t } = props;
  const name = `${item.id}-answer`;
  if (item.unit !== null)
    return (
      <div class="opt number">
        <label for={name} class="vh">
          {format(t.numberLabel, { unit: t.unit[item.unit] })}
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
          {t.unit[item.unit]}
        </span>
        <span class="hint" id={`${name}-hint`}>
          {["us", "ms", "s", "min"].includes(item.unit) ? t.numberHint : t.numberHintCount}
        </span>
      </div>
    );
  return (
    <>
      {options.map((option) => (
        <label key={option.id} class="opt">
          <input
            type="radio"
            name="answer"
            value={option.id}
            {...(locked === undefined ? {} : { checked: locked === option.id })}
          />
          <span>
            <OptionText option={option} />
          </span>
        </label>
      ))}
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

/** Every option with its reason; `picked` is the reader's answer, if there was one. */
export function Reasons(props: {
  item: Item;
  options: readonly Option[];
  picked: Answer | null;
  t: QuizText;
}): JSX.Element {
  const { item, options, picked, t } = props;
  const isPicked = ({ id, range }: Option): boolean =>
    range === null ? id === picked : typeof picked === "number" && picked >= range.from && picked < range.to;
  const outside = typeof picked === "number" && !options.some(isPicked) && item.otherwise !== null;
  return (
    <ul class="opts">
      {outside && (
        <Reason right={false} picked feedback={item.otherwise ?? ""} t={t}>
          {yourNumber(item, picked, t)}
        </Reason>
      )}
      {options.map((option) => (
        <Reason key={option.id} right={option.right} picked={isPicked(option)} feedback={option.feedback} t={t}>
          <OptionText option={option} />
          {isPicked(option) && typeof picked === "number" && <span class="typed">{yourNumber(item, picked, t)}</span>}
        </Reason>
      ))}
    </ul>
  );
}

function Reason(props: {
  right: boolean;
  picked: boolean;
  feedback: string;
  t: QuizText;
  children: ComponentChildren;
}): JSX.Element {
  const { right, picked, feedback, t, children } = props;
  return (
    <li class={`opt${right ? " correct" : picked ? " picked" : ""}`}>
      <MarkIcon is={right ? "yes" : picked ? "no" : "open"} />
      <div class="what">
        {children}
        <div class="fb">
          <span class={`res ${right ? "v-true" : "v-false"}`}>
            {right ? t.right : t.wrong}
            {picked && ` ${t.yours}`}
          </span>
          <Inline text={feedback} />
        </div>
      </div>
    </li>
  );
}

function yourNumber(item: Item, value: number, t: QuizText): string {
  return format(t.yourNumber, { value, unit: item.unit === null ? "" : t.unit[item.unit] });
}

/** What stands in the form: the raw answer ("" if none) and the confidence, null if not said. */
export function readForm(form: HTMLFormElement): { readonly answer: string; readonly confidence: Confidence | null } {
  const data = new FormData(form);
  const said = data.get("confidence");
  return {
    answer: String(data.get("answer") ?? ""),
    confidence: CONFIDENCE.find((confidence) => confidence === said) ?? null,
  };
}
