import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agenda, type Due } from "../../src/engine/world/agenda.ts";

type Act = { readonly do: "wait" | "timer"; readonly after: number } | { readonly do: "take" | "copy" | "sweep" };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constantFrom("wait" as const, "timer" as const), after: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ do: fc.constantFrom("take" as const, "take" as const, "copy" as const, "sweep" as const) }),
);

/** Waits of one length begin at ever later times, unless a real machine's lateness mixes them up. */
function dueOf(one: "wait" | "timer", at: number, socket: number): Due {
  return one === "wait"
    ? { kind: "timewait", host: 0, socket, due: at }
    : { kind: "timer", host: 0, socket, timer: "retransmit", due: at };
}

describe("agenda", () => {
  it("gives everything out in the order (time, sequence), from line and heap, after copies and sweeps", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 400 }), fc.boolean(), (acts, steady) => {
        let agenda = new Agenda();
        const pending: { at: number; order: number }[] = [];
        let now = 0;
        let order = 0;
        const take = (): void => {
          pending.sort((a, b) => a.at - b.at || a.order - b.order);
          const expected = pending.shift();
          expect(agenda.next()).toBe(expected?.at ?? null);
          const got = agenda.pop();
          expect(got && { at: got.at, order: got.order, socket: (got.due as { socket: number }).socket }).toEqual(
            expected && { ...expected, socket: expected.order },
          );
          now = Math.max(now, expected?.at ?? 0);
        };
        for (const one of acts) {
          switch (one.do) {
            case "wait":
            case "timer": {
              const at = now + (one.do === "wait" && steady ? 60 : one.after);
              agenda.push(at, dueOf(one.do, at, order), order);
              pending.push({ at, order });
              order += 1;
              break;
            }
            case "take":
              take();
              break;
            case "copy": {
              // The original goes its own way and must not be felt.
              const original = agenda;
              agenda = agenda.copy();
              original.pop();
              original.push(now, dueOf("timer", now, 0), null);
              break;
            }
            case "sweep":
              agenda.sweep(() => true);
          }
        }
        while (pending.length > 0) take();
        expect(agenda.pop()).toBeUndefined();
      }),
    );
  });

  it("keeps the order through many pages of waits that start again", () => {
    const agenda = new Agenda();
    for (let index = 0; index < 1000; index += 1) agenda.push(index, dueOf("wait", index, index), index);
    for (let index = 0; index < 1000; index += 2) agenda.push(1000 + index, dueOf("wait", 1000 + index, index), index);
    const sockets = Array.from({ length: 1500 }, () => agenda.pop()?.due).map((due) =>
      due?.kind === "timewait" ? due.due : null,
    );
    expect(sockets).toEqual([
      ...Array.from({ length: 1000 }, (_, index) => index),
      ...Array.from({ length: 500 }, (_, index) => 1000 + 2 * index),
    ]);
  });

  it("drops what a sweep finds dead and keeps the rest in order", () => {
    const agenda = new Agenda();
    for (let index = 0; index < 3000; index += 1) {
      const at = (index * 7919) % 3001;
      agenda.push(at, dueOf("timer", at, index), null);
    }
    expect(agenda.isCrowded()).toBe(true);
    agenda.sweep((due) => due.kind === "timer" && due.socket % 3 === 0);
    const left: number[] = [];
    for (let item = agenda.pop(); item; item = agenda.pop()) left.push(item.at);
    expect(left).toHaveLength(1000);
    expect(left).toEqual([...left].sort((a, b) => a - b));
  });
});
