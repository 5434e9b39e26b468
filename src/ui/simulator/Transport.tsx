/** The controls, in fixed order and width, and the scrubber with a tick for every step. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { narrate, type Narration } from "../../views/narrate.ts";
import { STATE_LOOKS } from "../../views/states.ts";
import { neighbour, type Row } from "../../views/sequence.ts";
import { nextLandmark, type Story } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { told } from "./moves.ts";
import { Rich } from "./Rich.tsx";

interface Props {
  readonly story: Story;
  readonly rows: readonly Row[];
  readonly n: number;
  readonly open: boolean;
  readonly playing: boolean;
  readonly t: SimulatorText;
  readonly messages: Narration;
  readonly hintId: string;
  readonly onGo: (n: number) => void;
  readonly onPlay: () => void;
  readonly speed: Speed;
  readonly onSpeed: (speed: Speed) => void;
}

export const SPEEDS = ["slow", "normal", "fast"] as const;
/** How fast Play goes. */
export type Speed = (typeof SPEEDS)[number];
/** How long a step stays, milliseconds. */
export const STEP_MS: Readonly<Record<Speed, number>> = { slow: 2000, normal: 900, fast: 300 };

export function Transport({
  story,
  rows,
  n,
  open,
  playing,
  t,
  messages,
  hintId,
  onGo,
  onPlay,
  speed,
  onSpeed,
}: Props): JSX.Element {
  const { steps } = story;
  const count = steps.length;
  const step = steps[n - 1];
  const change = nextLandmark(story, n, "change", 1, told(rows));
  const segment = nextLandmark(story, n, "segment", 1, told(rows));
  const { controls } = t;
  return (
    <div class="transport" role="group" aria-label={controls.group} aria-describedby={hintId}>
      <p class="dock" aria-hidden="true">
        <b>
          {n}
          {open && `/${count}`}
        </b>{" "}
        {step && `${clock(step.t)} s `}
        <Rich parts={narrate(story, n, messages).what} />
      </p>
      <div class="keys">
        <button class="btn" type="button" disabled={n <= 1} onClick={() => onGo(1)}>
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <path d="M2.5 2v10M12 2v10L5 7Z" fill="currentColor" stroke="currentColor" stroke-width="1.2" />
          </svg>
          {controls.start}
        </button>
        <button class="btn" type="button" disabled={n <= 1} onClick={() => onGo(neighbour(rows, n, -1))}>
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <path d="M10 2v10L3 7Z" fill="currentColor" />
          </svg>
          {controls.back}
        </button>
        <button class="btn main" type="button" disabled={n >= count} onClick={() => onGo(neighbour(rows, n, 1))}>
          {controls.step}
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <path d="M4 2v10l7-5Z" fill="currentColor" />
          </svg>
        </button>
        <button
          class="btn play"
          type="button"
          aria-pressed={playing}
          disabled={n >= count && !playing}
          onClick={onPlay}
        >
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <path d={playing ? "M3 2h3v10H3ZM8 2h3v10H8Z" : "M2 2v10l5-5ZM7.5 2v10l5-5Z"} fill="currentColor" />
          </svg>
          {playing ? controls.pause : controls.play}
        </button>
        <button
          class="btn wide-b"
          type="button"
          disabled={change === null && (open || n >= count)}
          onClick={() => onGo(change?.n ?? count)}
        >
          {!open
            ? controls.nextChange
            : change === null
              ? controls.noChange
              : format(controls.nextChangeAt, { host: change.host, time: clock(change.t) })}
        </button>
      </div>
      <div class="scrub">
        <Ticks story={story} n={n} open={open} />
        <input
          type="range"
          min="1"
          max={count}
          step="1"
          value={n}
          aria-label={controls.scrub}
          aria-valuetext={format(controls.scrubValue, { n, count, time: clock(step?.t ?? 0) })}
          onInput={(event) => onGo(Number(event.currentTarget.value))}
        />
        <div class="lab" aria-hidden="true">
          <span>{controls.zero}</span>
          <span class="n">{format(controls.time, { time: clock(step?.t ?? 0) })}</span>
          <span>{open ? format(controls.time, { time: clock(steps.at(-1)?.t ?? 0) }) : ""}</span>
        </div>
      </div>
      <div class="also">
        <button
          type="button"
          class="text"
          disabled={segment === null && (open || n >= count)}
          onClick={() => onGo(segment?.n ?? count)}
        >
          {controls.nextSegment}
        </button>
        <label>
          {controls.speed}
          <select value={speed} onChange={(event) => onSpeed(event.currentTarget.value as Speed)}>
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {controls.speeds[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </div>
  );
}

function Ticks({ story, n, open }: Pick<Props, "story" | "n" | "open">): JSX.Element {
  const { steps } = story;
  const at = (step: number): number => (steps.length < 2 ? 0 : ((step - 1) / (steps.length - 1)) * 1000);
  const fixed = { "vector-effect": "non-scaling-stroke" } as const;
  return (
    <svg viewBox="0 0 1000 32" preserveAspectRatio="none" aria-hidden="true">
      <path class="track" d="M0 16H1000" {...fixed} />
      <path class="past" d={`M0 16H${at(n)}`} {...fixed} />
      {steps.map((step) => {
        const to = step.changes.at(-1)?.to;
        const hidden = step.n > n && !open;
        return to && !hidden ? (
          <path key={step.n} class={`change st-${STATE_LOOKS[to].code}`} d={`M${at(step.n)} 5V27`} {...fixed} />
        ) : (
          <path key={step.n} class="track" d={`M${at(step.n)} 11V21`} {...fixed} />
        );
      })}
    </svg>
  );
}
