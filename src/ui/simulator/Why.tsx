/** "Why?": the chain of causes, newest first, back to the call or the loss that started it, and on to the beginning. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { brief, type Narration } from "../../views/narrate.ts";
import { causes, origin } from "../../views/causes.ts";
import type { Step } from "../../views/step.ts";
import type { Story } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { Rich } from "./Rich.tsx";

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly t: SimulatorText;
  readonly messages: Narration;
  readonly onJump: (n: number) => void;
}

/** A longer chain has its middle folded; so many stay at either end. */
const WHOLE = 8;
const ENDS = 3;

export function Why({ story, n, t, messages, onJump }: Props): JSX.Element {
  const { led, before } = origin(causes(story, n));
  const long = led.length > WHOLE;
  const list = (steps: readonly Step[]): JSX.Element => (
    <ol>
      {steps.map((step) => (
        <li key={step.n} class={step === led.at(-1) && step.n !== n ? "start" : ""}>
          <button
            type="button"
            class="t"
            aria-label={format(t.table.jump, { n: step.n })}
            onClick={() => onJump(step.n)}
          >
            {clock(step.t)}
          </button>
          <Rich parts={brief(story, step.n, messages)} />
          {step.rule !== null && <code class="rule">{step.rule}</code>}
        </li>
      ))}
    </ol>
  );
  const folded = (key: string, summary: string, steps: readonly Step[]): JSX.Element => (
    // Closed again at every step: what is open belongs to one chain.
    <details key={`${key} ${n}`}>
      <summary>{format(summary, { count: steps.length })}</summary>
      {list(steps)}
    </details>
  );
  return (
    <>
      <h3>{t.panels.whyTitle}</h3>
      {list(long ? led.slice(0, ENDS) : led)}
      {long && folded("middle", t.panels.whyBetween, led.slice(ENDS, -ENDS))}
      {long && list(led.slice(-ENDS))}
      {before.length > 0 && folded("before", before.length === 1 ? t.panels.whyBeforeOne : t.panels.whyBefore, before)}
      {story.steps.every((step) => step.rule === null) && <p class="say">{t.now.recorded}</p>}
    </>
  );
}
