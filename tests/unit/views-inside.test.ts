/** The views that look deeper: threads and their waits, counters, a segment's header, the state diagram. */
import { describe, expect, it } from "vitest";
import { TRANSITIONS } from "../../src/engine/tcp/transitions.ts";
import { lookable, openInside } from "../../src/experiment/inside.ts";
import { run } from "../../src/experiment/run.ts";
import { counterLines, counterText } from "../../src/views/counters.ts";
import { headerFields } from "../../src/views/header.ts";
import { snapshot } from "../../src/views/snapshot.ts";
import { BOX, SIZE, stateDiagram } from "../../src/views/state-diagram.ts";
import { story } from "../../src/views/steps.ts";
import { threadLabel, threadLines, waitCycle } from "../../src/views/threads.ts";
import { experiment, experiments, recordings } from "../experiments.ts";
import { closeFour } from "./views-fixture.ts";

describe("threads", () => {
  // A thread dump names the lab's functions: call_recv where the thread is in recv().
  const dumps = recordings().flatMap(({ id, kernel, trace }) =>
    trace.events.flatMap((event, index) =>
      event.k === "capture" && event.tool === "threads" && event.text !== ""
        ? [{ title: `${event.host} at ${event.probe} of ${id}, ${kernel}`, trace, index, event }]
        : [],
    ),
  );
  it("were dumped", () => expect(dumps.length).toBeGreaterThan(80));

  for (const { title, trace, index, event } of dumps)
    it(`are in the calls that the dump of ${title} shows`, () => {
      const run = { hosts: trace.header.hosts, until: trace.header.until, events: trace.events };
      const shown = threadLines(snapshot(run, index), null);
      let program = "";
      for (const block of event.text.split(/\n(?=Thread |Program )/)) {
        program = /^Program (\S+)/.exec(block)?.[1] ?? program;
        const [, name] = /^Thread (\S+)/m.exec(block) ?? [];
        const call = /in call_(\w+)/.exec(block)?.[1];
        if (name === undefined || call === undefined) continue;
        const line = shown.find((one) => one.host === event.host && one.program === program && one.thread === name);
        expect(line?.op, `${program} ${name}`).toBe(call);
      }
    });

  it("of the server that calls itself wait for each other", () => {
    const { experiment: one } = experiment("self-call-queue");
    const { events } = run(one);
    const at = events.findIndex((event) => event.t > 1_000_000);
    const inside = openInside(one)(at);
    const lines = threadLines(snapshot({ hosts: one.hosts, until: one.until, events }, at), inside);
    const worker = lines.find(({ thread }) => thread === "worker-2");
    expect(worker).toMatchObject({ op: "recv", stuck: true, bounded: false });
    expect(worker?.servers.length).toBeGreaterThan(0);
    expect(lines.filter(({ stuck }) => stuck).map(({ thread }) => thread)).toEqual([
      "worker-1",
      "worker-2",
      "worker-3",
      "worker-4",
    ]);
    const ring = waitCycle(inside);
    expect(ring.length).toBe(5);
    expect(ring[0]).toEqual(ring.at(-1));
    ring.slice(1).forEach((next, i) => {
      const wait = inside.waits.find(({ waiter }) => waiter.thread === ring[i]?.thread);
      expect(wait?.servers.map(({ thread }) => thread)).toContain(next.thread);
    });
  });

  it("have no cycle in an ordinary close, and the only thread of a program goes by its name", () => {
    const { experiment: one } = experiment("close-four");
    expect(waitCycle(openInside(one)(20))).toEqual([]);
    const threads = snapshot(closeFour, 40).threads;
    expect(threads.map((thread) => threadLabel(thread, threads))).toEqual(["server", "client"]);
  });
});

describe("counters", () => {
  it("are those of the probes, at the probes", () => {
    for (const { experiment: one } of experiments().slice(0, 40)) {
      const at = openInside(one);
      run(one).events.forEach((event, index) => {
        if (event.k === "probe") expect(at(index).counters.get(event.host), one.id).toEqual(event.counters);
      });
    }
  });

  it("stand as nstat prints them, with what a step added", () => {
    const lines = counterLines({ TcpOutRsts: 1, TCPTimeouts: 2, TW: 1 }, { TCPTimeouts: 1, TW: 1 });
    expect(lines.map(({ name, value, added }) => `${name} ${value} +${added}`)).toEqual([
      "TcpOutRsts 1 +1",
      "TcpExtTCPTimeouts 2 +1",
      "TcpExtTW 1 +0",
    ]);
    expect(lines.map(counterText)[1]).toBe("TcpExtTCPTimeouts               2                  0.0");
  });
});

describe("a segment's header", () => {
  const told = story(closeFour);
  const fin = [...told.segments.values()].find(({ wire }) => wire.flags.includes("F"));
  const fields = fin ? headerFields(fin, 7) : [];
  const field = (name: string) => fields.find((one) => one.field === name);

  it("covers every byte that is not zero, once", () => {
    const covered = fields.reduce((sum, { hex }) => sum + hex.split(" ").length, 0);
    // DSCP and ECN, and the identification, are zero and left out.
    expect(covered).toBe(20 + 32 - 3);
    fields.slice(1).forEach((one, i) => expect(one.at).toBeGreaterThan(fields[i]?.at ?? 0));
  });

  it("gives raw values, and relative ones", () => {
    expect(field("seq")).toMatchObject({ raw: String(fin?.wire.seq), values: { relative: 27, next: 28 } });
    expect(field("flags")).toMatchObject({ raw: "00010001", values: { flags: "FIN+ACK" } });
    expect(field("window")).toMatchObject({ values: { shift: 7 } });
    expect(field("dataOffset")).toMatchObject({ raw: "8", values: { bytes: 32 } });
  });
});

describe("the state diagram", () => {
  const told = story(closeFour);

  it("has figure 5 of RFC 9293, and beyond it only what the run did", () => {
    const { ways } = stateDiagram(told, 1);
    for (const { from, to } of TRANSITIONS.filter((one) => !one.beyondFigure))
      expect(
        ways.some((way) => way.from === from && way.to === to),
        `${from} to ${to}`,
      ).toBe(true);
    expect(ways.filter(({ beyond }) => beyond)).toEqual([]);
  });

  it("marks both ends and the ways they took", () => {
    const last = told.steps.find(({ changes }) => changes.some(({ to }) => to === "FIN-WAIT-2"));
    const { boxes, ways } = stateDiagram(told, last?.n ?? 0);
    expect(boxes.filter(({ here }) => here.length > 0).map(({ state, here }) => [state, here])).toEqual([
      ["LISTEN", ["B"]],
      ["CLOSE-WAIT", ["B"]],
      ["FIN-WAIT-2", ["A"]],
    ]);
    expect(ways.filter(({ now }) => now)).toMatchObject([{ from: "FIN-WAIT-1", to: "FIN-WAIT-2", taken: true }]);
  });

  it("leads every way from the side of one box to the side of another", () => {
    const { experiment: both } = experiment("simultaneous-close");
    for (const one of [told, story(lookable(both, run(both).events))]) {
      const { boxes, ways } = stateDiagram(one, one.steps.length);
      const touches = (state: string, [x, y]: readonly [number, number] = [NaN, NaN]) =>
        boxes.some((box) => {
          const [across, down] = [Math.abs(x - box.x) / BOX.width, Math.abs(y - box.y) / BOX.height];
          return box.state === state && Math.max(across, down) === 0.5;
        });
      for (const { from, to, points } of ways) {
        expect(touches(from, points[0]), `${from} to ${to} begins`).toBe(true);
        expect(touches(to, points.at(-1)), `${from} to ${to} ends`).toBe(true);
        const [first, second] = [points[0] ?? [0, 0], points[1] ?? [0, 0]];
        const box = boxes.find(({ state }) => state === from);
        const middle = [(first[0] + second[0]) / 2, (first[1] + second[1]) / 2] as const;
        const inside =
          Math.abs(middle[0] - (box?.x ?? 0)) < BOX.width / 2 && Math.abs(middle[1] - (box?.y ?? 0)) < BOX.height / 2;
        expect(inside, `${from} to ${to} runs through its own box`).toBe(false);
      }
      expect(boxes.filter(({ state }) => state === "CLOSED")).toMatchObject([{ visited: true }, { visited: true }]);
    }
  });

  it("keeps its lines out of other boxes", () => {
    const { boxes, ways } = stateDiagram(told, told.steps.length);
    for (const way of ways)
      way.points.slice(1).forEach(([x1, y1], i) => {
        const [x0, y0] = way.points[i] ?? [0, 0];
        for (const box of boxes.filter(({ state }) => state !== way.from && state !== way.to))
          for (let k = 0; k <= 40; k += 1) {
            const [x, y] = [x0 + ((x1 - x0) * k) / 40, y0 + ((y1 - y0) * k) / 40];
            const inside = Math.abs(x - box.x) < BOX.width / 2 && Math.abs(y - box.y) < BOX.height / 2;
            expect(inside, `${way.from} to ${way.to} through ${box.state}`).toBe(false);
            expect(x).toBeLessThanOrEqual(SIZE.width);
          }
      });
  });
});
