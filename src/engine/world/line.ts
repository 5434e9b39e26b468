/** A line of waits: the first to join is the first to leave. */
import { Records } from "../records.ts";

/** When it ends, its place in the order of all events, the index of the trace event that began it, host, socket. */
export type Wait = readonly [at: number, order: number, cause: number, host: number, socket: number];

export class Line {
  /** When the last to join ends; earlier ones cannot join. */
  latest = 0;
  private waits = new Records(5);
  private first = 0;
  private behindLast = 0;

  /** When the first ends; null: nobody waits. */
  get at(): number | null {
    return this.first === this.behindLast ? null : this.waits.at(this.first, 0);
  }

  /** Place of the first in the order of all events. */
  get order(): number {
    return this.waits.at(this.first, 1);
  }

  push(wait: Wait): void {
    this.waits.add(this.behindLast, wait);
    this.behindLast += 1;
    this.latest = wait[0];
  }

  /** Takes out the first; there must be one. */
  shift(): Wait {
    const field = (index: number): number => this.waits.at(this.first, index);
    const wait = [field(0), field(1), field(2), field(3), field(4)] as const;
    this.waits.remove(this.first);
    this.first += 1;
    return wait;
  }

  copy(): Line {
    const other = new Line();
    other.latest = this.latest;
    other.waits = this.waits.copy();
    other.first = this.first;
    other.behindLast = this.behindLast;
    return other;
  }
}
