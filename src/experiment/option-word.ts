import { SOCKET_OPTIONS, type OptionValue, type SocketOption } from "../engine/process/program.ts";
import { parseDuration } from "./duration.ts";

/** A socket option's value as typed: `1`, `2s`, seconds or `off` for SO_LINGER, `40000-40099`; null: not one. */
export function readOption(option: SocketOption, word: string): OptionValue | null {
  const whole = /^\d{1,10}$/.test(word) ? Number(word) : null;
  switch (SOCKET_OPTIONS[option]) {
    case "flag":
      return whole === 0 || whole === 1 ? whole : null;
    case "time":
      return parseDuration(word);
    case "linger":
      return word === "off" ? { on: false, seconds: 0 } : whole === null ? null : { on: true, seconds: whole };
    case "range": {
      const found = /^(\d{1,5})-(\d{1,5})$/.exec(word);
      return found ? { first: Number(found[1]), last: Number(found[2]) } : null;
    }
    default:
      return whole ?? (/^-\d{1,9}$/.test(word) ? Number(word) : null);
  }
}

/** A value of the option as it is typed. */
export function optionExample(option: SocketOption): string {
  return { flag: "1", number: "5", time: "2s", linger: "0", range: "40000-40099" }[SOCKET_OPTIONS[option]];
}
