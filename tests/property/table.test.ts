import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SocketTable } from "../../src/engine/kernel/socket-table.ts";
import { endFromWire, endOf } from "../../src/engine/segment.ts";
import { Table } from "../../src/engine/table.ts";
import { type AnySocket, DEFAULT_OPTIONS, type MiniSocket } from "../../src/engine/tcp/socket.ts";

const MOST = 300;
const key = fc.integer({ min: 0, max: MOST });
type Act =
  | { readonly do: "set"; readonly key: number; readonly value: number }
  | { readonly do: "delete"; readonly key: number }
  | { readonly do: "copy" | "turn" };
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant("set" as const), key, value: fc.integer() }),
  fc.record({ do: fc.constant("delete" as const), key }),
  fc.record({ do: fc.constantFrom("copy" as const, "turn" as const) }),
);

const MINI: MiniSocket = {
  kind: "mini",
  id: 1,
  name: "B1",
  substate: "TIME-WAIT",
  bound: { address: "10.0.0.1", port: 1, explicit: false },
  local: endOf("10.0.0.1", 1),
  remote: endOf("10.0.0.2", 2),
  rcv_nxt: 0,
  snd_nxt: 0,
  rcv_wnd: 0,
  timestamps: true,
  ts_recent: 0,
  ts_recent_stamp: 0,
  ts_offset: 0,
  reuse_address: false,
  reuse_port: false,
  last_oow_ack: null,
  entered: 0,
  deadline: 60_000_000,
  timeout: 60_000_000,
};

interface MapLike<V> {
  readonly size: number;
  get(key: number): V | undefined;
  set(key: number, value: V): void;
  delete(key: number): void;
  copy(): MapLike<V>;
}

/** Some tables, copies of each other, each beside the map it must equal; acts change the first, "turn" makes it the last. */
function goTheirOwnWays<V>(acts: readonly Act[], empty: MapLike<V>, valueOf: (key: number, value: number) => V): void {
  const all: [MapLike<V>, Map<number, V>][] = [[empty, new Map()]];
  for (const one of acts) {
    const [table, map] = all[0] as (typeof all)[0];
    if (one.do === "set") {
      table.set(one.key, valueOf(one.key, one.value));
      map.set(one.key, valueOf(one.key, one.value));
    } else if (one.do === "delete") {
      table.delete(one.key);
      map.delete(one.key);
    } else if (one.do === "copy") all.push([table.copy(), new Map(map)]);
    else all.push(all.shift() as (typeof all)[0]);
  }
  for (const [table, map] of all) {
    expect(table.size).toBe(map.size);
    for (let at = 0; at <= MOST; at += 1) expect(table.get(at)).toEqual(map.get(at));
  }
}

describe("table", () => {
  it("is a map whose copies go their own ways", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) =>
        goTheirOwnWays(acts, new Table<number>(), (_, value) => value),
      ),
    );
  });

  it("lists its values in the order of their keys", () => {
    fc.assert(
      fc.property(fc.uniqueArray(key), (keys) => {
        const table = new Table<string>();
        for (const one of keys) table.set(one, `value ${one}`);
        expect([...table.entries()]).toEqual([...keys].sort((a, b) => a - b).map((one) => [one, `value ${one}`]));
      }),
    );
  });
});

describe("socket table", () => {
  it("is one too, with mini-sockets among the others", () => {
    const end = endOf("10.0.0.1", 1);
    const socketOf = (id: number, value: number): AnySocket =>
      value % 3 === 0
        ? { kind: "fresh", id, options: DEFAULT_OPTIONS, bound: null, asked: null, error: null }
        : { ...MINI, id, local: end, remote: endOf("10.0.0.2", value & 0xffff), rcv_nxt: value >>> 0 };
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => goTheirOwnWays(acts, new SocketTable("B"), socketOf)),
    );
  });
});

const u32 = fc.nat({ max: 0xffffffff });
const time = fc.integer({ min: 0, max: 10_000_000_000 });
const end = fc.record({ address: fc.ipV4(), port: fc.nat({ max: 65_535 }) });

describe("a mini-socket as a few numbers", () => {
  it("comes back as it went in", () => {
    const mini = fc.record({ local: end, remote: end }).chain(({ local, remote }) =>
      fc.record<MiniSocket>({
        kind: fc.constant("mini"),
        id: fc.constant(7),
        name: fc.integer({ min: 1, max: 1_000_000 }).map((number) => `B${number}`),
        substate: fc.constantFrom("FIN-WAIT-2", "TIME-WAIT"),
        bound: fc.boolean().map((explicit) => ({ ...local, explicit })),
        local: fc.constant(endOf(local.address, local.port)),
        remote: fc.constant(endOf(remote.address, remote.port)),
        rcv_nxt: u32,
        snd_nxt: u32,
        rcv_wnd: u32,
        timestamps: fc.boolean(),
        ts_recent: u32,
        ts_recent_stamp: time,
        ts_offset: u32,
        reuse_address: fc.boolean(),
        reuse_port: fc.boolean(),
        last_oow_ack: fc.option(time),
        entered: time,
        deadline: time.map((whole) => whole + 0.5),
        timeout: time,
      }),
    );
    fc.assert(
      fc.property(mini, (one) => {
        const table = new SocketTable("B");
        table.set(one.id, one);
        expect(table.get(one.id)).toEqual(one);
        expect(table.joins(one.id, one.local.wire, one.remote.wire)).toBe(true);
        expect([...table.values()]).toEqual([one]);
      }),
    );
  });

  it("an end comes back from its six bytes", () => {
    fc.assert(
      fc.property(end, ({ address, port }) => {
        expect(endFromWire(endOf(address, port).wire)).toEqual({ ...endOf(address, port) });
      }),
    );
  });
});
