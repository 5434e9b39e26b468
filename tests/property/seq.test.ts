import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seqAdd, seqAfter, seqBefore, seqDiff, seqMax } from "../../src/engine/seq.ts";

const number = fc.integer({ min: 0, max: 0xffffffff });
const step = fc.integer({ min: 1, max: 0x7fffffff });

describe("sequence numbers", () => {
  it("stay in 32 bits", () => {
    fc.assert(
      fc.property(number, fc.integer({ min: -0x7fffffff, max: 0x7fffffff }), (a, n) => {
        const sum = seqAdd(a, n);
        expect(Number.isInteger(sum) && sum >= 0 && sum <= 0xffffffff).toBe(true);
        expect(seqDiff(sum, a)).toBe(n);
      }),
    );
  });

  it("a step ahead is after, across the wrap too", () => {
    fc.assert(
      fc.property(number, step, (a, n) => {
        const later = seqAdd(a, n);
        expect(seqAfter(later, a)).toBe(true);
        expect(seqBefore(a, later)).toBe(true);
        expect(seqAfter(a, later)).toBe(false);
        expect(seqMax(a, later)).toBe(later);
        expect(seqMax(later, a)).toBe(later);
      }),
    );
  });

  it("nothing is before or after itself", () => {
    fc.assert(fc.property(number, (a) => !seqAfter(a, a) && !seqBefore(a, a) && seqDiff(a, a) === 0));
  });

  it("half the circle away is the limit", () => {
    expect(seqDiff(0x80000000, 0)).toBe(-0x80000000);
    expect(seqAfter(0x7fffffff, 0)).toBe(true);
  });
});
