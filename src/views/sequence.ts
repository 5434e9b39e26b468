/**
 * The picture of a run: lifelines with bands of state, segments between them, a ruler whose rows are
 * as high as their content and not as long as their time. One model serves both widths; only form.ts
 * knows about x.
 */
import type { State } from "../engine/trace.ts";
import { layBands, layFlights } from "./bands.ts";
import type { Knot } from "./knots.ts";
import { assignLanes, hostOfSock } from "./lanes.ts";
import { markOf, phaseChanges } from "./marks.ts";
import { ringHeight } from "./ring.ts";
import { connections, toldOf } from "./connections.ts";
import type { SegmentView } from "./segments.ts";
import type { SocketView } from "./socket-view.ts";
import type { Story } from "./steps.ts";

/** A row is a step. `y` is where it begins, `now` where the now-line stands once it has happened. */
export interface Row {
  readonly n: number;
  readonly y: number;
  readonly now: number;
  readonly t: number;
  /** Ids of the connections it belongs to. */
  readonly of: ReadonlySet<number>;
  /** Another connection is followed: the step is one of those left out. */
  readonly folded: boolean;
}

/** Steps that are left out: those of other connections while one is followed, or the middle of a long run. */
export interface LeftOut {
  readonly y: number;
  /** The first of them. */
  readonly n: number;
  readonly count: number;
  /** It is the middle of a long run. */
  readonly middle: boolean;
}

/** A ring of threads, drawn across the picture where it closes. */
export interface DrawnKnot extends Knot {
  readonly y0: number;
  readonly y1: number;
}

/** A second line under a state's name; the catalogue has the words. */
export type Sub =
  | { readonly is: "noProcess" | "miniSocket" | "fullSocket" | "noTimer" }
  /** `left` in microseconds, when the band begins. */
  | { readonly is: "timer"; readonly name: string; readonly left: number }
  | { readonly is: "recvq" | "recvqFin"; readonly count: number };

/** A stretch of one socket in one state. `y1` is where it ends, the picture's end included. */
export interface Band {
  readonly host: number;
  readonly lane: number;
  readonly sock: string;
  /** Id of its connection; null: a listener. */
  readonly of: number | null;
  readonly state: State;
  readonly subs: readonly Sub[];
  readonly y0: number;
  readonly y1: number;
  /** The step in which it begins, and the one in which it ends; null: not before the end of the run. */
  readonly n: number;
  readonly ends: number | null;
  /** False when a band only goes on after something else was shown in its lane. */
  readonly cut: boolean;
}

/** The thread of a lane in which no socket is left. */
export interface Thread {
  readonly host: number;
  readonly lane: number;
  readonly y0: number;
  readonly y1: number;
  readonly n: number;
}

/** One flight of a segment; a duplicated one has two. */
export interface Flight {
  readonly segment: SegmentView;
  /** Id of its connection; null: it belongs to none. */
  readonly of: number | null;
  readonly fate: "arrives" | "lost" | "under way";
  readonly from: { readonly host: number; readonly lane: number };
  readonly to: { readonly host: number; readonly lane: number };
  readonly y0: number;
  readonly y1: number;
  /** Steps in which it is sent and in which its fate is settled. */
  readonly sent: number;
  readonly settled: number | null;
  /** Where along the arrow its label stands, up to 1; 0: the same segment is named at its other arrow. */
  readonly labelAt: number;
}

/** Something a host does by itself, written beside its lifeline. */
export interface Mark {
  readonly host: number;
  readonly y: number;
  readonly n: number;
  readonly kind: "call" | "timer" | "process";
  readonly text: string;
  readonly errno: string | null;
}

/** Words in the middle, where the wire is. */
export interface Remark {
  readonly y: number;
  readonly n: number;
  readonly is: "timerFires" | "outside";
  readonly text: string;
}

export interface Gap {
  readonly y: number;
  readonly us: number;
  /** The step after it. */
  readonly n: number;
}

/** A long time in which nothing happens but that timers run. */
export interface Silence {
  readonly y0: number;
  readonly y1: number;
  readonly us: number;
  readonly n: number;
  readonly timers: readonly { readonly name: string; readonly hosts: readonly string[] }[];
}

export interface Sequence {
  readonly height: number;
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly programs: readonly string[];
    readonly lanes: number;
  }[];
  readonly rows: readonly Row[];
  /** Ruler ticks: the first row of every moment. */
  readonly moments: readonly { readonly y: number; readonly t: number; readonly n: number }[];
  readonly gaps: readonly Gap[];
  readonly silences: readonly Silence[];
  readonly bands: readonly Band[];
  readonly threads: readonly Thread[];
  readonly flights: readonly Flight[];
  readonly marks: readonly Mark[];
  readonly remarks: readonly Remark[];
  readonly leftOut: readonly LeftOut[];
  readonly knots: readonly DrawnKnot[];
  /** How many connections the run has. */
  readonly connections: number;
}

export interface SequenceOptions {
  /** Id of the only connection to draw; left out: all. */
  readonly follow?: number | null;
  readonly knots?: readonly Knot[];
}

const TOP = 62;
/** Steps closer than this share a tick of the ruler, microseconds. */
const MOMENT = 3000;
/** A silence: above ten seconds, and ten times what lies around it. */
const SILENCE = 10_000_000;
const NAME = 15;
const LINE = 13;
const PAST_TEXT = 14;
/** Between two arrows from one host, and between words in the middle and an arrow below them. */
const SEND = 15;
const REMARK = 18;
/** Height of a line for steps that are left out. */
const LEFT_OUT = 20;
/** Room of the words above a ring. */
export const KNOT_HEAD = 26;

/** A socket enters a state, or becomes a mini-socket, at a height. */
export interface Phase {
  readonly sock: string;
  readonly state: State;
  readonly subs: readonly Sub[];
  readonly y: number;
  readonly n: number;
}

export function sequence(story: Story, { follow = null, knots = [] }: SequenceOptions = {}): Sequence {
  const { steps, after, run } = story;
  const known = connections(story);
  const names = run.hosts.map((host) => host.name);
  const hostIndex = (name: string): number => Math.max(names.indexOf(name), 0);
  const followed = follow === null ? undefined : known.list[follow - 1];
  const lanes = assignLanes(story, followed?.socks);
  const laneOf = (sock: string | null): number => (sock === null ? 0 : (lanes.get(sock) ?? 0));
  const told = followed ? toldOf(story, followed) : (): boolean => true;
  const drawn = (seg: number): boolean => !followed || known.ofSegment.get(seg) === followed.id;

  const rows: Row[] = [];
  const moments: { y: number; t: number; n: number }[] = [];
  const gaps: Gap[] = [];
  const silences: Silence[] = [];
  const marks: Mark[] = [];
  const remarks: Remark[] = [];
  const leftOut: LeftOut[] = [];
  const drawnKnots: DrawnKnot[] = [];
  const phases = new Map<string, Phase[]>();
  const sentAt = new Map<number, { y: number; n: number }>();
  /** Where each host sent last: two arrows from one host need room for the words of both. */
  const lastSent = new Map<number, number>();
  const arrivals: { segment: SegmentView; y: number; n: number; lost: boolean }[] = [];
  /** Where the last text ends, by host (calls, on a phone inside the band) and by lane. */
  const textEnd = new Map<string, number>();
  /** Nothing may stand above: the end of what is drawn across the picture. */
  let floor = TOP;

  /** Below the now-line of a step, the ring that closes with it. A ring is of threads, so it is told whatever is followed. */
  const tie = (n: number, now: number): void => {
    const knot = knots.find((one) => one.n === n);
    if (!knot) return;
    const y0 = Math.max(now + 18, ...[...textEnd.values()].map((end) => end + 6));
    const y1 = y0 + KNOT_HEAD + ringHeight(knot.ring.length) + 12;
    drawnKnots.push({ ...knot, y0, y1 });
    floor = y1 + 26;
  };

  const times = steps.filter(({ n }) => told(n)).map((step) => step.t);
  let count = 0;
  for (const step of steps) {
    const { n } = step;
    const previous = rows.at(-1);
    const of = known.ofStep[n - 1] ?? new Set();
    if (!told(n)) {
      const open = previous?.folded && floor === (leftOut.at(-1)?.y ?? 0) + LEFT_OUT ? leftOut.at(-1) : undefined;
      if (open) leftOut[leftOut.length - 1] = { ...open, count: open.count + 1 };
      else leftOut.push({ y: Math.max(floor, previous ? previous.now + 24 : TOP), n, count: 1, middle: false });
      const y = leftOut.at(-1)?.y ?? TOP;
      floor = y + LEFT_OUT;
      rows.push({ n, y, now: y, t: step.t, of, folded: true });
      tie(n, y);
      continue;
    }
    const moment = moments.at(-1);
    const host = hostIndex(step.host);
    const fresh = !moment || step.t - moment.t >= MOMENT;
    const changes = phaseChanges(story, step).filter(({ sock }) => lanes.has(sock));
    const mark = markOf(story, step);

    let y = previous ? previous.now + 10 : TOP;
    if (previous && fresh) y = previous.now + 36;
    y = Math.max(y, floor);
    const sent = step.segment && step.kind !== "send" ? sentAt.get(step.segment.seg) : undefined;
    if (sent) y = Math.max(y, sent.y + 16);
    if (mark) y = Math.max(y, (textEnd.get(`${host}`) ?? 0) + 17);
    const event = step.skipped > 0 ? undefined : run.events[step.at];
    const outside = event?.k === "event" ? event.what : null;
    if (step.sends.length > 0) y = Math.max(y, (lastSent.get(host) ?? 0) + SEND);
    for (const { sock } of changes) y = Math.max(y, (textEnd.get(`${host}/${laneOf(sock)}`) ?? 0) + 8);
    if (previous && fresh && step.skipped === 0 && isSilence(times, count)) {
      const y0 = Math.max(previous.now + 16, floor, ...[...textEnd.values()].map((end) => end + 6));
      const quiet = (after[n - 2]?.sockets ?? []).filter(({ sock }) => lanes.has(sock));
      const us = step.t - (times[count - 1] ?? 0);
      silences.push({ y0, y1: y0 + 48, us, n, timers: runningTimers(quiet) });
      y = Math.max(y, y0 + 48 + 26);
    } else if (previous && fresh && !previous.folded)
      gaps.push({ y: (previous.now + y) / 2, us: step.t - (moment?.t ?? 0), n });
    if (fresh) moments.push({ y, t: step.t, n });
    count += 1;
    if (step.skipped > 0) {
      leftOut.push({ y, n, count: step.skipped, middle: true });
      floor = y + LEFT_OUT;
    }

    // The now-line stands below the words.
    let now = step.skipped > 0 ? y + REMARK : y;
    if (mark) {
      marks.push({ ...mark, host, y, n });
      textEnd.set(`${host}`, mark.errno === null ? y : y + LINE);
    }
    changes.forEach((change, k) => {
      const from = y + k * 24;
      const list = phases.get(change.sock) ?? [];
      const subs = k === changes.length - 1 ? change.subs : [];
      list.push({ sock: change.sock, state: change.state, subs, y: from, n });
      phases.set(change.sock, list);
      const end = from + NAME + subs.length * LINE;
      textEnd.set(`${host}/${laneOf(change.sock)}`, end);
      if (laneOf(change.sock) === 0) textEnd.set(`${host}`, end);
      now = Math.max(now, end + PAST_TEXT);
    });
    if (step.segment && (step.kind === "arrive" || step.kind === "lost") && drawn(step.segment.seg))
      arrivals.push({ segment: step.segment, y, n, lost: step.kind === "lost" });
    step.sends
      .filter(({ seg }) => drawn(seg))
      .forEach((segment, k) => {
        const answers = y + 8 + Math.max(changes.length - 1, 0) * 24;
        const first = step.kind === "arrive" ? answers : outside === null ? y : y + REMARK;
        const at = first + k * SEND;
        sentAt.set(segment.seg, { y: at, n });
        lastSent.set(host, at);
        now = Math.max(now, at);
      });
    if (step.kind === "timer" && step.sends.length === 0)
      remarks.push({ y: now, n, is: "timerFires", text: mark?.text ?? "" });
    if (outside !== null) remarks.push({ y: step.sends.length > 0 ? y : now, n, is: "outside", text: outside });
    tie(n, now);
    rows.push({ n, y, now, t: step.t, of, folded: false });
  }

  const bottom = Math.max((rows.at(-1)?.now ?? TOP) + 34, floor);
  const { bands, threads } = layBands(story, phases, lanes, hostIndex, bottom);
  const flights = layFlights(story, sentAt, arrivals, laneOf, hostIndex, bottom);
  return {
    height: bottom + 8,
    hosts: run.hosts.map((host) => ({
      name: host.name,
      address: host.addresses[0] ?? "",
      programs: [...new Set(run.events.flatMap((e) => (e.k === "process" && e.host === host.name ? [e.program] : [])))],
      lanes: Math.max(
        1,
        ...[...lanes].flatMap(([sock, lane]) => (hostOfSock(story, sock) === host.name ? [lane + 1] : [])),
      ),
    })),
    rows,
    moments,
    gaps,
    silences,
    bands,
    threads,
    flights,
    marks,
    remarks,
    leftOut,
    knots: drawnKnots,
    connections: known.list.length,
  };
}

/** The step before or after `n` that is told where one connection is followed; the first or last one where none is left. */
export function neighbour(rows: readonly Row[], n: number, by: 1 | -1): number {
  const to = by === 1 ? rows.find((row) => row.n > n && !row.folded) : rows.findLast((row) => row.n < n && !row.folded);
  return to?.n ?? (by === 1 ? rows.length : 1);
}

function runningTimers(sockets: readonly SocketView[]): Silence["timers"] {
  const names = new Set(sockets.flatMap((s) => (s.listed && s.timer ? [s.timer.name] : [])));
  return [...names].map((name) => ({
    name,
    hosts: [...new Set(sockets.filter((s) => s.listed && s.timer?.name === name).map((s) => s.host))],
  }));
}

function isSilence(times: readonly number[], i: number): boolean {
  const span = (k: number): number => (times[k] ?? 0) - (times[k - 1] ?? 0);
  const here = span(i);
  if (here < SILENCE) return false;
  const before = i >= 2 ? span(i - 1) : 0;
  const behind = i + 1 < times.length ? span(i + 1) : 0;
  return here > 10 * before || here > 10 * behind;
}
