import { SOCKET_OPTIONS, type OptionValue, type SocketOption } from "../engine/process/program.ts";
import { parseDuration } from "./duration.ts";

/** No rule of the engine reads them: a program may set them in the lab only. */
const NOT_MODELLED: readonly SocketOption[] = [
  "SO_RCVBUF",
  "SO_SNDBUF",
  "TCP_CORK",
  "TCP_DEFER_ACCEPT",
  "TCP_QUICKACK",
];

/** The options that mean in the engine what they do on a host. */
export const MODELLED_OPTIONS: readonly SocketOption[] = (Object.keys(SOCKET_OPTIONS) as SocketOption[]).filter(
  (option) => !NOT_MODELLED.includes(option),
);

const INT = 2 ** 31 - 1;
/** Seconds of the longest run, and the most that the lab lets SO_LINGER or a timeout wait. */
const LONGEST = 1800;

/** Is this a value of the kind that the option takes, within what the lab takes too? */
export function optionShape(option: SocketOption, value: unknown): boolean {
  const fields = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const whole = (given: unknown, low: number, high: number): boolean =>
    Number.isInteger(given) && (given as number) >= low && (given as number) <= high;
  const two = Object.keys(fields).length === 2;
  switch (SOCKET_OPTIONS[option]) {
    case "linger":
      return two && typeof fields["on"] === "boolean" && whole(fields["seconds"], 0, LONGEST);
    case "range":
      return two && whole(fields["first"], 0, 65_535) && whole(fields["last"], 0, 65_535);
    case "flag":
      return whole(value, 0, 1);
    case "time":
      return whole(value, 0, LONGEST * 1_000_000);
    default:
      return whole(value, -1, INT);
  }
}

/** A socket option's value as typed: `1`, `2s`, seconds or `off` for SO_LINGER, `40000-40099`; null: not one. */
export function readOption(option: SocketOption, word: string): OptionValue | null {
  const value = parseOption(option, word);
  return value !== null && optionShape(option, value) ? value : null;
}

function parseOption(option: SocketOption, word: string): OptionValue | null {
  const whole = /^-?\d{1,10}$/.test(word) ? Number(word) : null;
  switch (SOCKET_OPTIONS[option]) {
    case "time":
      return parseDuration(word);
    case "linger":
      return word === "off" ? { on: false, seconds: 0 } : whole === null ? null : { on: true, seconds: whole };
    case "range": {
      const found = /^(\d{1,5})-(\d{1,5})$/.exec(word);
      return found ? { first: Number(found[1]), last: Number(found[2]) } : null;
    }
    default:
      return whole;
  }
}

/** A value of the option as it is typed. */
export function optionExample(option: SocketOption): string {
  return { flag: "1", number: "5", time: "2s", linger: "0", range: "40000-40099" }[SOCKET_OPTIONS[option]];
}

/** What may be typed for it. */
export function optionHint(option: SocketOption): string {
  return {
    flag: "0 or 1",
    number: `a whole number from -1 to ${INT}`,
    time: `a time with its unit, at most ${LONGEST}s`,
    linger: `seconds from 0 to ${LONGEST}, or off`,
    range: "two ports, as in 40000-40099",
  }[SOCKET_OPTIONS[option]];
}
