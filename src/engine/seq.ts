/**
 * Arithmetic on 32-bit sequence numbers (RFC 9293 section 3.4). All arguments and results are
 * integers in 0..2^32-1; comparisons hold for numbers less than 2^31 apart.
 */

/** `a + n` modulo 2^32. `n` may be negative. */
export function seqAdd(a: number, n: number): number {
  return (a + n) >>> 0;
}

/** Signed distance from `b` to `a`, -2^31..2^31-1: positive if `a` is later. */
export function seqDiff(a: number, b: number): number {
  return (a - b) | 0;
}

export function seqBefore(a: number, b: number): boolean {
  return seqDiff(a, b) < 0;
}

export function seqAfter(a: number, b: number): boolean {
  return seqDiff(a, b) > 0;
}

/** The later of the two. */
export function seqMax(a: number, b: number): number {
  return seqBefore(a, b) ? b : a;
}
