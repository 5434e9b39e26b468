/** Moving in time by the keys, the same wherever a run can be stepped through. */
import type { TargetedKeyboardEvent } from "preact";
import { useEffect } from "preact/hooks";
import { neighbour, type Row } from "../../views/sequence.ts";
import { type Landmark, nextLandmark, type Story } from "../../views/steps.ts";
import { type Speed, STEP_MS } from "./Transport.tsx";

export interface Place {
  readonly story: Story;
  /** Of the picture: which steps are told. */
  readonly rows: readonly Row[];
  readonly n: number;
}

const LANDMARKS: Readonly<Record<string, Landmark>> = { s: "segment", c: "change" };
/** Places that want these keys for themselves. */
const TYPES = "input:not([type=radio], [type=range]), select, textarea";
const MOVES_ITSELF = "input[type=radio], input[type=range], [role=tab], .scroll, pre, select, input[type=text]";

/** What a key asks for: a step, "play" for the space bar, null for nothing of ours. The key is then used up. */
export function moveByKey(event: TargetedKeyboardEvent<HTMLElement>, place: Place): number | "play" | null {
  const { story, rows, n } = place;
  const target = event.target as HTMLElement;
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  const landmark = LANDMARKS[event.key.toLowerCase()];
  if (landmark) {
    if (target.matches(TYPES)) return null;
    event.preventDefault();
    return nextLandmark(story, n, landmark, event.shiftKey ? -1 : 1, told(rows))?.n ?? null;
  }
  if (event.shiftKey) return null;
  if (event.key === " " && !target.matches(`button, a, summary, ${TYPES}, input[type=radio]`)) {
    event.preventDefault();
    return "play";
  }
  const to = {
    ArrowRight: neighbour(rows, n, 1),
    ArrowLeft: neighbour(rows, n, -1),
    Home: 1,
    End: story.steps.length,
  }[event.key];
  if (to === undefined || target.matches(MOVES_ITSELF)) return null;
  event.preventDefault();
  return to;
}

/** Whether a step is told, for a picture that follows one connection. */
export function told(rows: readonly Row[]): (n: number) => boolean {
  return (n) => rows[n - 1]?.folded !== true;
}

/** While it plays, a step every so often. */
export function usePlay(
  playing: boolean,
  speed: Speed,
  { rows, n }: Pick<Place, "rows" | "n">,
  go: (n: number) => void,
): void {
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => go(neighbour(rows, n, 1)), STEP_MS[speed]);
    return () => clearInterval(timer);
  }, [playing, n, rows, go, speed]);
}
