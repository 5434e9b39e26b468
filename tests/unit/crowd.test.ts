/** Crowds: what they count is what the engine's tables hold, and what they come to is what a kernel came to. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stateOf } from "../../src/engine/tcp/socket.ts";
import { STATES, type TraceEvent } from "../../src/engine/trace.ts";
import { advance, type Crowd, LAST_EVENTS, openCrowd, PORT, progressOf, SAMPLES } from "../../src/experiment/crowd.ts";
import { checkExpectations } from "../../src/experiment/expect.ts";
import { parseMeasurement, readCell } from "../../src/experiment/measurement.ts";
import { run } from "../../src/experiment/run.ts";
import { readCrowds } from "../../scripts/build-experiments.ts";
import { experiment } from "../experiments.ts";

function measured(table: string) {
  const file = `content/measurements/${table}.json`;
  return parseMeasurement(file, readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"));
}

/** Sockets of the crowd's host in each state, from the engine's table. */
function tableCounts({ run: { world }, view }: Crowd): readonly number[] {
  const sockets = [...(world.hosts.find(({ name }) => name === view.host)?.sockets.values() ?? [])];
  return STATES.map((state) => (state === "CLOSED" ? 0 : sockets.filter((one) => stateOf(one) === state).length));
}

function portsInTable({ run: { world }, view, map }: Crowd): readonly number[] {
  const ports = new Array<number>(map?.ports.length ?? 0).fill(PORT.free);
  for (const socket of world.hosts.find(({ name }) => name === view.host)?.sockets.values() ?? []) {
    if (socket.kind !== "full" && socket.kind !== "mini") continue;
    if (socket.local.address !== view.ports?.address || socket.remote.text !== view.ports.to) continue;
    if (stateOf(socket) !== "CLOSED")
      ports[socket.local.port - (map?.first ?? 0)] = stateOf(socket) === "TIME-WAIT" ? PORT.waiting : PORT.used;
  }
  return ports;
}

const exhaustion = experiment("port-exhaustion").experiment;
const view = { host: "A", ports: { address: "10.0.0.1", to: "10.0.0.2:7000" } };

describe("a crowd", () => {
  it("counts at every slice what the tables hold, and knows each port", () => {
    const crowd = openCrowd(exhaustion, view);
    let slices = 0;
    for (let more = true; more; slices += 1) {
      more = advance(crowd, 37);
      expect(crowd.counts).toEqual(tableCounts(crowd));
      expect([...(crowd.map?.ports ?? [])]).toEqual(portsInTable(crowd));
    }
    expect(slices).toBeGreaterThan(10);
    expect(crowd.opened).toBe(50);
    expect(crowd.failed).toBe(1);
    expect(crowd.map?.ports.filter((port) => port === PORT.waiting)).toHaveLength(50);
  });

  it("is the same however it is cut into slices", () => {
    const whole = openCrowd(exhaustion, view);
    expect(advance(whole, Infinity)).toBe(false);
    const cut = openCrowd(exhaustion, view);
    while (advance(cut, 1));
    expect(cut.samples).toEqual(whole.samples);
    expect(cut.last).toEqual(whole.last);
  });

  it("samples its time evenly, from the start to the end, and says how far it is", () => {
    const crowd = openCrowd(exhaustion, view);
    expect(progressOf(crowd)).toBe(0);
    while (advance(crowd, 100)) expect(progressOf(crowd)).toBeLessThanOrEqual(1);
    expect(progressOf(crowd)).toBe(1);
    expect(crowd.samples).toHaveLength(SAMPLES + 1);
    expect(crowd.samples.map(({ t }) => t)).toEqual(
      Array.from({ length: SAMPLES + 1 }, (_, index) => Math.round((exhaustion.until * index) / SAMPLES)),
    );
  });

  it("has at each sample the states of the whole trace at that time", () => {
    const crowd = openCrowd(exhaustion, view);
    advance(crowd, Infinity);
    const { events } = run(exhaustion);
    for (const { t, counts } of crowd.samples) {
      const now = new Map<string, string>();
      for (const event of events)
        if (event.k === "state" && event.host === "A" && event.t <= t) now.set(event.sock, event.to);
      const states = [...now.values()].filter((state) => state !== "CLOSED");
      expect(STATES.map((state) => states.filter((one) => one === state).length)).toEqual(counts);
    }
  });

  it("keeps the last events, no more of them", () => {
    const crowd = openCrowd(exhaustion, view);
    advance(crowd, Infinity);
    expect(crowd.last).toHaveLength(LAST_EVENTS);
    expect(crowd.last.at(-1)).toMatchObject({ k: "return", op: "connect", errno: "EADDRNOTAVAIL" });
  });

  it("knows how many ports connect() looked at: few, then one half, then all", () => {
    const crowd = openCrowd(exhaustion, view);
    advance(crowd, Infinity);
    const examined = crowd.samples.flatMap((sample) => sample.examined ?? []);
    expect(examined[0]?.most).toBe(1);
    expect(Math.max(...examined.slice(0, -1).map(({ most }) => most))).toBeGreaterThan(25);
    expect(examined.at(-1)).toEqual({ median: 50, most: 50 });
  });

  it("names the hosts there are, if asked about another", () => {
    expect(() => openCrowd(exhaustion, { host: "C", ports: null })).toThrow("no host is called C");
  });
});

describe.each(readCrowds())("$experiment.id", ({ experiment: scene, view: shown, kernel }) => {
  const crowd = openCrowd(scene, shown);
  const { sink } = crowd.run;
  const kept: TraceEvent[] = [];
  Object.assign(crowd.run, {
    sink(event: TraceEvent) {
      sink(event);
      if (event.k === "probe" || (event.k !== "timer" && "op" in event && event.op === "connect")) kept.push(event);
    },
  });
  while (advance(crowd, 100_000));

  it("comes to its end, with what it expects", () => {
    expect(crowd.run.world.stopped).toBeNull();
    const { hosts, level, until } = scene;
    const header = { ...run(exhaustion).header, hosts, level, until };
    const failing = checkExpectations(scene.expect, { header, events: kept }).filter(({ holds }) => !holds);
    expect(failing).toEqual([]);
    expect(scene.expect.length).toBeGreaterThan(0);
  });

  it("has counted what the tables hold", () => {
    expect(crowd.counts).toEqual(tableCounts(crowd));
    expect([...(crowd.map?.ports ?? [])]).toEqual(portsInTable(crowd));
  });

  it("comes to what the kernel came to", () => {
    expect(kernel.length).toBeGreaterThan(0);
    for (const { table, probe, state, row, column } of kernel) {
      const seen = kept.find((event) => event.k === "probe" && event.probe === probe && event.host === shown.host);
      const count = seen?.k === "probe" ? seen.sockets.filter((socket) => socket.state === state).length : null;
      expect(count, `${state} at ${probe}`).toBe(
        readCell(measured(table), { measurement: table, row, column, unit: "count" }),
      );
    }
  });
});
