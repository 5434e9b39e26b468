/**
 * How far a kernel's times may lie from the engine's exact ones. Microseconds, unless said otherwise.
 *
 * A timer of the kernel's wheel that is set for T fires between T and 1.125 T plus two ticks: the
 * wheel rounds up to a slot, and a slot is at most an eighth of the time to it (kernel/time/timer.c).
 * It is never early, but a round trip or a system call measured in the lab may be shorter than the
 * engine's by some ms and a tick. `late` is what scheduling may add on a busy machine. `poll` is the
 * longest time between two looks at the sockets, where states were polled; the end of a mini-socket
 * always is, because no tracepoint shows it. `seen` is the shortest state a recording must contain.
 */
export const TOLERANCE = {
  early: 5_000,
  earlyTicks: 1,
  stretch: { times: 9, over: 8 },
  late: 25_000,
  lateTicks: 2,
  poll: 100_000,
  seen: 100_000,
} as const;

/** Ticks a second, where a trace names none. */
export const DEFAULT_HZ = 250;
