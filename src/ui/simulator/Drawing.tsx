/**
 * The picture of a run and what lies over it: the menu of a segment, the line where two futures part, and the other of
 * them beside it. A click leads to what was clicked.
 */
import type { JSX, TargetedMouseEvent } from "preact";
import { useMemo } from "preact/hooks";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { form } from "../../views/form.ts";
import type { Sequence } from "../../views/sequence.ts";
import type { Story } from "../../views/steps.ts";
import { type Model, openBranch, timeOf } from "./model.ts";
import { Picture } from "./Picture.tsx";
import type { Changes } from "./use-changes.ts";

interface Props {
  readonly state: Model;
  readonly story: Story;
  readonly model: Sequence;
  readonly open: boolean;
  /** How much of the picture's height is laid out. */
  readonly room: number;
  /** Which form is drawn; null: both, and styles choose. */
  readonly width: "wide" | "narrow" | null;
  /** Index of the branch drawn beside it; null: none. */
  readonly beside: number | null;
  readonly title: string;
  readonly hintId: string;
  readonly changes: Changes;
  /** The segment whose menu is open. */
  readonly picked: number | null;
  readonly t: SimulatorText;
  readonly onGo: (n: number) => void;
  readonly onPick: (seg: number | null) => void;
  readonly onLeave: () => void;
  readonly onHeader: () => void;
}

export function Drawing(props: Props): JSX.Element {
  const { state, story, model, open, room, width, beside, title, hintId, changes, picked, t } = props;
  const { onGo, onPick, onLeave, onHeader } = props;
  const { n, world } = state;
  const { tools } = changes;
  const forms = useMemo(() => [form(model, "wide"), form(model, "narrow")] as const, [model]);
  const shown = openBranch(state);
  const other = beside === null ? undefined : state.branches[beside];
  const fits = other ? "narrow" : width;
  const segment = picked === null ? undefined : story.segments.get(picked);
  const flight = model.flights.find(({ segment: one }) => one.seg === picked);

  const rowAt = (event: MouseEvent): number | null => {
    const svg = (event.target as Element).closest("svg");
    if (!svg) return null;
    const box = svg.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * room;
    const rows = model.rows.filter((row) => open || row.n <= n);
    return rows.reduce<number | null>((best, row) => {
      const nearer = rows.find((r) => r.n === best);
      return !nearer || Math.abs(row.now - y) < Math.abs(nearer.now - y) ? row.n : best;
    }, null);
  };
  const onPicture = (event: TargetedMouseEvent<HTMLElement>): void => {
    const marked = (event.target as Element).closest("[data-n]");
    const to = marked ? Number(marked.getAttribute("data-n")) : rowAt(event);
    if (to !== null) onGo(to);
    const seg = (event.target as Element).closest("[data-seg]")?.getAttribute("data-seg");
    onPick(seg == null ? null : Number(seg));
  };

  return (
    <>
      <div class="mine">
        {tools && changes.t && other && <p class="branch-name">{tools.branchText(shown.changes, changes.t)}</p>}
        {/* Focus on the picture is how a mouse user comes to the keys; the controls below do the same. */}
        <div
          class="pictures"
          tabIndex={0}
          role="group"
          aria-label={t.picture.focus}
          aria-describedby={hintId}
          onClick={onPicture}
        >
          {forms.map((one) =>
            fits === null || one.name === fits ? (
              <Picture key={one.name} {...{ model, n, open, t, title }} form={one} height={room} />
            ) : null,
          )}
          {tools && changes.t && world === "engine" && (
            <tools.Parting
              model={{ ...model, height: room }}
              step={shown.left?.step ?? null}
              until={open ? null : n}
              t={changes.t}
            />
          )}
          {tools && changes.t && segment && flight && (
            <tools.SegmentMenu
              segment={segment}
              time={story.run.events[segment.sent]?.t ?? 0}
              at={flight.y1 / room}
              t={changes.t}
              onAct={(act) => {
                onLeave();
                changes.meet(segment.seg, act);
              }}
              onHeader={() => {
                onLeave();
                onHeader();
              }}
              onClose={onLeave}
            />
          )}
        </div>
      </div>
      {tools && changes.t && other && (
        <tools.Other branch={other} time={timeOf(state)} {...{ shown, n, open }} t={changes.t} simulator={t} />
      )}
    </>
  );
}
