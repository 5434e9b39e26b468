/** The scene as it stands: the last step is now; a reader may look at earlier ones without going back to them. */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { followedOf } from "../../views/connections.ts";
import { form } from "../../views/form.ts";
import { knots } from "../../views/knots.ts";
import type { Narration } from "../../views/narrate.ts";
import { sequence } from "../../views/sequence.ts";
import type { Story } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { Beside } from "../simulator/Beside.tsx";
import { Follow } from "../simulator/Follow.tsx";
import { useWidth } from "../simulator/hooks.ts";
import { moveByKey, usePlay } from "../simulator/moves.ts";
import { Picture } from "../simulator/Picture.tsx";
import { Twin } from "../simulator/StepTable.tsx";
import { type Speed, Transport } from "../simulator/Transport.tsx";

interface Props {
  readonly story: Story;
  readonly t: SimulatorText;
  readonly messages: Narration;
  readonly uid: string;
  /** The connection that is followed, by name, or by its number as a link has it; null: all are shown. */
  readonly follow: string | number | null;
  readonly onFollow: (name: string | null) => void;
}

export function Stage({ story, t, messages, uid, follow, onFollow }: Props): JSX.Element {
  const count = story.steps.length;
  const [looked, setLooked] = useState(count);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<Speed>("normal");
  const [panel, setPanel] = useState("ss0");
  useEffect(() => {
    setLooked(count);
    setPlaying(false);
  }, [story, count]);
  const n = Math.min(Math.max(looked, 1), count);
  const followed = followedOf(story, follow);
  const model = useMemo(
    () => sequence(story, { follow: followed?.id ?? null, knots: knots(story) }),
    [story, followed],
  );
  const width = useWidth() ?? "wide";
  const drawn = useMemo(() => form(model, width), [model, width]);
  const title = format(t.picture.title, { n, count, time: clock(story.steps[n - 1]?.t ?? 0), states: "" }).trimEnd();
  const go = (to: number): void => {
    setLooked(to);
    setPlaying(false);
  };
  // Play stops where the scene stands.
  const { rows } = model;
  const onPlay = useCallback(
    (to: number) => {
      setLooked(to);
      if (to >= count) setPlaying(false);
    },
    [count],
  );
  usePlay(playing, speed, { rows, n }, onPlay);
  const play = (): void => setPlaying(!playing && n < count);
  const onKey = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const to = moveByKey(event, { story, rows, n });
    if (to === "play") play();
    else if (to !== null) go(to);
  };
  return (
    <>
      <Follow {...{ story, n, t, onFollow }} follow={followed?.name ?? null} onGo={go} />
      <div class="sim-body" onKeyDown={onKey}>
        <div class="stage">
          <div
            class="pictures"
            tabIndex={0}
            role="group"
            aria-label={t.picture.focus}
            aria-describedby={`${uid}-hint`}
            onClick={(event) => {
              const marked = (event.target as Element).closest("[data-n]");
              if (marked) go(Number(marked.getAttribute("data-n")));
            }}
          >
            <Picture model={model} form={drawn} n={n} open t={t} title={title} />
          </div>
          <Transport
            {...{ story, rows, n, playing, t, messages, speed }}
            open
            hintId={`${uid}-hint`}
            onGo={go}
            onPlay={play}
            onSpeed={setSpeed}
          />
          <p class="hint" id={`${uid}-hint`}>
            {t.controls.hint}
          </p>
        </div>
        <Beside {...{ story, n, t, messages, uid, panel }} open onPanel={setPanel} onJump={go} />
      </div>
      <Twin {...{ story, n, t, messages }} onJump={go} />
    </>
  );
}
