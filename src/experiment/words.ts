/**
 * The small written forms inside an experiment file: conditions, segment words, relative numbers,
 * endpoints. Each parser returns null for text it does not understand; the schema says what would be.
 */
import type { Condition, Comparison } from "../engine/process/program.ts";
import type { WireSegment } from "../engine/trace.ts";
import type { Flag, Relative, SegmentMatch } from "./canonical.ts";

export function parseCondition(text: string): Condition | null {
  const found = /^([a-z][A-Za-z0-9_]*) (==|!=|<=|>=|<|>) (-?\d+|E[A-Z0-9]+|error)$/.exec(text);
  if (!found) return null;
  const value = found[3] ?? "";
  return {
    variable: found[1] ?? "",
    comparison: found[2] as Comparison,
    value: /^-?\d+$/.test(value) ? Number(value) : value,
  };
}

const ANY: SegmentMatch = { has: [], lacks: [], data: null, port: null };

/** `SYN`, `SYN+ACK`, `FIN`, `RST`, `data`, `ACK` (bare), `any`. A plain SYN is one without ACK. */
const WORDS: Readonly<Record<string, SegmentMatch>> = {
  any: ANY,
  SYN: { ...ANY, has: ["SYN"], lacks: ["ACK"] },
  "SYN+ACK": { ...ANY, has: ["SYN", "ACK"] },
  FIN: { ...ANY, has: ["FIN"] },
  RST: { ...ANY, has: ["RST"] },
  data: { ...ANY, data: true },
  ACK: { ...ANY, has: ["ACK"], lacks: ["SYN", "FIN", "RST"], data: false },
};

export const SEGMENT_WORDS = Object.keys(WORDS);

export function parseSegmentWord(text: string): SegmentMatch | null {
  return WORDS[text] ?? null;
}

const LETTERS: Readonly<Record<Flag, string>> = { SYN: "S", FIN: "F", RST: "R", PSH: "P", ACK: "." };

/** True if the segment is one the match means. */
export function matchesSegment(segment: WireSegment, match: SegmentMatch): boolean {
  const port = (endpoint: string): number => Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
  return (
    match.has.every((flag) => segment.flags.includes(LETTERS[flag])) &&
    !match.lacks.some((flag) => segment.flags.includes(LETTERS[flag])) &&
    (match.data === null || match.data === segment.len > 0) &&
    (match.port === null || match.port === port(segment.src) || match.port === port(segment.dst))
  );
}

/** A match as the author's word for it: "FIN", "SYN+ACK", "data", "any". */
export function matchText({ has, data, port }: SegmentMatch): string {
  const words = [...has, ...(data === true ? ["data"] : [])].join("+") || "any";
  return port === null ? words : `${words} port ${port}`;
}

export const FLAGS: readonly Flag[] = ["SYN", "FIN", "RST", "PSH", "ACK"];

/** `FIN+ACK` to its flags. */
export function parseFlags(text: string): readonly Flag[] | null {
  const flags = text.split("+");
  return flags.every((flag) => (FLAGS as readonly string[]).includes(flag)) ? (flags as Flag[]) : null;
}

/** `rcv_nxt+1000`, `last-1`, `snd_nxt`, or a bare number counted from `zero`. */
export function parseRelative<Base extends string>(text: string, bases: readonly Base[]): Relative<Base> | null {
  const found = /^([a-z_]+)?([+-]?\d+)?$/.exec(text);
  if (!found || (found[1] === undefined && found[2] === undefined)) return null;
  const base = bases.find((candidate) => candidate === (found[1] ?? "zero"));
  return base === undefined ? null : { base, plus: Number(found[2] ?? 0) };
}
