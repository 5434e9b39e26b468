/** Ports of a host that lead to one destination, even and odd ones apart, because connect() looks at every other one. */
import { Table } from "../table.ts";

export class PortSet {
  /** Bits, 32 ports of one parity in each. */
  private words = new Table<number>();

  add(port: number): void {
    const word = wordOf(port);
    this.words.set(word, (this.words.get(word) ?? 0) | bitOf(port));
  }

  delete(port: number): void {
    const word = wordOf(port);
    const left = (this.words.get(word) ?? 0) & ~bitOf(port);
    if (left === 0) this.words.delete(word);
    else this.words.set(word, left);
  }

  /** The first of `port`, `port` + 2, `port` + 4 and so on that is not in the set; it may be no port any more. */
  freeFrom(port: number): number {
    for (let at = port; ; at = (at | 62) + 2) {
      const free = ~(this.words.get(wordOf(at)) ?? 0) & -bitOf(at);
      if (free !== 0) return (at & ~63) | (at & 1) | ((31 - Math.clz32(free & -free)) << 1);
    }
  }

  copy(): PortSet {
    const other = new PortSet();
    other.words = this.words.copy();
    return other;
  }
}

function wordOf(port: number): number {
  return ((port >> 6) << 1) | (port & 1);
}

function bitOf(port: number): number {
  return 1 << ((port >> 1) & 31);
}
