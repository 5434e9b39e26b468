/** Slips of the finger: which of several words somebody meant. */

/** The option that needs the fewest letters changed, if those are few. */
export function closest(word: string, options: readonly string[]): string | null {
  const ranked = options
    .map((option) => ({ option, far: distance(word.toLowerCase(), option.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  // 9 is not a slip for 4.
  return best && /[a-z]/i.test(word) && best.far <= Math.max(1, Math.floor(word.length / 3)) ? best.option : null;
}

/** Letters left out, put in or changed, and neighbours that changed places (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [[...Array(b.length + 1).keys()]];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(at(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, changed, swapped));
    }
  }
  return at(a.length, b.length);
}
