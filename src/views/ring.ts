/** A wait-for cycle as a drawing: the threads on an ellipse, each with an arrow to the one it waits for. */

export interface Ring {
  readonly width: number;
  readonly height: number;
  readonly box: { readonly width: number; readonly height: number };
  /** Middles of the boxes. */
  readonly names: readonly { readonly name: string; readonly x: number; readonly y: number }[];
  /** Paths: the shaft, and the filled head. */
  readonly arrows: readonly { readonly shaft: string; readonly head: string }[];
}

const WIDTH = 300;
const BOX = 24;
/** Pixels of a character at the picture's size of text. */
const CHARACTER = 6.3;

export function ringHeight(count: number): number {
  return count <= 2 ? 74 : Math.max(132, count * 26);
}

export function ring(names: readonly string[]): Ring {
  const height = ringHeight(names.length);
  const longest = Math.max(...names.map(({ length }) => length));
  const width = Math.min(Math.max(longest * CHARACTER + 14, 60), WIDTH * 0.46);
  const [cx, cy] = [WIDTH / 2, height / 2];
  const [rx, ry] = [(WIDTH - width) / 2 - 2, height / 2 - BOX / 2 - 2];
  const middles = names.map((name, i) => {
    const angle = (i / names.length) * 2 * Math.PI - Math.PI / 2;
    return { name, x: round(cx + rx * Math.cos(angle)), y: round(cy + ry * Math.sin(angle)) };
  });
  if (names.length === 1) {
    const [x, y] = [cx + width / 2, cy];
    const loop = { shaft: `M${x} ${y - 6}c26 -16 26 28 6 12`, head: `M${x} ${y + 6}l9 0l-3 7Z` };
    return {
      width: WIDTH,
      height,
      box: { width, height: BOX },
      names: [{ name: names[0] ?? "", x: cx, y: cy }],
      arrows: [loop],
    };
  }
  const arrows = middles.map((from, i) => {
    const to = middles[(i + 1) % middles.length] ?? from;
    // Two that wait for each other: two arrows side by side.
    const aside = names.length === 2 ? (i === 0 ? 12 : -12) : 0;
    return arrow(from.x + aside, from.y, to.x + aside, to.y, width);
  });
  return { width: WIDTH, height, box: { width, height: BOX }, names: middles, arrows };
}

/** From the middle of one box to the border of another. */
function arrow(x0: number, y0: number, x1: number, y1: number, width: number): { shaft: string; head: string } {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const back = Math.min((width / 2 + 1) / Math.max(Math.abs(ux), 0.01), (BOX / 2 + 1) / Math.max(Math.abs(uy), 0.01));
  const [tx, ty] = [x1 - ux * back, y1 - uy * back];
  const at = (along: number, across: number): string =>
    `${round(tx - ux * along - uy * across)} ${round(ty - uy * along + ux * across)}`;
  return { shaft: `M${round(x0)} ${round(y0)}L${at(6, 0)}`, head: `M${at(0, 0)}L${at(8, 4)}L${at(8, -4)}Z` };
}

const round = (x: number): number => Math.round(x * 10) / 10;
