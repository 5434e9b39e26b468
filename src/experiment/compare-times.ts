/** The times of both runs: what a recording's may be for the engine's to be right. */
import type { Difference } from "./difference.ts";
import { seconds } from "./normal-form.ts";
import { DEFAULT_HZ, TOLERANCE } from "./tolerance.ts";
import type { TraceHeader } from "./trace-file.ts";

/** A pair of times the two worlds gave for the same thing. `null` stands for the start of the run. */
export interface Pair {
  readonly engine: number;
  readonly kernel: number;
}

export interface Moment extends Pair {
  /** What came before it in its stream; the time between the two is what a timer stretches. */
  readonly after: Pair | null;
  /** False for the start of a call: programs keep absolute times. */
  readonly stretch: boolean;
  /** Added to what may be late. */
  readonly slack: number;
  readonly stream: string;
  readonly index: number;
}

export class Times {
  readonly #moments: Moment[] = [];
  readonly #until: number;
  readonly #early: number;
  readonly #late: number;

  constructor({ until, hz }: TraceHeader) {
    const tick = Math.floor(1_000_000 / (hz ?? DEFAULT_HZ));
    this.#until = until;
    this.#early = TOLERANCE.early + TOLERANCE.earlyTicks * tick;
    this.#late = TOLERANCE.late + TOLERANCE.lateTicks * tick;
  }

  add(moment: Moment): void {
    this.#moments.push(moment);
  }

  /** Latest time at which the kernel may do what the engine did at `at`. */
  #latest(at: number, after: Pair | null, stretch: boolean): number {
    const passed = at - (after?.engine ?? 0);
    const { times, over } = TOLERANCE.stretch;
    return (after?.kernel ?? 0) + (stretch && after ? Math.floor((passed * times) / over) : passed) + this.#late;
  }

  /** Nothing need be there: the kernel's run may have been cut before it came to it. */
  beyondEnd(at: number, after: Pair | null): boolean {
    return this.#latest(at, after, true) >= this.#until;
  }

  atEnd(kernelTime: number): boolean {
    return kernelTime > this.#until - this.#early;
  }

  /**
   * Checks all times, in the engine's order. A moment may be as late as its own timer makes it, or as
   * late as something that happened before it already was: it may be its consequence. It may be early
   * only against what it follows, not against the clock: a program that waits for an absolute time
   * makes up for a late timer. What follows from a time that is wrong is not told again.
   */
  wrong(): Difference[] {
    const differences: Difference[] = [];
    const lateness = (moment: Moment): number => moment.kernel - moment.engine;
    const order = this.#moments
      .map((moment, given) => ({ moment, given }))
      .sort(
        (a, b) => a.moment.engine - b.moment.engine || lateness(a.moment) - lateness(b.moment) || a.given - b.given,
      );
    let [before, ahead] = [0, 0];
    for (const { moment } of order) {
      const { engine, kernel, after, stretch, slack, stream, index } = moment;
      const lowest = Math.min((after?.kernel ?? 0) + engine - (after?.engine ?? 0), engine) - this.#early;
      const highest = Math.max(this.#latest(engine, after, stretch), engine + before + this.#late) + slack;
      if (kernel < lowest - ahead || kernel > highest) {
        differences.push({
          code: "time",
          stream,
          index,
          at: engine,
          engine: seconds(engine),
          kernel: seconds(kernel),
          allowed: [seconds(lowest), seconds(highest)],
        });
        ahead = Math.max(ahead, engine - kernel);
      }
      before = Math.max(before, lateness(moment) - slack);
    }
    return differences;
  }
}
