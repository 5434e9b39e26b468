/**
 * What is to happen, in the order (time, sequence). Waits of TIME-WAIT are all of one length, so they
 * end in the order they began and need no heap: they stand in a line, and one that starts again goes
 * to its tail. Everything else is in a binary heap. Cancelling is lazy: an entry that means nothing
 * any more stays until its time, or until half the heap may be such.
 */
import { popEvent, pushEvent, type Scheduled } from "../queue.ts";
import type { Segment } from "../segment.ts";
import type { SocketTimer } from "../tcp/socket.ts";
import { Line } from "./line.ts";

/** What can come due. */
export type Due =
  | { readonly kind: "program"; readonly program: number }
  | {
      readonly kind: "thread";
      readonly host: number;
      readonly pid: number;
      readonly thread: number;
      readonly token: number;
    }
  /** `due`: the deadline it was armed for, by which a cancelled or moved timer is told from a running one. */
  | {
      readonly kind: "timer";
      readonly host: number;
      readonly socket: number;
      readonly timer: SocketTimer;
      readonly due: number;
    }
  | { readonly kind: "timewait"; readonly host: number; readonly socket: number; readonly due: number }
  | {
      readonly kind: "arrival";
      readonly host: number;
      readonly segment: Segment;
      readonly number: number;
      /** An event made it up: the wire does not count it. */
      readonly madeUp?: true;
    }
  | { readonly kind: "release"; readonly fault: number }
  | { readonly kind: "outside"; readonly event: number }
  | { readonly kind: "probe"; readonly probe: number };

/** `cause` is the index of the trace event that led to it. */
export interface QueueItem extends Scheduled {
  readonly cause: number | null;
  readonly due: Due;
}

/** A heap shorter than this is never looked through for dead entries. */
const LEAST_SWEPT = 1024;

export class Agenda {
  /** How many entries were ever made; gives equal times their order. */
  order = 0;
  private heap: QueueItem[] = [];
  private waits = new Line();
  /** Length of the heap at which dead entries are looked for. */
  private sweepAt = LEAST_SWEPT;

  push(at: number, due: Due, cause: number | null): void {
    const { order } = this;
    this.order += 1;
    if (due.kind === "timewait" && cause !== null && at === due.due && at >= this.waits.latest)
      this.waits.push([at, order, cause, due.host, due.socket]);
    else pushEvent(this.heap, { at, order, cause, due });
  }

  /** When the next thing is due, microseconds; null: nothing is. A cancelled timer may still be counted. */
  next(): number | null {
    const first = this.heap[0];
    const wait = this.waits.at;
    if (first === undefined) return wait;
    return wait === null ? first.at : Math.min(first.at, wait);
  }

  /** Takes the next thing out. */
  pop(): QueueItem | undefined {
    const first = this.heap[0];
    const { at, order } = this.waits;
    const heapFirst = first !== undefined && (at === null || first.at < at || (first.at === at && first.order < order));
    if (heapFirst || at === null) return popEvent(this.heap);
    const [due, sequence, cause, host, socket] = this.waits.shift();
    return { at: due, order: sequence, cause, due: { kind: "timewait", host, socket, due } };
  }

  /** Whether the heap has doubled since it was last swept. */
  isCrowded(): boolean {
    return this.heap.length >= this.sweepAt;
  }

  /** Drops what means nothing any more. */
  sweep(isLive: (due: Due) => boolean): void {
    // Sorted, it is a heap again.
    this.heap = this.heap.filter(({ due }) => isLive(due)).sort((a, b) => a.at - b.at || a.order - b.order);
    this.sweepAt = Math.max(LEAST_SWEPT, 2 * this.heap.length);
  }

  copy(): Agenda {
    const other = new Agenda();
    other.order = this.order;
    other.heap = [...this.heap];
    other.waits = this.waits.copy();
    other.sweepAt = this.sweepAt;
    return other;
  }
}
