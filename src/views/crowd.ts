/** A crowd as a picture and as numbers: areas over time, ports looked at, the map of ports. Pure. */
import { type State, STATES } from "../engine/trace.ts";
import { type CrowdSample, PORT, type PortMap } from "../experiment/crowd.ts";

/** From the bottom up: what stays longest lies lowest. A listener is no connection. */
const STACK: readonly State[] = STATES.filter((state) => state !== "CLOSED" && state !== "LISTEN").reverse();

const countOf = ({ counts }: Pick<CrowdSample, "counts">, state: State): number => counts[STATES.indexOf(state)] ?? 0;

/** States in which a socket was at any sample, from the bottom of the picture up. */
export function statesSeen(samples: readonly CrowdSample[]): readonly State[] {
  return STACK.filter((state) => samples.some((sample) => countOf(sample, state) > 0));
}

/** Sockets of a sample in a state. */
export { countOf as socketsIn };

/** The first of `steps`, each times a power of ten, that is not below the value: the end of an axis, or a step on it. */
export function roundUp(value: number, steps: readonly number[]): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return (steps.find((step) => step * power >= value) ?? 10) * power;
}

const PER_CENT = 100;
const short = (value: number): string => String(Math.round(value * PER_CENT) / PER_CENT);

export interface Area {
  readonly state: State;
  /** In a box of 100 by 100. */
  readonly path: string;
  /** Where it is thickest, for its name; null: too thin for one. */
  readonly name: { readonly x: number; readonly y: number } | null;
}

/** An area thinner than this, per cent of the height, has no name in it; nor has a picture that is narrower so far. */
const THINNEST = 12;
const NARROWEST = 40;
/** Half of what a name takes, per cent of the width. */
const HALF_NAME = 12;

/** @param top the count at the upper edge */
export function areas(samples: readonly CrowdSample[], until: number, top: number): readonly Area[] {
  const floor = samples.map(() => 0);
  const width = ((samples.at(-1)?.t ?? 0) / until) * PER_CENT;
  return statesSeen(samples).map((state) => {
    const lower = [...floor];
    samples.forEach((sample, index) => (floor[index] = (floor[index] ?? 0) + countOf(sample, state)));
    const point = (count: number, index: number): string =>
      `${short(((samples[index]?.t ?? 0) / until) * PER_CENT)},${short((1 - count / top) * PER_CENT)}`;
    const path = `M${[...floor.map(point), ...lower.map(point).reverse()].join("L")}Z`;
    // In the middle of where it is about as thick as it ever is, the picture is widest to both sides.
    const most = samples.reduce((max, sample) => Math.max(max, countOf(sample, state)), 0);
    const thickest = samples.flatMap((sample, index) => (countOf(sample, state) >= 0.98 * most ? [index] : []));
    const middle = thickest[thickest.length >> 1] ?? 0;
    const found = samples[middle];
    const thick = found ? (countOf(found, state) / top) * PER_CENT : 0;
    const name = found &&
      thick >= THINNEST &&
      width >= NARROWEST && {
        x: Math.min(Math.max((found.t / until) * PER_CENT, HALF_NAME), width - HALF_NAME),
        y: (1 - ((lower[middle] ?? 0) + countOf(found, state) / 2) / top) * PER_CENT,
      };
    return { state, path, name: name || null };
  });
}

/** Lines of ports looked at by each connect(), on a logarithmic scale from 1 to `top`; gaps where nobody connected. */
export function examinedLine(
  samples: readonly CrowdSample[],
  which: "median" | "most",
  until: number,
  top: number,
): string {
  let open = false;
  return samples
    .map(({ t, examined }) => {
      if (!examined) {
        open = false;
        return "";
      }
      const x = short((t / until) * PER_CENT);
      const y = short((1 - Math.log10(examined[which]) / Math.log10(top)) * PER_CENT);
      const move = open ? "L" : "M";
      open = true;
      return `${move}${x},${y}`;
    })
    .join("");
}

/** The most ports that any connect() looked at; 0: none had to look. */
export function mostExamined(samples: readonly CrowdSample[]): number {
  return samples.reduce((most, { examined }) => Math.max(most, examined?.most ?? 0), 0);
}

/** Free, used and waiting ports of one parity. */
export interface PortCounts {
  readonly free: number;
  readonly used: number;
  readonly waiting: number;
}

/** The ports of the map that are as even or odd as its first (0), or not (1), in their order. */
export function half({ ports }: PortMap, parity: 0 | 1): Uint8Array {
  return ports.filter((_, index) => index % 2 === parity);
}

export function portCounts(ports: Uint8Array): PortCounts {
  let used = 0;
  let waiting = 0;
  for (const port of ports) {
    if (port === PORT.used) used += 1;
    else if (port === PORT.waiting) waiting += 1;
  }
  return { free: ports.length - used - waiting, used, waiting };
}

/** Ports in a row of the map: about twice as many as rows. */
export function portColumns(ports: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(2 * ports)));
}

/** Points along the side of a port's cell: as few as tell three kinds of cell apart, for there are many of them. */
export const CELL = 2;

/**
 * Fills the picture of ports, a cell each: free is empty, waiting striped, used full, so that grey tells them apart, too.
 * @param pixels one number a point, as ImageData has them
 * @param ink colours as such numbers
 */
export function paintPorts(
  pixels: Uint32Array,
  ports: Uint8Array,
  ink: { readonly used: number; readonly waiting: number; readonly none: number },
): void {
  const columns = portColumns(ports.length);
  const width = columns * CELL;
  ports.forEach((port, index) => {
    const above = Math.floor(index / columns) * CELL * width + (index % columns) * CELL;
    const below = above + width;
    pixels[above] = pixels[above + 1] = port === PORT.used ? ink.used : port === PORT.waiting ? ink.waiting : ink.none;
    pixels[below] = pixels[below + 1] = port === PORT.used ? ink.used : ink.none;
  });
}

/** Rows of the text twin: so many samples at even distances, the first and the last among them. */
export function tableSamples(samples: readonly CrowdSample[], rows: number): readonly CrowdSample[] {
  const every = Math.max(1, Math.ceil((samples.length - 1) / rows));
  return samples.filter((_, index) => index % every === 0 || index === samples.length - 1);
}
