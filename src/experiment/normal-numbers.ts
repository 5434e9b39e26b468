/** Sequence and acknowledgement numbers in the normal form: relative to their connection's initial ones. */

/** Signed distance of two 32-bit numbers. */
export const distance = (a: number, b: number): number => (a - b) | 0;

/**
 * Numbers of one direction, relative to its initial sequence numbers. A direction has one per
 * connection that used its ports; a number counts from the one whose sent bytes lie nearest.
 */
export class Numbers {
  readonly #isns: { readonly isn: number; edge: number }[] = [];

  syn(seq: number): void {
    if (!this.#isns.some(({ isn }) => isn === seq)) this.#isns.push({ isn: seq, edge: seq });
  }

  #nearest(value: number): { index: number; gap: number } {
    let best = { index: -1, gap: Infinity };
    for (let index = this.#isns.length - 1; index >= 0; index--) {
      const { isn, edge } = this.#isns[index] as { isn: number; edge: number };
      const from = distance(value, isn);
      const gap = from < 0 ? -from : Math.max(0, from - distance(edge, isn));
      if (gap < best.gap) best = { index, gap };
    }
    return best;
  }

  /** Widens what was sent. A segment without bytes, SYN or FIN may carry any number. */
  sent(seq: number, length: number): void {
    if (length === 0) return;
    const base = this.#isns[this.#nearest(seq).index];
    const end = (seq + length) >>> 0;
    if (base && distance(end, base.edge) > 0) base.edge = end;
  }

  /** "27" in the first connection, "2:27" in the second; "=0" is a literal zero, as resets carry. */
  text(value: number): string {
    const { index, gap } = this.#nearest(value);
    if (value === 0 && gap > 0) return "=0";
    const base = this.#isns[index];
    if (!base) {
      this.syn(value);
      return "0";
    }
    const offset = String(distance(value, base.isn));
    return index === 0 ? offset : `${index + 1}:${offset}`;
  }
}
