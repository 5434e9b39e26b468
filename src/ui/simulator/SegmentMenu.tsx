/** What may happen to the segment that was picked: a short row of buttons beside it. */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { parseDuration } from "../../experiment/duration.ts";
import { refuseAct } from "../../experiment/interventions.ts";
import type { ChangesText } from "../../i18n/en/changes.ts";
import { format } from "../../i18n/format.ts";
import { refusalText } from "../../views/change-text.ts";
import { segmentLabel, type SegmentView } from "../../views/segments.ts";
import type { FaultSpec } from "../../experiment/canonical.ts";

interface Props {
  readonly segment: SegmentView;
  /** When it was sent, microseconds. */
  readonly time: number;
  /** Where in the picture it stands, 0 to 1. */
  readonly at: number;
  readonly t: ChangesText;
  readonly onAct: (act: FaultSpec["act"]) => void;
  readonly onHeader: () => void;
  readonly onClose: () => void;
}

export function SegmentMenu({ segment, time, at, t, onAct, onHeader, onClose }: Props): JSX.Element {
  const [by, setBy] = useState("500ms");
  const [wrong, setWrong] = useState("");
  const root = useRef<HTMLDivElement>(null);
  const label = format(t.segment.label, { segment: segmentLabel(segment, false), host: segment.from });
  useLayoutEffect(() => {
    root.current?.querySelector<HTMLElement>(".btn")?.focus({ preventScroll: true });
  }, [segment]);
  useLayoutEffect(() => {
    // All of it, what is wrong too, above what is docked at the bottom of a phone.
    root.current?.scrollIntoView({ block: "nearest", behavior: "instant" });
  }, [segment, wrong]);

  const act = (kind: "delay" | "hold" | "duplicate"): void => {
    const span = parseDuration(by.replace(/\s/g, ""));
    if (span === null) {
      setWrong(refusalText({ code: "bad-time", values: { text: by } }, t));
      return;
    }
    const made: FaultSpec["act"] =
      kind === "delay"
        ? { do: kind, by: span }
        : kind === "hold"
          ? { do: kind, release: time + span }
          : { do: kind, after: span };
    const refusal = refuseAct(made);
    if (refusal) setWrong(refusalText(refusal, t));
    else onAct(made);
  };
  const onKey = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    event.stopPropagation();
    if (event.key === "Escape") onClose();
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (move === undefined || (event.target as Element).matches("input")) return;
    event.preventDefault();
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button, input")];
    const i = all.indexOf(document.activeElement as HTMLElement);
    all[(i + move + all.length) % all.length]?.focus();
  };
  return (
    <div
      class="seg-menu"
      role="group"
      aria-label={label}
      ref={root}
      style={{ top: `${at * 100}%` }}
      onKeyDown={onKey}
      onClick={(event) => event.stopPropagation()}
    >
      <p>{label}</p>
      <button class="text" type="button" onClick={onClose}>
        {t.close}
      </button>
      <button class="btn" type="button" onClick={() => onAct({ do: "drop" })}>
        {t.segment.drop}
      </button>
      <button class="btn" type="button" onClick={() => act("delay")}>
        {t.segment.delay}
      </button>
      <button class="btn" type="button" onClick={() => act("hold")}>
        {t.segment.hold}
      </button>
      <button class="btn" type="button" onClick={() => act("duplicate")}>
        {t.segment.duplicate}
      </button>
      <label>
        {t.segment.by} <input type="text" size={6} value={by} onInput={(event) => setBy(event.currentTarget.value)} />
      </label>
      <button class="text" type="button" onClick={onHeader}>
        {t.segment.header}
      </button>
      {wrong !== "" && <p role="alert">{wrong}</p>}
    </div>
  );
}
