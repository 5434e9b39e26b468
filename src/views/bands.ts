/** Bands of state along the lifelines, and arrows between them, once the rows have their heights. */
import { connections } from "./connections.ts";
import { hostOfSock } from "./lanes.ts";
import type { SegmentView } from "./segments.ts";
import type { Band, Flight, Phase, Thread } from "./sequence.ts";
import type { Story } from "./steps.ts";

/** The stretches of state in every lane, listeners between the connections they lend their lane to. */
export function layBands(
  story: Story,
  phases: ReadonlyMap<string, readonly Phase[]>,
  lanes: ReadonlyMap<string, number>,
  hostIndex: (name: string) => number,
  bottom: number,
): { bands: Band[]; threads: Thread[] } {
  const of = connections(story).ofSock;
  const bands: Band[] = [];
  const threads: Thread[] = [];
  const listeners: Phase[] = [];
  for (const list of phases.values())
    list.forEach((phase, i) => {
      if (phase.state === "LISTEN") {
        listeners.push(phase);
        return;
      }
      if (phase.state === "CLOSED") return;
      const next = list[i + 1];
      bands.push({
        host: hostIndex(hostOfSock(story, phase.sock)),
        lane: lanes.get(phase.sock) ?? 0,
        sock: phase.sock,
        of: of.get(phase.sock) ?? null,
        state: phase.state,
        subs: phase.subs,
        y0: phase.y,
        y1: next?.y ?? bottom,
        n: phase.n,
        ends: next?.n ?? null,
        cut: true,
      });
    });
  for (const listener of listeners) {
    const list = phases.get(listener.sock) ?? [];
    const closed = list.find((phase) => phase.state === "CLOSED");
    const host = hostIndex(hostOfSock(story, listener.sock));
    const lane = lanes.get(listener.sock) ?? 0;
    const taken = bands.filter((band) => band.host === host && band.lane === lane).sort((a, b) => a.y0 - b.y0);
    let y = listener.y;
    let n = listener.n;
    const end = closed?.y ?? bottom;
    const show = (until: number, ends: number | null): void => {
      if (until - y > 6)
        bands.push({
          host,
          lane,
          sock: listener.sock,
          of: null,
          state: "LISTEN",
          subs: [],
          y0: y,
          y1: until,
          n,
          ends,
          cut: y !== listener.y,
        });
    };
    for (const band of taken) {
      if (band.y0 >= end) break;
      show(band.y0, band.n);
      y = Math.max(y, band.y1);
      n = band.ends ?? band.n;
    }
    if (y < end) show(end, closed?.n ?? null);
  }
  for (const [sock, list] of phases) {
    const closed = list.find((phase, i) => phase.state === "CLOSED" && i > 0);
    if (!closed) continue;
    const host = hostIndex(hostOfSock(story, sock));
    const lane = lanes.get(sock) ?? 0;
    const next = bands
      .filter((b) => b.host === host && b.lane === lane && b.y0 >= closed.y)
      .sort((a, b) => a.y0 - b.y0)[0];
    if (!next || next.y0 > closed.y) threads.push({ host, lane, y0: closed.y, y1: next?.y0 ?? bottom, n: closed.n });
  }
  return { bands: bands.sort((a, b) => a.n - b.n || a.y0 - b.y0), threads };
}

/** The arrows, from where a segment is sent to where its fate is settled. */
export function layFlights(
  story: Story,
  sentAt: ReadonlyMap<number, { y: number; n: number }>,
  arrivals: readonly { segment: SegmentView; y: number; n: number; lost: boolean }[],
  laneOf: (sock: string | null) => number,
  hostIndex: (name: string) => number,
  bottom: number,
): Flight[] {
  const of = connections(story).ofSegment;
  const flights: Flight[] = [];
  for (const [seg, sent] of sentAt) {
    const segment = story.segments.get(seg);
    if (!segment) continue;
    const ends = arrivals.filter((arrival) => arrival.segment.seg === seg);
    const known = ends.length > 0 ? ends : [null];
    for (const [copy, end] of known.entries()) {
      const receiver = (story.after[(end?.n ?? sent.n) - 1]?.sockets ?? []).findLast(
        (s) => s.host === segment.to && s.local === segment.wire.dst && s.remote === segment.wire.src,
      );
      flights.push({
        segment,
        of: of.get(seg) ?? null,
        fate: end === null ? "under way" : end.lost ? "lost" : "arrives",
        from: { host: hostIndex(segment.from), lane: laneOf(segment.sock) },
        to: { host: hostIndex(segment.to), lane: laneOf(receiver?.sock ?? null) },
        y0: sent.y,
        y1: end === null ? Math.min(sent.y + 22, bottom) : end.lost ? Math.max(end.y, sent.y + 16) : end.y,
        sent: sent.n,
        settled: end?.n ?? null,
        labelAt: copy === 0 ? 0.5 : 0,
      });
    }
  }
  // Where two arrows cross, each label moves towards its sender.
  return flights.map((flight) => {
    const crossed = flights.some(
      (other) =>
        other.from.host === flight.to.host &&
        other.to.host === flight.from.host &&
        (flight.y0 - other.y1) * (flight.y1 - other.y0) < 0,
    );
    return flight.labelAt > 0 && (crossed || flight.y1 - flight.y0 > 70) ? { ...flight, labelAt: 0.3 } : flight;
  });
}
