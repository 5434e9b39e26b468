/**
 * The run without a script: every step as a table, above it the picture at the last step. A long run has the table
 * only, and the ring of threads it ends in.
 */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Narration } from "../../views/narrate.ts";
import { form } from "../../views/form.ts";
import { knots } from "../../views/knots.ts";
import { sequence } from "../../views/sequence.ts";
import type { Run } from "../../views/snapshot.ts";
import { story as tell } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { MOST_PICTURED, MOST_STEPS } from "./model.ts";
import { Picture } from "./Picture.tsx";
import { Cycle } from "./RingShape.tsx";
import { StepTable } from "./StepTable.tsx";

interface Props {
  readonly title: string;
  readonly run: Run;
  readonly t: SimulatorText;
  readonly messages: Narration;
  /** How many steps the table tells. */
  readonly most?: number;
}

export function Still({ title, run, t, messages, most = MOST_STEPS }: Props): JSX.Element {
  const story = tell(run, most);
  const tied = knots(story);
  const model = sequence(story, { knots: tied });
  const last = tied.at(-1);
  const n = story.steps.length;
  const label = format(t.picture.title, { n, count: n, time: clock(story.steps.at(-1)?.t ?? 0), states: "" }).trimEnd();
  return (
    <figure class="sim still">
      <div class="sim-head">
        <h2>{format(t.run, { title })}</h2>
      </div>
      <div class="still-body">
        {n <= MOST_PICTURED ? (
          <Picture model={model} form={form(model, "narrow")} n={n} open t={t} title={label} />
        ) : (
          last?.lasts && <Cycle names={last.ring} t={t} />
        )}
        <details class="twin" open>
          <summary>{t.table.summary}</summary>
          <StepTable story={story} n={null} t={t} messages={messages} />
        </details>
      </div>
    </figure>
  );
}
