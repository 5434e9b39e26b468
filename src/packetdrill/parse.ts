/**
 * Reads a packetdrill script. What is not in the subset is an error that names the place and says what
 * to write; nothing is skipped. The subset is in docs/packetdrill.md.
 */
import { parseAssertions } from "./assertion.ts";
import { parsePacket } from "./parse-packet.ts";
import { Scanner } from "./scanner.ts";
import { shellSettings } from "./shell.ts";
import type { Action, Argument, Expected, Expression, Script, ScriptEvent, Sysctl, When } from "./script.ts";

/** Default of packetdrill: 4 ms. */
const DEFAULT_TOLERANCE = 4000;

const OPTION = /--([A-Za-z0-9_]+)(?:=("[^"]*"|`[^`]*`|[^\s]+))?/y;
const TIME = /\d+\.\d+|\.\d+|\d+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const INTEGER = /-?(?:0[xX][0-9a-fA-F]+|\d+)/y;
const STRING = /"(?:\\.|[^"\\])*"/y;
const SHELL = /`((?:\\.|[^`\\])*)`/y;
const CODE = /%\{([\s\S]*?)\}%/y;

/** @throws ScriptError naming line and column */
export function parseScript(text: string): Script {
  const scanner = new Scanner(text);
  let tolerance = DEFAULT_TOLERANCE;
  let timestampTick: number | null = null;
  const settings: Sysctl[] = [];
  for (let option = scanner.take(OPTION); option; option = scanner.take(OPTION)) {
    const [whole, name, value] = option;
    if (name === "tolerance_usecs") tolerance = optionNumber(scanner, whole, value);
    if (name === "tcp_ts_tick_usecs") timestampTick = optionNumber(scanner, whole, value) || null;
    if (name === "ip_version" && value !== "ipv4")
      scanner.fail(`${whole}: only IPv4 is simulated`, "leave the option out", scanner.offset - whole.length);
  }
  settings.push(...command(scanner));
  const events: ScriptEvent[] = [];
  while (!scanner.atEnd()) {
    // A command without a time after the last event puts the machine back; nothing is left to put back.
    if (events.length > 0 && scanner.take(SHELL)) {
      if (!scanner.atEnd()) scanner.fail("expected nothing after the command that ends the script");
      break;
    }
    events.push(event(scanner));
  }
  if (events.length === 0)
    scanner.fail("expected an event", "write, for example: 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
  return { tolerance, timestampTick, settings, events };
}

function optionNumber(scanner: Scanner, whole: string, value: string | undefined): number {
  const number = Number(value);
  if (value === undefined || !Number.isInteger(number) || number < 0)
    scanner.fail(`${whole}: its value must be a whole number of microseconds`, null, scanner.offset - whole.length);
  return number;
}

/** A command in backquotes, if one is next. */
function command(scanner: Scanner): readonly Sysctl[] {
  scanner.skip();
  const place = scanner.place(scanner.offset + 1);
  const found = scanner.take(SHELL);
  return found ? shellSettings(found[1] ?? "", place) : [];
}

function event(scanner: Scanner): ScriptEvent {
  scanner.skip();
  const start = scanner.offset;
  const place = scanner.place();
  const when = time(scanner);
  // `+.1...0.415`: the end of a call that waits.
  const end = scanner.accept("...") ? seconds(scanner, "the time at which the call returns") : null;
  const action = readAction(scanner, end);
  const outbound = action.do === "outbound";
  if (!outbound && when.base === "any")
    scanner.fail("* may only stand before an outbound packet", "write a time, as +0 or 0.100", start);
  if (!outbound && when.from !== when.to)
    scanner.fail("a range of times may only stand before an outbound packet", "write one time", start);
  if (end !== null && action.do !== "call")
    scanner.fail("only a system call may have a time at which it returns", "leave out the part from ... on", start);
  if (end !== null && end < when.from)
    scanner.fail(
      "the call returns before it starts",
      "both times count from the same moment, so the second is the larger one",
      start,
    );
  const text = scanner.text.slice(start, scanner.offset).replace(/\s+/g, " ");
  return { place, when, action, text };
}

function seconds(scanner: Scanner, what: string): number {
  return Math.round(Number(scanner.need(TIME, what, "write seconds, as 0.100 or .1")[0]) * 1e6);
}

function time(scanner: Scanner): When {
  if (scanner.accept("*")) return { base: "any", from: 0, to: 0 };
  const relative = scanner.accept("+");
  const from = seconds(scanner, relative ? "a time" : "a time at the start of an event");
  let to = from;
  const tilde = scanner.offset;
  if (scanner.accept("~")) {
    if (scanner.accept("+") !== relative)
      scanner.fail("both ends of a range are absolute or both relative", "write +.2~+.3 or 0.2~0.3", tilde);
    to = seconds(scanner, "the end of the range");
    if (to < from) scanner.fail("the range ends before it begins", "write the earlier time first", tilde);
  }
  return { base: relative ? "relative" : "absolute", from, to };
}

function readAction(scanner: Scanner, end: number | null): Action {
  if (scanner.accept("<")) return { do: "inbound", packet: parsePacket(scanner, "inbound") };
  if (scanner.accept(">")) return { do: "outbound", packet: parsePacket(scanner, "outbound") };
  scanner.skip();
  if (scanner.text.startsWith("`", scanner.offset)) return { do: "sysctl", settings: command(scanner) };
  const code = scanner.offset + 2;
  const assertions = scanner.take(CODE);
  if (assertions) return { do: "assert", assertions: parseAssertions(assertions[1] ?? "", scanner.place(code)) };
  const name = scanner.take(WORD);
  if (!name) scanner.fail("expected <, >, a system call, `a command` or %{ an assertion }%");
  scanner.expect("(", "( after the name of a system call");
  const args = list(scanner, ")");
  scanner.expect("=", "= and what the call returns");
  return { do: "call", name: name[0], args, expect: returned(scanner), end };
}

/** `0`, `-1 EPIPE (Broken pipe)`, `0x2 (flags O_RDWR)`, `...`. */
function returned(scanner: Scanner): Expected {
  if (scanner.accept("...")) return { value: null, errno: null };
  const value = Number(signed(scanner.need(INTEGER, "the value that the call returns", "write a number")[0]));
  // A digit after the value would be the next event's time, so only a name can be an errno.
  const errno = scanner.take(/E[A-Z0-9]+/y)?.[0] ?? null;
  if (errno !== null && value !== -1) scanner.fail(`a call that fails with ${errno} returns -1`, `write = -1 ${errno}`);
  scanner.take(/\([^()\n]*\)/y);
  return { value, errno };
}

function signed(text: string): number {
  return text.startsWith("-") ? -Number(text.slice(1)) : Number(text);
}

function list(scanner: Scanner, close: string): Argument[] {
  const items: Argument[] = [];
  if (scanner.accept(close)) return items;
  for (;;) {
    items.push(argument(scanner));
    if (scanner.accept(close)) return items;
    scanner.expect(",", `, or ${close}`);
  }
}

function argument(scanner: Scanner): Argument {
  scanner.skip();
  const place = scanner.place();
  return { ...expression(scanner), place };
}

function expression(scanner: Scanner): Expression {
  if (scanner.accept("...")) return { kind: "default" };
  if (scanner.accept("[")) return { kind: "list", items: list(scanner, "]") };
  if (scanner.accept("{")) return fields(scanner);
  const string = scanner.take(STRING);
  if (string) return { kind: "string", value: string[0].slice(1, -1) };
  const number = scanner.take(INTEGER);
  if (number) return { kind: "number", value: signed(number[0]) };
  const first = scanner.take(WORD)?.[0];
  if (first === undefined) scanner.fail("expected an argument", "write a number, a name, ..., [n] or {name=n}");
  if (scanner.accept("(")) {
    const inner = argument(scanner);
    scanner.expect(")", ")");
    return { kind: "apply", name: first, argument: inner };
  }
  const names = [first];
  while (scanner.accept("|")) names.push(scanner.need(WORD, "a name after |")[0]);
  return { kind: "names", names };
}

function fields(scanner: Scanner): Expression {
  const found: { name: string; value: Argument }[] = [];
  for (;;) {
    const name = scanner.need(WORD, "the name of a field", "write, for example, {onoff=1, linger=0}")[0];
    scanner.expect("=", `= after ${name}`);
    found.push({ name, value: argument(scanner) });
    if (scanner.accept("}")) return { kind: "fields", fields: found };
    scanner.expect(",", ", or }");
  }
}
