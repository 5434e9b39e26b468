/** The scene as it stands: the last step is now; a reader may look at earlier ones without going back to them. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Narration } from "../../views/narrate.ts";
import { form } from "../../views/form.ts";
import { sequence } from "../../views/sequence.ts";
import type { Story } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { Beside } from "../simulator/Beside.tsx";
import { useWidth } from "../simulator/hooks.ts";
import { Picture } from "../simulator/Picture.tsx";
import { Twin } from "../simulator/StepTable.tsx";

interface Props {
  readonly story: Story;
  readonly t: SimulatorText;
  readonly messages: Narration;
  readonly uid: string;
}

export function Stage({ story, t, messages, uid }: Props): JSX.Element {
  const count = story.steps.length;
  const [looked, setLooked] = useState(count);
  const [panel, setPanel] = useState("ss0");
  useEffect(() => setLooked(count), [story, count]);
  const n = Math.min(Math.max(looked, 1), count);
  const model = useMemo(() => sequence(story), [story]);
  const width = useWidth() ?? "wide";
  const drawn = useMemo(() => form(model, width), [model, width]);
  const title = format(t.picture.title, { n, count, time: clock(story.steps[n - 1]?.t ?? 0), states: "" }).trimEnd();
  return (
    <>
      <div class="sim-body">
        <div class="stage">
          <div
            class="pictures"
            tabIndex={0}
            role="group"
            aria-label={t.picture.focus}
            onClick={(event) => {
              const marked = (event.target as Element).closest("[data-n]");
              if (marked) setLooked(Number(marked.getAttribute("data-n")));
            }}
            onKeyDown={(event) => {
              const to = { ArrowRight: n + 1, ArrowLeft: n - 1, Home: 1, End: count }[event.key];
              if (to === undefined) return;
              event.preventDefault();
              setLooked(to);
            }}
          >
            <Picture model={model} form={drawn} n={n} open t={t} title={title} />
          </div>
        </div>
        <Beside {...{ story, n, t, messages, uid, panel }} open onPanel={setPanel} onJump={setLooked} />
      </div>
      <Twin {...{ story, n, t, messages }} onJump={setLooked} />
    </>
  );
}
