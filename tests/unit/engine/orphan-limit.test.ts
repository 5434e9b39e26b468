/** tcp_max_orphans, which no namespace has, so no recording: what the source says, held here. */
import { describe, expect, it } from "vitest";
import type { TraceEvent } from "../../../src/engine/trace.ts";
import type { Experiment } from "../../../src/experiment/canonical.ts";
import { isFromSource, run } from "../../../src/experiment/run.ts";
import { experiment } from "../../experiments.ts";

const limited = experiment("orphans-are-limited").experiment;

/** The same run with another limit on every host; null: none. */
function withLimit(base: Experiment, limit: string | null): Experiment {
  const hosts = base.hosts.map((host) => {
    const { "net.ipv4.tcp_max_orphans": _, ...sysctl } = host.sysctl;
    return { ...host, sysctl: limit === null ? sysctl : { ...sysctl, "net.ipv4.tcp_max_orphans": limit } };
  });
  return { ...base, hosts };
}

/** When the rule ended a socket, and which: microseconds and names. */
const ended = (events: readonly TraceEvent[]): (readonly [number, string])[] =>
  events.flatMap((event) =>
    event.k === "state" && event.rule === "orphan.too-many" ? [[event.t, event.sock] as const] : [],
  );

describe("tcp_max_orphans", () => {
  it("resets the orphan beyond it at close(), and one that finds too many when its timer fires", () => {
    const { events } = run(limited);
    const [atClose, atTimer, ...more] = ended(events);
    expect(atClose).toEqual([1_300_000, "S4"]);
    expect(atTimer?.[1]).toBe("S2");
    expect(
      events.find((event) => event.k === "timer" && event.act === "fire" && event.t === atTimer?.[0]),
    ).toBeDefined();
    expect(more).toEqual([]);
    const resets = events.filter((event) => event.k === "send" && event.rule === "orphan.too-many");
    expect(resets.map((event) => event.k === "send" && event.flags)).toEqual(["R.", "R."]);
  });

  it("counts each as TCPAbortOnMemory", () => {
    const end = run(limited).events.findLast((event) => event.k === "probe" && event.host === "S");
    expect(end?.k === "probe" && end.counters["TCPAbortOnMemory"]).toBe(2);
  });

  it("does nothing below it, nor where it is not set", () => {
    expect(ended(run(withLimit(limited, "3")).events)).toEqual([]);
    expect(ended(run(withLimit(limited, null)).events)).toEqual([]);
  });

  it("counts neither TIME-WAIT nor the mini-socket of FIN-WAIT-2", () => {
    for (const id of ["close-four", "fin-timeout-60"])
      expect(ended(run(withLimit(experiment(id).experiment, "0")).events), id).toEqual([]);
  });

  it("counts FIN-WAIT-2 while a full socket waits, though its own timer does not look", () => {
    expect(ended(run(withLimit(experiment("fin-timeout-90").experiment, "0")).events)).toEqual([]);
  });

  it("resets an orphan behind a closed window at its next probe", () => {
    const events = run(withLimit(experiment("zero-window-orphan").experiment, "0")).events;
    const [first] = ended(events);
    const probe = events.find((event) => event.k === "timer" && event.timer === "persist" && event.act === "fire");
    expect(first?.[0]).toBe(probe?.t);
  });

  it("makes a run one from source, with and without other reasons", () => {
    expect(isFromSource(limited)).toBe(true);
    expect(isFromSource(withLimit(limited, null))).toBe(false);
  });
});
