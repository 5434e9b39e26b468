/** The other future, drawn beside the one that is open, at the same moment; and the line where the two part. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ChangesText } from "../../i18n/en/changes.ts";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { branchText } from "../../views/change-text.ts";
import { parting } from "../../views/parting.ts";
import { form } from "../../views/form.ts";
import { knots } from "../../views/knots.ts";
import { sequence, type Sequence } from "../../views/sequence.ts";
import { type Branch, nearest } from "./model.ts";
import { Picture } from "./Picture.tsx";

interface PartingProps {
  readonly model: Sequence;
  readonly step: number | null;
  /** Nothing below this step is drawn yet; null: everything is. */
  readonly until: number | null;
  readonly t: ChangesText;
}

/** A line across the picture at the first step that differs. */
export function Parting({ model, step, until, t }: PartingProps): JSX.Element | null {
  const row = step === null ? undefined : model.rows[step - 1];
  if (!row || (until !== null && row.n > until)) return null;
  const y = row.now - 12;
  const side = writtenOver(model, model.hosts.length - 1, y) && !writtenOver(model, 0, y) ? " left" : "";
  return (
    <p class={`parting${side}`} style={{ top: `${(y / model.height) * 100}%` }}>
      <span>{t.parts}</span>
    </p>
  );
}

/** Whether words of a host stand where the line has its own: just above it. */
function writtenOver({ bands, marks }: Sequence, host: number, y: number): boolean {
  return (
    bands.some((band) => band.host === host && band.y0 < y && band.y0 + 18 + 13 * band.subs.length > y - 17) ||
    marks.some((mark) => mark.host === host && mark.y < y + 10 && mark.y > y - 22)
  );
}

interface Props {
  readonly branch: Branch;
  /** The one that is open. */
  readonly shown: Branch;
  readonly time: number;
  readonly n: number;
  readonly open: boolean;
  readonly t: ChangesText;
  readonly simulator: SimulatorText;
}

export function Other({ branch, shown, time, n, open, t, simulator }: Props): JSX.Element {
  const { story } = branch;
  const model = useMemo(() => sequence(story, { knots: knots(story) }), [story]);
  const narrow = useMemo(() => form(model, "narrow"), [model]);
  const { step } = useMemo(() => parting(shown.story, story), [shown, story]);
  const at = nearest(story, time, Math.min(n, story.steps.length));
  const name = branchText(branch.changes, t);
  return (
    <div class="other">
      <p class="branch-name">{name}</p>
      <div class="drawn">
        <Picture model={model} form={narrow} n={at} open={open} t={simulator} title={name} />
        <Parting model={model} step={step} until={open ? null : at} t={t} />
      </div>
    </div>
  );
}
