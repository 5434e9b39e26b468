/** A calculator: four numbers in, one sentence out. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { capacity as strings } from "../../i18n/en/capacity.ts";
import { format } from "../../i18n/format.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { capacity, MAX_PORT, type Supply } from "../../views/capacity.ts";
import { grouped } from "../../views/grouped.ts";

type Field = keyof Supply;
const FIELDS = ["ports", "seconds", "destinations", "sources"] as const satisfies readonly Field[];
const MOST: Readonly<Record<Field, number>> = {
  ports: MAX_PORT,
  seconds: 86_400,
  destinations: 10_000,
  sources: 10_000,
};

function wrong(text: string, field: Field): boolean {
  const number = Number(text);
  return !/^\d+$/.test(text.trim()) || number < 1 || number > MOST[field];
}

/** @param props.start what stands in the fields at first */
export function Capacity({ start, locale }: { readonly start: Supply; readonly locale: Locale }): JSX.Element {
  const t = pick(locale, { en: strings });
  const [texts, setTexts] = useState<Readonly<Record<Field, string>>>({
    ports: String(start.ports),
    seconds: String(start.seconds),
    destinations: String(start.destinations),
    sources: String(start.sources),
  });
  const bad = FIELDS.find((field) => wrong(texts[field], field));
  return (
    <div class="capacity">
      <p>
        <b>{t.title}</b>
      </p>
      <div class="fields">
        {FIELDS.map((field) => (
          <label key={field}>
            <span>{t.fields[field]}</span>
            <input
              type="number"
              inputMode="numeric"
              min={1}
              max={MOST[field]}
              step={1}
              value={texts[field]}
              aria-invalid={wrong(texts[field], field)}
              onInput={({ currentTarget: { value } }) => setTexts((before) => ({ ...before, [field]: value }))}
            />
          </label>
        ))}
      </div>
      <p class="cap">{t.hint}</p>
      <div class="result" role="status">
        {bad ? (
          <p>{format(t.invalid, { field: t.fields[bad], most: grouped(MOST[bad]) })}</p>
        ) : (
          <Result
            supply={{
              ports: Number(texts.ports),
              seconds: Number(texts.seconds),
              destinations: Number(texts.destinations),
              sources: Number(texts.sources),
            }}
            t={t}
          />
        )}
      </div>
    </div>
  );
}

function Result({ supply, t }: { readonly supply: Supply; readonly t: typeof strings }): JSX.Element {
  const { combinations, perSecond, firstHalf } = capacity(supply);
  const sentence = perSecond === 0 ? t.result.less : perSecond === 1 ? t.result.one : t.result.many;
  const values = { combinations: grouped(combinations), seconds: grouped(supply.seconds), n: grouped(perSecond) };
  return (
    <>
      <p>
        <b>{format(sentence, values)}</b>
      </p>
      {firstHalf > 0 && <p>{format(t.half, { n: grouped(firstHalf) })}</p>}
    </>
  );
}
