import { describe, expect, it } from "vitest";
import type { SocketRow, TraceEvent } from "../../src/engine/trace.ts";
import { run } from "../../src/experiment/run.ts";
import { Fold, snapshot } from "../../src/views/snapshot.ts";
import { experiments, recordings } from "../experiments.ts";
import { closeFour } from "./views-fixture.ts";

const row = ({ sock, state, local, remote, recvq, sendq, timer, holder, mini }: SocketRow, retries: boolean) => ({
  ...{ sock, state, local, remote, recvq, sendq, holder, mini },
  timer: timer && { name: timer.name, retries: retries ? timer.retries : null },
});

/** What the fold says at each probe, and what the run itself saw. */
function atProbes(events: readonly TraceEvent[], retries = true): { folded: unknown[]; seen: unknown[] } {
  const fold = new Fold();
  const folded: unknown[] = [];
  const seen: unknown[] = [];
  const bySock = (a: SocketRow, b: SocketRow) => a.sock.localeCompare(b.sock, "en", { numeric: true });
  for (const event of events) {
    fold.add(event);
    if (event.k !== "probe") continue;
    const { probe, host } = event;
    const mine = fold.at(event.t).sockets.filter((s) => s.host === host && s.listed);
    folded.push({ probe, host, rows: mine.sort(bySock).map((one) => row(one, retries)) });
    seen.push({ probe, host, rows: [...event.sockets].sort(bySock).map((one) => row(one, retries)) });
  }
  return { folded, seen };
}

describe("sockets folded from a trace", () => {
  for (const { experiment } of experiments()) {
    it(`are those of the engine at every probe of ${experiment.id}`, () => {
      const { folded, seen } = atProbes(run(experiment).events);
      expect(folded).toEqual(seen);
    });
  }

  // Traffic of a host with itself passes no relay, so a recording cannot hold it. Of a large run compared by totals
  // the lab leaves out segments, or what arrives and the timers: nothing to fold.
  const visible = recordings().filter(
    ({ id, trace }) => !id.startsWith("self-call") && trace.events.some((event) => event.k === "arrive"),
  );
  for (const { id, kernel, trace } of visible) {
    it(`are those of ${kernel} at every probe of ${id}`, () => {
      // Which of the segments sent again was a tail-loss probe is a guess in a recording, so retries are not compared.
      const { folded, seen } = atProbes(trace.events, false);
      expect(folded).toEqual(seen);
    });
  }

  it("hold at any event", () => {
    const states = (index: number) => snapshot(closeFour, index).sockets.map((s) => `${s.sock} ${s.state} ${s.sendq}`);
    expect(states(-1)).toEqual([]);
    expect(states(17)).toEqual(["B1 LISTEN 16", "A1 SYN-SENT 1"]);
    expect(states(44)).toEqual(["B1 LISTEN 16", "A1 FIN-WAIT-1 1", "B2 ESTABLISHED 0"]);
  });
});
