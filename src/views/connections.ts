/**
 * The connections of a run: which sockets are two ends of one, and to which of them a step belongs. With them one can be
 * followed through a run of many, as one follows a stream in a capture.
 */
import type { TraceEvent } from "../engine/trace.ts";
import type { SegmentView } from "./segments.ts";
import { hostOf } from "./segments.ts";
import type { SocketView } from "./socket-view.ts";
import type { Step } from "./step.ts";
import type { Story } from "./steps.ts";

export interface Connection {
  /** Counted from 1, in the order in which they begin. */
  readonly id: number;
  /** "A:40000 → B:7000", as `ss` and tcpdump tell them apart; one that uses the same ports again has its number behind. */
  readonly name: string;
  /** The port of the side that opened it: what tells it from the others on one server port. */
  readonly port: string;
  readonly socks: readonly string[];
  /** The step in which it begins. */
  readonly from: number;
}

export interface Connections {
  readonly list: readonly Connection[];
  readonly ofSock: ReadonlyMap<string, number>;
  readonly ofSegment: ReadonlyMap<number, number>;
  /** By step, from step 1: ids of the connections it belongs to; none for a listener or for what concerns all. */
  readonly ofStep: readonly ReadonlySet<number>[];
}

const NOBODY = /:0$/;
const pair = (one: string, other: string): string => (one < other ? `${one} ${other}` : `${other} ${one}`);
const portOf = (endpoint: string): string => endpoint.slice(endpoint.lastIndexOf(":"));

interface Draft {
  readonly key: string;
  /** Ends that a socket has taken: a second socket at the same end is the next connection. */
  readonly taken: Set<string>;
  readonly socks: string[];
  readonly from: number;
  readonly first: SocketView;
  opener: string | null;
}

const known = new WeakMap<Story, Connections>();

/** Finds them once per story. */
export function connections(story: Story): Connections {
  const found = known.get(story) ?? find(story);
  known.set(story, found);
  return found;
}

/** One of several by its name, or by its number as a link has it; undefined: the run has none such. */
export function followedOf(story: Story, which: string | number | null): Connection | undefined {
  const { list } = connections(story);
  return list.length < 2 ? undefined : list.find(({ id, name }) => which === id || which === name);
}

function find(story: Story): Connections {
  const sockets = new Map((story.after.at(-1)?.sockets ?? []).map((socket) => [socket.sock, socket]));
  const drafts: Draft[] = [];
  const ofSock = new Map<string, number>();
  for (const step of story.steps)
    for (const { sock, to } of step.changes) {
      const socket = sockets.get(sock);
      if (!socket || NOBODY.test(socket.remote)) continue;
      if (!ofSock.has(sock)) {
        const key = pair(socket.local, socket.remote);
        const end = `${socket.host} ${socket.local}`;
        let at = drafts.findLastIndex((one) => one.key === key);
        if (at < 0 || drafts[at]?.taken.has(end)) {
          drafts.push({ key, taken: new Set(), socks: [], from: step.n, first: socket, opener: null });
          at = drafts.length - 1;
        }
        drafts[at]?.taken.add(end);
        drafts[at]?.socks.push(sock);
        ofSock.set(sock, at + 1);
      }
      const draft = drafts[(ofSock.get(sock) ?? 0) - 1];
      if (to === "SYN-SENT" && draft) draft.opener ??= socket.local;
    }
  const list = drafts.map(({ key, socks, from, first, opener }, i): Connection => {
    // Only one end is known, or it was met open: whoever was seen first is taken to have opened it.
    const source = opener ?? first.local;
    const target = source === first.local ? first.remote : first.local;
    const named = (endpoint: string): string => `${hostOf(story.run.hosts, endpoint)}${portOf(endpoint)}`;
    const again = drafts.slice(0, i).filter((one) => one.key === key).length;
    const name = `${named(source)} → ${named(target)}${again === 0 ? "" : ` (${again + 1})`}`;
    return { id: i + 1, name, port: portOf(source), socks, from };
  });
  const ofSegment = new Map<number, number>();
  for (const segment of story.segments.values()) {
    const id = connectionOf(segment, story, drafts, ofSock);
    if (id !== null) ofSegment.set(segment.seg, id);
  }
  const ofStep = story.steps.map((step) => stepConnections(step, story, ofSock, ofSegment));
  return { list, ofSock, ofSegment, ofStep };
}

function connectionOf(
  segment: SegmentView,
  story: Story,
  drafts: readonly Draft[],
  ofSock: ReadonlyMap<string, number>,
): number | null {
  const own = segment.sock === null ? undefined : ofSock.get(segment.sock);
  if (own !== undefined) return own;
  const key = pair(segment.wire.src, segment.wire.dst);
  const sent = story.stepOf.get(segment.sent) ?? Infinity;
  const at = drafts.findLastIndex((one) => one.key === key && one.from <= sent);
  return at < 0 ? null : at + 1;
}

function stepConnections(
  step: Step,
  story: Story,
  ofSock: ReadonlyMap<string, number>,
  ofSegment: ReadonlyMap<number, number>,
): ReadonlySet<number> {
  if (step.skipped > 0) return new Set(ofSock.values());
  const after = story.after[step.n - 1]?.sockets ?? [];
  const accepted = step.calls.flatMap(({ op, program, result }) =>
    op === "accept" && result && result.errno === null
      ? after.filter(
          ({ host, holder }) => host === step.host && holder?.program === program && holder.fd === result.value,
        )
      : [],
  );
  const event = story.run.events[step.at];
  const socks = [
    ...step.changes.map(({ sock }) => sock),
    ...step.minis,
    ...step.calls.map(({ sock }) => sock),
    ...accepted.map(({ sock }) => sock),
    event && "sock" in event ? event.sock : null,
  ];
  const segments = [...step.sends, ...(step.segment ? [step.segment] : [])];
  return new Set(
    [
      ...socks.map((sock) => (sock === null ? undefined : ofSock.get(sock))),
      ...segments.map(({ seg }) => ofSegment.get(seg)),
    ].filter((id) => id !== undefined),
  );
}

/**
 * Which steps are told when one connection is followed: its own, what comes from outside, and what a program does that held
 * it at some time or names its port.
 */
export function toldOf(story: Story, { socks, id }: Connection): (n: number) => boolean {
  const { ofStep } = connections(story);
  const holders = new Set<string>();
  const ports = new Set<string>();
  for (const { sockets } of story.after)
    for (const { sock, host, holder, local } of sockets)
      if (socks.includes(sock)) {
        ports.add(`${host} ${portOf(local)}`);
        if (holder) holders.add(`${host} ${holder.program}`);
      }
  const concerns = (event: TraceEvent): boolean => {
    if (event.k === "event") return true;
    if (!("program" in event)) return false;
    const named = event.k === "call" && ports.has(`${event.host} :${String(event.args["port"])}`);
    return named || holders.has(`${event.host} ${event.program}`);
  };
  return (n) => {
    const own = ofStep[n - 1];
    if (own && own.size > 0) return own.has(id);
    return (story.steps[n - 1]?.events ?? []).some((index) => {
      const event = story.run.events[index];
      return event !== undefined && concerns(event);
    });
  };
}
