/** Units of the virtual clock. Every time in the engine is a whole number of microseconds. */
export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;

/** Length of one jiffy in microseconds: the tick of a kernel built with CONFIG_HZ=hz. */
export function jiffy(hz: number): number {
  return SECOND / hz;
}
