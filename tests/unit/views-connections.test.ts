import { describe, expect, it } from "vitest";
import { lookable } from "../../src/experiment/inside.ts";
import { run } from "../../src/experiment/run.ts";
import { connections, toldOf } from "../../src/views/connections.ts";
import { form } from "../../src/views/form.ts";
import { knots } from "../../src/views/knots.ts";
import { neighbour, sequence } from "../../src/views/sequence.ts";
import { causes, origin } from "../../src/views/causes.ts";
import { story, type Story } from "../../src/views/steps.ts";
import { experiment, experiments } from "../experiments.ts";
import { closeFour } from "./views-fixture.ts";

const MOST = 160;
const told = (id: string): Story => {
  const { experiment: one } = experiment(id);
  return story(lookable(one, run(one).events), MOST);
};

describe("connections", () => {
  it("join the two ends, named by the ports that the tools print", () => {
    const { list, ofStep } = connections(story(closeFour));
    expect(list).toEqual([{ id: 1, name: "A:40000 → B:7000", port: ":40000", socks: ["A1", "B2"], from: 2 }]);
    // The listener is no end of any.
    expect(ofStep[0]?.size).toBe(0);
    expect([...(ofStep[2] ?? [])]).toEqual([1]);
  });

  it("count the same pair of ports again once one of its sockets is a new one", () => {
    const { list } = connections(told("explicit-port-reuse"));
    const names = list.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.some((name) => name.endsWith("(2)"))).toBe(true);
  });

  for (const { experiment: one } of experiments().filter((file) =>
    file.experiment.hosts.every((h) => h.nat === undefined),
  ))
    it(`of ${one.id}: no socket has two, and each segment is one of its sender's`, () => {
      const tale = story({ hosts: one.hosts, until: one.until, events: run(one).events }, MOST);
      const { list, ofSock, ofSegment } = connections(tale);
      for (const { id, socks } of list) for (const sock of socks) expect(ofSock.get(sock)).toBe(id);
      expect(list.flatMap(({ socks }) => socks)).toHaveLength(ofSock.size);
      for (const { seg, sock, injected } of tale.segments.values())
        if (sock !== null && !injected && ofSock.has(sock)) expect(ofSegment.get(seg)).toBe(ofSock.get(sock));
    });
});

describe("a picture that follows one connection", () => {
  const tale = told("restart-reuse-address");
  const { list } = connections(tale);

  it("draws its segments and no others, one lane a host", () => {
    for (const { id, socks } of list) {
      const model = sequence(tale, { follow: id });
      const all = sequence(tale).flights.filter(({ of }) => of === id);
      expect(model.flights.map(({ segment }) => segment.seg)).toEqual(all.map(({ segment }) => segment.seg));
      expect(model.hosts.map(({ lanes }) => lanes)).toEqual([1, 1]);
      for (const { sock, state } of model.bands) if (state !== "LISTEN") expect(socks).toContain(sock);
    }
  });

  it("says how many steps it leaves out, and steps over them", () => {
    const model = sequence(tale, { follow: 2 });
    expect(model.rows).toHaveLength(tale.steps.length);
    const folded = model.rows.filter((row) => row.folded);
    expect(folded.length).toBeGreaterThan(0);
    expect(model.leftOut.reduce((sum, { count }) => sum + count, 0)).toBe(folded.length);
    for (let n = 1; n < model.rows.length;) {
      n = neighbour(model.rows, n, 1);
      const row = model.rows[n - 1];
      expect(row?.folded === false || n === model.rows.length).toBe(true);
      if (row?.folded === false && row.of.size > 0) expect(row.of.has(2)).toBe(true);
    }
  });

  it("keeps the bind() that fails because of it, and not the other three", () => {
    const failed = tale.steps.filter(({ calls }) => calls.some(({ result }) => result?.errno === "EADDRINUSE"));
    expect(failed.length).toBeGreaterThan(1);
    for (const one of list) expect(failed.filter(({ n }) => toldOf(tale, one)(n)).length).toBeLessThanOrEqual(1);
  });

  it("has room where all of them have none", () => {
    const pool = told("self-call-threads");
    expect(form(sequence(pool), "narrow").crowded).toBe(true);
    expect(form(sequence(pool, { follow: 1 }), "narrow").crowded).toBe(false);
  });
});

describe("a knot", () => {
  it("is tied where the pool has called itself, and by all four", () => {
    const pool = told("self-call-threads");
    const [knot, ...more] = knots(pool);
    expect(more).toEqual([]);
    expect(knot?.ring.toSorted()).toEqual([1, 2, 3, 4].map((i) => `server worker-${i}`));
    const model = sequence(pool, { knots: knots(pool) });
    const drawn = model.knots[0];
    expect(drawn?.y0).toBeGreaterThan(model.rows[(knot?.n ?? 0) - 1]?.now ?? Infinity);
    expect(drawn?.y1).toBeLessThan(model.rows[knot?.n ?? 0]?.y ?? 0);
    // Whatever is followed, and above all that comes later.
    for (const { id } of connections(pool).list) {
      const followed = sequence(pool, { follow: id, knots: knots(pool) });
      expect(followed.knots).toHaveLength(1);
      const { y0 = 0, y1 = 0 } = followed.knots[0] ?? {};
      for (const row of followed.rows)
        expect(row.n <= (knot?.n ?? 0) ? row.now < y0 : row.now > y1, `${id} ${row.n}`).toBe(true);
    }
  });

  it("is not tied by a pool with a timeout or a second server, nor while something is on its way", () => {
    for (const id of [
      "self-call-timeout",
      "self-call-second-server",
      "self-call-three",
      "close-four",
      "half-close",
      "data-retries2",
    ])
      expect(knots(told(id)), id).toEqual([]);
  });
});

describe("the chain of causes", () => {
  it("names the loss for which a timer fired", () => {
    const tale = told("first-fin-lost");
    const fires = tale.steps.find(({ kind, sends }) => kind === "timer" && sends.some(({ again }) => again));
    const chain = causes(tale, fires?.n ?? 0);
    expect(chain.slice(0, 3).map(({ kind }) => kind)).toEqual(["timer", "lost", "call"]);
    const { led, before } = origin(chain);
    expect(led.map(({ kind }) => kind)).toEqual(["timer", "lost"]);
    expect([...led, ...before]).toEqual(chain);
  });

  it("of every step of every run starts where nothing came before, and tells no step twice", () => {
    for (const { experiment: one } of experiments()) {
      const tale = story({ hosts: one.hosts, until: one.until, events: run(one).events }, MOST);
      for (const { n } of tale.steps) {
        const chain = causes(tale, n);
        expect(new Set(chain).size, `${one.id} ${n}`).toBe(chain.length);
        expect(chain.at(-1)?.cause ?? null, `${one.id} ${n}`).toBeNull();
      }
    }
  });
});
