import type { Unit } from "./model.ts";

/** Microseconds per unit of time; units that are not times are absent. */
const MICROSECONDS: Partial<Readonly<Record<Unit, number>>> = { us: 1, ms: 1e3, s: 1e6, min: 6e7 };
const WRITTEN: Readonly<Record<string, Unit>> = {
  us: "us",
  µs: "us",
  μs: "us",
  ms: "ms",
  s: "s",
  sec: "s",
  min: "min",
  m: "min",
};

/** Microseconds in a unit, or the number itself where the unit is not a time. */
export function fromMicroseconds(value: number, unit: Unit): number {
  return value / (MICROSECONDS[unit] ?? 1);
}

export function isTime(unit: Unit): boolean {
  return MICROSECONDS[unit] !== undefined;
}

/**
 * What the reader typed, in the question's unit: `40`, `40.5`, `40,5`, and for times also with a
 * unit of its own, `0.04 s`. null if it is not a number, negative, or carries a unit that makes no sense here.
 */
export function parseNumber(text: string, unit: Unit): number | null {
  const found = /^(\d+(?:[.,]\d+)?)\s*([a-zµμ]*)$/i.exec(text.trim());
  if (!found) return null;
  const value = Number((found[1] ?? "").replace(",", "."));
  const written = (found[2] ?? "").toLowerCase();
  if (written === "" || written === unit) return value;
  const from = MICROSECONDS[WRITTEN[written] ?? "segments"];
  const to = MICROSECONDS[unit];
  // Twelve digits: 0.04 s must be 40 ms, not 40.00000000000001.
  return from === undefined || to === undefined ? null : Number(((value * from) / to).toPrecision(12));
}
