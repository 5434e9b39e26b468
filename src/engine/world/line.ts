/**
 * A line of waits: the first to join is the first to leave. Each is five numbers, written one after
 * the other into pages; copies share the pages that are full, for nothing in them changes.
 */

/** When it ends, its place in the order of all events, the index of the trace event that began it, host, socket. */
export type Wait = readonly [at: number, order: number, cause: number, host: number, socket: number];

const WIDTH = 5;
const PAGE = 64 * WIDTH;

export class Line {
  /** When the last to join ends; earlier ones cannot join. */
  latest = 0;
  private pages: (readonly number[])[] = [];
  private tail: number[] = [];
  /** Numbers already taken from the first page. */
  private taken = 0;

  /** When the first ends; null: nobody waits. */
  get at(): number | null {
    return this.first[this.taken] ?? null;
  }

  /** Place of the first in the order of all events. */
  get order(): number {
    return this.first[this.taken + 1] ?? 0;
  }

  push(wait: Wait): void {
    this.tail.push(...wait);
    this.latest = wait[0];
    if (this.tail.length < PAGE) return;
    this.pages.push(this.tail);
    this.tail = [];
  }

  /** Takes out the first; there must be one. */
  shift(): Wait {
    const { first, taken } = this;
    this.taken += WIDTH;
    if (this.taken >= first.length) {
      // The last page of all is given up too, or it would grow for ever.
      if (this.pages.length > 0) this.pages = this.pages.slice(1);
      else this.tail = [];
      this.taken = 0;
    }
    return first.slice(taken, taken + WIDTH) as unknown as Wait;
  }

  copy(): Line {
    const other = new Line();
    other.latest = this.latest;
    other.pages = [...this.pages];
    other.tail = [...this.tail];
    other.taken = this.taken;
    return other;
  }

  private get first(): readonly number[] {
    return this.pages[0] ?? this.tail;
  }
}
