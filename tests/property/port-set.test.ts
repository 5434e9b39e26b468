import fc from "fast-check";
import { expect, it } from "vitest";
import { PortSet } from "../../src/engine/kernel/port-set.ts";

const port = fc.integer({ min: 0, max: 65_535 });
/** Close together, so that whole words of a set fill up. */
const near = fc.integer({ min: 32_700, max: 33_000 });

it("a set of ports finds what a search from one to the next finds, and its copy is its own", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.oneof(near, port)), { maxLength: 400 }),
      fc.array(fc.oneof(near, port), { minLength: 1, maxLength: 20 }),
      (changes, asked) => {
        const set = new PortSet();
        const plain = new Set<number>();
        let copy = { set: set.copy(), plain: new Set(plain) };
        changes.forEach(([add, one], index) => {
          if (add) {
            set.add(one);
            plain.add(one);
          } else {
            set.delete(one);
            plain.delete(one);
          }
          if (index % 50 === 25) copy = { set: set.copy(), plain: new Set(plain) };
        });
        for (const from of asked)
          for (const { set: found, plain: held } of [{ set, plain }, copy]) {
            let free = from;
            while (held.has(free)) free += 2;
            expect(found.freeFrom(from)).toBe(free);
          }
      },
    ),
  );
});

it("a full half of the range ends behind its last port", () => {
  const set = new PortSet();
  for (let even = 32_768; even <= 60_999; even += 2) set.add(even);
  expect(set.freeFrom(32_768)).toBe(61_000);
  expect(set.freeFrom(32_769)).toBe(32_769);
  set.delete(50_000);
  expect(set.freeFrom(32_768)).toBe(50_000);
  expect(set.freeFrom(50_002)).toBe(61_000);
});
