/** One TCP segment as a script writes it: `P. 1:101(100) ack 1 win 257 <nop,nop,TS val 100 ecr 200>`. */
import type { Packet, TcpOption } from "./script.ts";
import type { Scanner } from "./scanner.ts";

const NUMBER = /\d+/y;
const FLAGS = /(?:[A-Z]+\.?|\.|-)(?![A-Za-z0-9_])/y;
const OUTSIDE = /(?:udp|icmp|ipv4|ipv6|gre|mpls|raw)\b|\[/y;
/** tcpdump's order, in which the engine writes them. */
const ORDER = "FSRP.";

export function parsePacket(scanner: Scanner, direction: "inbound" | "outbound"): Packet {
  scanner.skip();
  const start = scanner.offset;
  if (scanner.match(OUTSIDE))
    scanner.fail("only plain TCP over IPv4 is simulated", "write flags, sequence numbers, ack, win, options", start);
  const ports = parsePorts(scanner);
  const flags = parseFlags(scanner);
  const { seq, len } = parseSequence(scanner);
  let ack = scanner.take(/ack\b/y) ? number(scanner, "the acknowledgement number", 2 ** 32 - 1) : null;
  if (ack === null && flags.includes(".")) {
    // packetdrill fills the field of an inbound segment with 0; so begins, for example, a SYN+ACK to a listener.
    if (direction === "inbound") ack = 0;
    else if (!flags.includes("R")) scanner.fail("expected ack and a number, because the flags have a dot");
  }
  // The field is in every header; without the flag it is 0.
  if (ack !== null && ack !== 0 && !flags.includes("."))
    scanner.fail("ack needs the ACK flag", "add a dot to the flags");
  const win = scanner.take(/win\b/y) ? number(scanner, "the window", 65_535) : null;
  if (scanner.take(/urg\b/y)) scanner.fail("urgent data is not simulated");
  scanner.skip();
  const at = scanner.offset;
  // Every event begins with a time, so a < here opens the options.
  const options = scanner.accept("<") ? parseOptions(scanner) : [];
  if (options === "any" && direction === "inbound")
    scanner.fail("<...> may only stand in an outbound packet", "write the options", at);
  return { flags, seq, len, ack, win, options, ports };
}

function parsePorts(scanner: Scanner): Packet["ports"] {
  const found = scanner.take(/(\d+)\s*>\s*(\d+)/y);
  if (!found) return null;
  const [src, dst] = [Number(found[1]), Number(found[2])];
  if (src > 65_535 || dst > 65_535) scanner.fail("a port is at most 65535");
  return { src, dst };
}

function parseFlags(scanner: Scanner): string {
  scanner.skip();
  const start = scanner.offset;
  const hint = "write S, S., P., F., FP., R, R., . or -";
  const text = scanner.need(FLAGS, "TCP flags", hint)[0];
  if (text === "-") return "";
  for (const letter of text) {
    if (!ORDER.includes(letter))
      scanner.fail(
        letter === "E" || letter === "W" || letter === "A"
          ? `flag ${letter}: ECN is not simulated`
          : `there is no flag ${letter}`,
        hint,
        start,
      );
  }
  return [...ORDER].filter((letter) => text.includes(letter)).join("");
}

function parseSequence(scanner: Scanner): { seq: number; len: number } {
  scanner.skip();
  const start = scanner.offset;
  const [, first, last, length] = scanner.need(
    /(\d+)\s*:\s*(\d+)\s*\(\s*(\d+)\s*\)/y,
    "sequence numbers",
    "write first:last(bytes), as 1:101(100)",
  );
  const [seq, end, len] = [Number(first), Number(last), Number(length)];
  if (seq >= 2 ** 32 || end >= 2 ** 32) scanner.fail("a sequence number has 32 bits", null, start);
  if ((seq + len) % 2 ** 32 !== end)
    scanner.fail(
      `${seq}:${end}(${len}) does not add up`,
      `write ${seq}:${seq + len}(${len}); SYN and FIN are not counted here`,
      start,
    );
  return { seq, len };
}

function number(scanner: Scanner, what: string, most: number): number {
  const value = Number(scanner.need(NUMBER, what)[0]);
  if (value > most) scanner.fail(`${what} is at most ${most}`, null, scanner.offset - String(value).length);
  return value;
}

function parseOptions(scanner: Scanner): readonly TcpOption[] | "any" {
  if (scanner.accept("...")) {
    scanner.expect(">", "> after <...");
    return "any";
  }
  const options: TcpOption[] = [];
  if (scanner.accept(">")) return options;
  for (;;) {
    options.push(parseOption(scanner));
    if (scanner.accept(">")) return options;
    scanner.expect(",", ", or > in the TCP options");
  }
}

function parseOption(scanner: Scanner): TcpOption {
  scanner.skip();
  const start = scanner.offset;
  const known = "write mss n, sackOK, TS val n ecr n, nop, wscale n or eol";
  const name = scanner.need(/[A-Za-z0-9]+/y, "a TCP option", known)[0];
  switch (name) {
    case "nop":
    case "eol":
    case "sackOK":
      return { name };
    case "mss":
      return { name, value: number(scanner, "the segment size", 65_535) };
    case "wscale":
      return { name, value: number(scanner, "the window scale", 255) };
    case "TS": {
      scanner.need(/val\b/y, "val after TS");
      const val = number(scanner, "a timestamp", 2 ** 32 - 1);
      scanner.need(/ecr\b/y, "ecr after the timestamp");
      return { name, val, ecr: number(scanner, "a timestamp", 2 ** 32 - 1) };
    }
    default:
      return scanner.fail(
        name === "sack" ? "SACK blocks are not simulated" : `TCP option ${name} is not simulated`,
        known,
        start,
      );
  }
}
