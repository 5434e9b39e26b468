import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SocketTable } from "../../src/engine/kernel/socket-table.ts";
import { endFromWire, endOf } from "../../src/engine/segment.ts";
import { Table } from "../../src/engine/table.ts";
import type { MiniSocket } from "../../src/engine/tcp/socket.ts";

const key = fc.integer({ min: 0, max: 300 });
const act = fc.oneof(
  fc.record({ do: fc.constant("set" as const), key, value: fc.integer() }),
  fc.record({ do: fc.constant("delete" as const), key }),
  fc.record({ do: fc.constantFrom("copy" as const, "turn" as const) }),
);

describe("table", () => {
  it("is a map whose copies go their own ways", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        // Each table beside the map it must equal; acts change the first.
        const all: [Table<number>, Map<number, number>][] = [[new Table(), new Map()]];
        for (const one of acts) {
          const [table, map] = all[0] as (typeof all)[0];
          if (one.do === "set") {
            table.set(one.key, one.value);
            map.set(one.key, one.value);
          } else if (one.do === "delete") {
            table.delete(one.key);
            map.delete(one.key);
          } else if (one.do === "copy") all.push([table.copy(), new Map(map)]);
          else all.push(all.shift() as (typeof all)[0]);
        }
        for (const [table, map] of all) {
          expect([...table.entries()]).toEqual([...map].sort(([a], [b]) => a - b));
          expect(table.size).toBe(map.size);
          for (let at = 0; at <= 300; at += 1) expect(table.get(at)).toBe(map.get(at));
        }
      }),
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
