/** Where the picture's parts stand from left to right. The model knows about time; only this file knows about x. */
import type { Sequence } from "./sequence.ts";

/** Where things stand from left to right, in pixels. */
export interface Form {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly ruler: number;
  readonly hosts: readonly HostForm[];
  /** So many sockets stand side by side that their texts have no room: only those of one connection are named. */
  readonly crowded: boolean;
  /** The middle of the wire, and the wire's edges. */
  readonly wire: { readonly left: number; readonly right: number; readonly middle: number };
}

export interface HostForm {
  /** Which side of the lifeline the wire is on. */
  readonly wireSide: "right" | "left";
  readonly left: number;
  readonly right: number;
  readonly lanes: readonly LaneForm[];
}

export interface LaneForm {
  /** The band without its rails. */
  readonly band: { readonly x: number; readonly width: number };
  /** Left edges of the rails, and their width. */
  readonly send: number;
  readonly recv: number;
  readonly rail: number;
  /** Where segments start and end: on the side of the wire, and on the other one, for peers that stand there. */
  readonly edge: number;
  readonly far: number;
}

/** More lanes than this are a crowd. */
const ROOMY = 4;

/** x positions for a width: 580 for a wide page, 360 for a phone. */
export function form(model: Sequence, name: "wide" | "narrow"): Form {
  const wide = name === "wide";
  const width = wide ? 580 : 360;
  const ruler = wide ? 48 : 41;
  const crowded = model.hosts.some(({ lanes }) => lanes > ROOMY);
  const pair = wide ? (crowded ? [124, 258, 364, 498] : [128, 242, 386, 496]) : [41, 123, 266, 353];
  const [a = 0, b = 0, c = 0, d = 0] = pair;
  const spans: [number, number][] =
    model.hosts.length <= 2
      ? [
          [a, b],
          [c, d],
        ]
      : spread(model.hosts.length, wide ? 60 : 44, wide ? 572 : 356);
  const hosts = model.hosts.map((host, i): HostForm => {
    const [left, right] = spans[i] ?? [0, 0];
    const wireSide = i === 0 ? "right" : "left";
    return { wireSide, left, right, lanes: laneForms(left, right, host.lanes, wireSide) };
  });
  const left = hosts[0]?.right ?? ruler;
  const right = hosts[1]?.left ?? width;
  return { name, width, ruler, hosts, crowded, wire: { left, right, middle: (left + right) / 2 } };
}

function spread(count: number, from: number, to: number): [number, number][] {
  const room = (to - from) / count;
  const width = Math.min(96, room * 0.55);
  return Array.from({ length: count }, (_, i) => {
    const left = i === 0 ? from : i === count - 1 ? to - width : from + i * room + (room - width) / 2;
    return [Math.round(left), Math.round(left + width)];
  });
}

function laneForms(left: number, right: number, count: number, wireSide: "right" | "left"): LaneForm[] {
  const between = count === 1 ? 0 : count <= 4 ? 4 : 2;
  const rail = count === 1 ? 5 : count <= 4 ? 4 : 2;
  const width = Math.floor((right - left - between * (count - 1)) / count);
  return Array.from({ length: count }, (_, i) => {
    if (wireSide === "right") {
      const end = right - i * (width + between);
      return {
        band: { x: end - width, width: width - 2 * rail },
        send: end - rail,
        recv: end - 2 * rail,
        rail,
        edge: end,
        far: end - width,
      };
    }
    const start = left + i * (width + between);
    return {
      band: { x: start + 2 * rail, width: width - 2 * rail },
      send: start,
      recv: start + rail,
      rail,
      edge: start,
      far: start + width,
    };
  });
}
