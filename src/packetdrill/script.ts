/**
 * A packetdrill script as data: what `parse.ts` reads and `run.ts` plays. The language drives one host:
 * the script plays the system calls on it and the network around it. Times are microseconds.
 */

/** Where something stands in the script. Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The script is not in the subset that is understood. The message says what was expected. */
export class ScriptError extends Error {
  readonly place: Place;
  constructor(place: Place, message: string) {
    super(message);
    this.name = "ScriptError";
    this.place = place;
  }
}

/**
 * When an event happens, or must have happened. absolute: since the start; relative: since the end of
 * the previous event; any: whenever (outbound only). `to` differs from `from` only in a range.
 */
export interface When {
  readonly base: "absolute" | "relative" | "any";
  readonly from: number;
  readonly to: number;
}

export type TcpOption =
  | { readonly name: "nop" | "eol" | "sackOK" }
  | { readonly name: "mss"; readonly value: number }
  | { readonly name: "wscale"; readonly value: number }
  | { readonly name: "TS"; readonly val: number; readonly ecr: number };

export interface Packet {
  /** In tcpdump's order: "S", "S.", "FP.", "R", "" for none. */
  readonly flags: string;
  /** As written: in the script's ISN space in SYN segments, else relative to the ISN. */
  readonly seq: number;
  readonly len: number;
  readonly ack: number | null;
  /** The window field as it is on the wire; null: not written. */
  readonly win: number | null;
  /** "any" is `<...>`. */
  readonly options: readonly TcpOption[] | "any";
  /** `40000 > 8080`: null: those of the connection under test. */
  readonly ports: { readonly src: number; readonly dst: number } | null;
}

/** An argument or a returned value. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  /** Names joined by `|`: `O_RDWR|O_NONBLOCK`, `SOCK_STREAM`. */
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "default" }
  | { readonly kind: "list"; readonly items: readonly Argument[] }
  | { readonly kind: "fields"; readonly fields: readonly { readonly name: string; readonly value: Argument }[] }
  /** `htons(8080)`, `inet_addr("0.0.0.0")`. */
  | { readonly kind: "apply"; readonly name: string; readonly argument: Argument };

export type Argument = Expression & { readonly place: Place };

/** What a call must return. `value` null: anything. */
export interface Expected {
  readonly value: number | null;
  readonly errno: string | null;
}

export interface Sysctl {
  readonly place: Place;
  readonly name: string;
  readonly value: string;
}

/** `assert tcpi_state == 7`; the message after the comma is not kept. */
export interface Assertion {
  readonly place: Place;
  readonly text: string;
  readonly test: Formula;
}

export type Formula =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string; readonly place: Place }
  | { readonly kind: "not" | "minus"; readonly operand: Formula }
  | {
      readonly kind: "pair";
      readonly operator: "and" | "or" | "&" | "|" | "+" | "-" | "*" | "/" | "%";
      readonly left: Formula;
      readonly right: Formula;
    }
  /** `a <= b <= c` compares each with the next. */
  | {
      readonly kind: "compare";
      readonly first: Formula;
      readonly rest: readonly { readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">="; readonly right: Formula }[];
    };

export type Action =
  | { readonly do: "inbound" | "outbound"; readonly packet: Packet }
  | {
      readonly do: "call";
      readonly name: string;
      readonly args: readonly Argument[];
      readonly expect: Expected;
      /** The call may wait and must return then, in the time base of the event; null: it must not wait. */
      readonly end: number | null;
    }
  | { readonly do: "sysctl"; readonly settings: readonly Sysctl[] }
  | { readonly do: "assert"; readonly assertions: readonly Assertion[] };

export interface ScriptEvent {
  readonly place: Place;
  readonly when: When;
  readonly action: Action;
  /** The event as written, on one line. */
  readonly text: string;
}

export interface Script {
  readonly tolerance: number;
  /** Length of one timestamp tick; null: timestamp values are not compared. */
  readonly timestampTick: number | null;
  /** Settings made before the start. */
  readonly settings: readonly Sysctl[];
  readonly events: readonly ScriptEvent[];
}
