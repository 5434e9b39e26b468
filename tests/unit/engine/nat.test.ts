import { expect, it } from "vitest";
import { openHistory, runTo } from "../../../src/engine/history.ts";
import { forward } from "../../../src/engine/network/nat.ts";
import { endOf, type Segment, SYN } from "../../../src/engine/segment.ts";
import { experiment } from "../../experiments.ts";

const { experiment: one } = experiment("recycle-behind-nat");

function syn(from: string, port: number): Segment {
  return {
    src: endOf(from, port),
    dst: endOf("203.0.113.10", 7000),
    flags: SYN,
    seq: 1,
    ack: 0,
    win: 1000,
    len: 0,
    mss: 1460,
    ws: null,
    sack: false,
    ts: null,
  };
}

/** What the NAT sends on, as "source", and what it notes. */
function outside(segments: readonly Segment[], taken: readonly number[] = []): (string | null | undefined)[] {
  const history = openHistory(one, 1);
  runTo(history, 0);
  const nat = history.run.world.hosts[1];
  if (!nat?.nat) throw new Error("the second host is no NAT");
  for (const port of taken) nat.nat.ports.set(port, endOf("192.168.0.4", port));
  const from = history.events.length;
  for (const segment of segments) forward(history.run, nat, nat.nat, segment);
  return history.events.slice(from).map((event) => (event.k === "send" ? event.src : event.rule));
}

it("keeps a port while it is free, and takes the next one if it is not", () => {
  const segments = [syn("192.168.0.2", 40_000), syn("192.168.0.3", 40_000), syn("192.168.0.2", 40_000)];
  expect(outside(segments)).toEqual(["198.51.100.1:40000", "198.51.100.1:40001", "198.51.100.1:40000"]);
});

it("drops what it has no port left for", () => {
  const all = Array.from({ length: 65_536 }, (_, port) => port);
  expect(outside([syn("192.168.0.2", 40_000)], all)).toEqual(["nat.no-port"]);
});

it("has nothing for a port nobody behind it has used", () => {
  const back: Segment = { ...syn("203.0.113.10", 7000), dst: endOf("198.51.100.1", 50_000) };
  expect(outside([back])).toEqual([]);
});
