/**
 * The state diagram, laid out by hand and wired from the engine's transition table: figure 5 of RFC 9293, and of what
 * Linux adds only the ways that a run has taken. The end that closes first goes down on the left, the other on the right.
 */
import { TRANSITIONS, type TransitionEvent } from "../engine/tcp/transitions.ts";
import type { State } from "../engine/trace.ts";
import type { Story } from "./steps.ts";

export interface Box {
  readonly state: State;
  /** Centre. */
  readonly x: number;
  readonly y: number;
  /** Sockets in this state now, "A", or "A1" where a host has several. */
  readonly here: readonly string[];
  readonly visited: boolean;
}

export interface Way {
  readonly from: State;
  readonly to: State;
  readonly events: readonly TransitionEvent[];
  /** Points from box to box. */
  readonly points: readonly (readonly [number, number])[];
  /** Where its label stands, and which end of the text is there. */
  readonly label: readonly [number, number];
  readonly anchor: "start" | "middle" | "end";
  /** Taken before the present step; taken in it. */
  readonly taken: boolean;
  readonly now: boolean;
  /** Not in figure 5. */
  readonly beyond: boolean;
}

export const BOX = { width: 120, height: 26 } as const;
export const SIZE = { width: 860, height: 470 } as const;

/** Centres. CLOSED stands at the top and once more at the bottom, where connections end. */
const CENTRES: Readonly<Record<State, readonly [number, number]>> = {
  CLOSED: [430, 24],
  LISTEN: [190, 24],
  "SYN-SENT": [670, 92],
  "SYN-RECEIVED": [190, 92],
  ESTABLISHED: [430, 160],
  "FIN-WAIT-1": [190, 228],
  "CLOSE-WAIT": [670, 228],
  "FIN-WAIT-2": [190, 304],
  CLOSING: [430, 304],
  "LAST-ACK": [670, 304],
  "TIME-WAIT": [310, 380],
};
const END: readonly [number, number] = [670, 440];

/** Where lines to the end run down, left and right of all boxes. */
const LEFT = 12;
const RIGHT = SIZE.width - 12;

/** The way from state to state, bent where a straight line would run through a box. */
function route(from: State, to: State): Way["points"] {
  const [x0, y0] = CENTRES[from];
  const [x1, y1] = CENTRES[to];
  const half = BOX.width / 2;
  const low = BOX.height / 2;
  if (to === "CLOSED") return toEnd(from);
  if (from === "CLOSED" && to === "LISTEN")
    return [
      [x0 - half, y0 - 5],
      [x1 + half, y1 - 5],
    ];
  const side = x1 > x0 ? 1 : -1;
  if (y0 === y1)
    return [
      [x0 + side * half, y0],
      [x1 - side * half, y1],
    ];
  if (x0 === x1)
    return [
      [x0, y0 + low],
      [x1, y1 - low],
    ];
  return [
    [x0 + side * (from === "CLOSING" ? 20 : 36), y0 + low],
    [x1 - side * 20, y1 - low],
  ];
}

/** The ways to CLOSED: back to the top before a connection was open, to the bottom afterwards. */
function toEnd(from: State): Way["points"] {
  const [x0, y0] = CENTRES[from];
  const [top, y] = CENTRES.CLOSED;
  const [x1, y1] = END;
  const half = BOX.width / 2;
  const low = BOX.height / 2;
  switch (from) {
    case "LISTEN":
      return [
        [x0 + half, y0 + 5],
        [top - half, y + 5],
      ];
    case "SYN-SENT":
      return [
        [x0 + 30, y0 - low],
        [x0 + 30, y],
        [top + half, y],
      ];
    case "LAST-ACK":
      return [
        [x0, y0 + low],
        [x1, y1 - low],
      ];
    case "CLOSING":
    case "TIME-WAIT":
      return [
        [x0, y0 + low],
        [x0, y1],
        [x1 - half, y1],
      ];
    case "SYN-RECEIVED":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
      return [
        [x0 - half, y0],
        [LEFT, y0],
        [LEFT, y1 + 6],
        [x1 - half, y1 + 6],
      ];
    default:
      return [
        [x0 + half, y0],
        [RIGHT, y0],
        [RIGHT, y1],
        [x1 + half, y1],
      ];
  }
}

/** The diagram at step `n` of a story. */
export function stateDiagram(
  story: Story,
  n: number,
): { readonly boxes: readonly Box[]; readonly ways: readonly Way[] } {
  const taken = new Map<string, number>();
  const visited = new Set<State>();
  let ended = false;
  for (const step of story.steps.slice(0, n))
    for (const { from, to } of step.changes) {
      taken.set(`${from}|${to}`, step.n);
      visited.add(from).add(to);
      ended ||= to === "CLOSED" && toEnd(from).at(-1)?.[1] !== CENTRES.CLOSED[1];
    }
  const sockets = (story.after[n - 1]?.sockets ?? []).filter((socket) => socket.listed);
  const several = (host: string): boolean =>
    sockets.filter((socket) => socket.host === host && socket.state !== "LISTEN").length > 1;
  const boxes = (Object.keys(CENTRES) as State[]).map((state): Box => ({
    state,
    x: CENTRES[state][0],
    y: CENTRES[state][1],
    here: sockets
      .filter((socket) => socket.state === state)
      .map(({ sock, host }) => (state !== "LISTEN" && several(host) ? sock : host)),
    visited: visited.has(state),
  }));
  const end: Box = { state: "CLOSED", x: END[0], y: END[1], here: [], visited: ended };
  const pairs = new Map<string, { from: State; to: State; events: TransitionEvent[]; beyond: boolean }>();
  for (const { from, event, to, beyondFigure = false } of TRANSITIONS) {
    const key = `${from}|${to}`;
    if (beyondFigure && !taken.has(key)) continue;
    const known = pairs.get(key);
    if (!known) pairs.set(key, { from, to, events: [event], beyond: beyondFigure });
    else if (!beyondFigure) pairs.set(key, { from, to, beyond: false, events: [...known.events, event] });
  }
  const ways = [...pairs].map(([key, { from, to, events, beyond }]): Way => {
    const points = route(from, to);
    const [label, anchor] = labelOf(from, to, points);
    return { from, to, events, points, label, anchor, taken: taken.has(key), now: taken.get(key) === n, beyond };
  });
  return { boxes: [...boxes, end], ways };
}

function labelOf(from: State, to: State, points: Way["points"]): [readonly [number, number], Way["anchor"]] {
  const middle = Math.floor((points.length - 1) / 2);
  const [a, b] = [points[middle] ?? [0, 0], points[middle + 1] ?? [0, 0]];
  const x = (a[0] + b[0]) / 2;
  const y = (a[1] + b[1]) / 2;
  // Above a line to the left, below one to the right, so that a pair of them does not meet.
  if (a[1] === b[1]) return [[x, points.length === 2 && a[0] < b[0] ? y + 14 : y - 5], "middle"];
  // Beside a line, on the outer side; the two ways through CLOSING have theirs inside. Above one that falls on that side.
  const inner = from === "CLOSING" || to === "CLOSING";
  const side = x < CENTRES.CLOSED[0] && !inner ? -1 : 1;
  const falls = side * (b[0] - a[0]) * (b[1] - a[1]);
  return [[x + side * 10, y + (falls > 0 ? -4 : falls < 0 ? 12 : 4)], side < 0 ? "end" : "start"];
}
