/** The futures of a run: which there are, where they part, and the life of one socket in each, to one true scale. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ChangesText } from "../../i18n/en/changes.ts";
import { format } from "../../i18n/format.ts";
import { branchText, lifeText } from "../../views/change-text.ts";
import { type Life, life, livedUntil, tellingSocket } from "../../views/lives.ts";
import { brief, type Narration, plain } from "../../views/narrate.ts";
import type { Parting } from "../../views/parting.ts";
import { STATE_LOOKS } from "../../views/states.ts";
import type { Story } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { type Branch, openBranch } from "./model.ts";

interface Props {
  readonly branches: readonly Branch[];
  readonly branch: number;
  readonly beside: number | null;
  /** The moment that is shown, microseconds. */
  readonly time: number;
  /** What lies ahead may be shown. */
  readonly open: boolean;
  readonly t: ChangesText;
  readonly messages: Narration;
  readonly uid: string;
  /** A word under the strip about the last change. */
  readonly remark: string;
  /** The experiment with the changes in it, as a file. */
  readonly onFile: () => void;
  readonly onSwitch: (branch: number) => void;
  readonly onBeside: (branch: number | null) => void;
}

export function Branches(props: Props): JSX.Element {
  const { branches, branch, beside, time, open, t, messages, uid, remark, onFile, onSwitch, onBeside } = props;
  const shown = openBranch(props);
  const against = shown.left ? shown.left.branch : branches.length - 1;
  const other = branches[against] ?? shown;
  const sock = useMemo(() => tellingSocket(other.story.run, shown.story.run), [other, shown]);
  const whole = useMemo(() => branches.map(({ story }) => sock && life(story.run, sock)), [branches, sock]);
  const lives = open ? whole : whole.map((one) => one && livedUntil(one, time));
  const end = Math.max(...lives.flatMap((one) => (one ? one.stretches.map(({ to }) => to) : [0])), 1);
  const { left, story } = shown;
  return (
    <div class="fork">
      <p class="parted" role="status">
        {left && partingText(left, story, t, messages)}{" "}
        {shown.stopped !== null &&
          format(t.stopped, { time: clock(story.run.events.at(-1)?.t ?? 0), reason: shown.stopped })}{" "}
        {remark}
      </p>
      <fieldset>
        <legend class="vh">{t.choose}</legend>
        {branches.map((one, i) => {
          const lived = lives[i];
          return (
            <label key={i} class={`future${i === branch ? " picked" : ""}`}>
              <input type="radio" name={`${uid}-branch`} checked={i === branch} onChange={() => onSwitch(i)} />
              <span class="name">{branchText(one.changes, t)}</span>
              {lived && (
                <>
                  <Bar life={lived} end={end} now={i === branch ? time : null} parts={one.left?.t ?? null} />
                  <span class="lived">{lifeText(lived, t)}</span>
                </>
              )}
            </label>
          );
        })}
      </fieldset>
      {sock !== null && (
        <p class="scale" aria-hidden="true">
          <span>0</span>
          <span>{clock(end / 2)}</span>
          <span>{clock(end)} s</span>
        </p>
      )}
      <p class="acts">
        <button
          type="button"
          class="btn pair"
          aria-pressed={beside !== null}
          onClick={() => onBeside(beside === null ? (branch === against ? 0 : against) : null)}
        >
          {beside === null ? t.sideBySide : t.oneOnly}
        </button>
        {shown.changes.length > 0 && (
          <button type="button" class="text" onClick={onFile}>
            {t.file}
          </button>
        )}
      </p>
    </div>
  );
}

function partingText({ t, step, numbers }: Parting, story: Story, said: ChangesText, messages: Narration): string {
  if (t === null) return numbers ? said.equalButNumbers : said.equal;
  if (step === null) return format(said.equalLonger, { step: story.steps.length, time: clock(t) });
  const what = plain(brief(story, step, messages));
  return format(said.equalTo, { step: step - 1, time: clock(t), what });
}

const WIDE = 1000;

function Bar({
  life: { stretches },
  end,
  now,
  parts,
}: {
  life: Life;
  end: number;
  now: number | null;
  parts: number | null;
}): JSX.Element {
  const x = (t: number): number => Math.round((Math.min(t, end) / end) * WIDE);
  const fixed = { "vector-effect": "non-scaling-stroke" } as const;
  return (
    <svg class="bar" viewBox={`0 0 ${WIDE} 24`} preserveAspectRatio="none" aria-hidden="true">
      <path class="track" d={`M0 12H${WIDE}`} {...fixed} />
      {stretches.map(({ state, from, to }) => (
        <rect
          key={from}
          class={`st-${STATE_LOOKS[state].code}`}
          x={x(from)}
          width={Math.max(x(to) - x(from), 2)}
          y="4"
          height="16"
          {...fixed}
        />
      ))}
      {parts !== null && <path class="parts" d={`M${x(parts)} 0V24`} {...fixed} />}
      {now !== null && <path class="head" d={`M${x(now)} 0V24`} {...fixed} />}
    </svg>
  );
}
