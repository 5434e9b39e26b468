const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000 };

/**
 * Microseconds of a written time such as `40us`, `5ms`, `1.5s`, `2m`; null if it is not one, or not
 * a whole number of microseconds.
 */
export function parseDuration(text: string): number | null {
  const found = /^(\d+(?:\.\d+)?)(us|ms|s|m)$/.exec(text);
  if (!found) return null;
  const micros = Number(found[1]) * (UNITS[found[2] ?? ""] ?? NaN);
  const whole = Math.round(micros);
  return Math.abs(micros - whole) < 1e-6 ? whole : null;
}
