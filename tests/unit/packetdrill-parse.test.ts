import { describe, expect, it } from "vitest";
import { parseScript } from "../../src/packetdrill/parse.ts";
import { ScriptError } from "../../src/packetdrill/script.ts";
import { runPacketdrill } from "../../src/packetdrill/run.ts";

/** Where a script is wrong and what the message says. */
function complaint(text: string): string {
  const failure = runPacketdrill(text);
  return failure ? `${failure.line}:${failure.column} ${failure.message}` : "none";
}

const SOCKET = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n";

describe("packetdrill scripts as data", () => {
  it("reads times", () => {
    const whens = parseScript(`0 close(3) = 0
      +.1 close(3) = 0
      1.25 close(3) = 0
      +.2~+.23 > F. 1:1(0) ack 2
      0.2~0.3 > . 1:1(0) ack 1
      * > R 2:2(0)
      +.1...0.415 close(3) = 0`).events.map(({ when, action }) => ({
      ...when,
      ...(action.do === "call" && action.end !== null ? { end: action.end } : {}),
    }));
    expect(whens).toEqual([
      { base: "absolute", from: 0, to: 0 },
      { base: "relative", from: 100_000, to: 100_000 },
      { base: "absolute", from: 1_250_000, to: 1_250_000 },
      { base: "relative", from: 200_000, to: 230_000 },
      { base: "absolute", from: 200_000, to: 300_000 },
      { base: "any", from: 0, to: 0 },
      { base: "relative", from: 100_000, to: 100_000, end: 415_000 },
    ]);
  });

  it("reads segments with every option", () => {
    const [first, second, third] =
      parseScript(`0 < SR 1000:1000(0) win 32792 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7,eol>
      +0 > FP. 1:101(100) ack 5 <...>
      +0 < - 1:1(0)`).events.map(({ action }) => ("packet" in action ? action.packet : null));
    expect(first).toEqual({
      flags: "SR",
      seq: 1000,
      len: 0,
      ack: null,
      win: 32_792,
      options: [
        { name: "mss", value: 1460 },
        { name: "sackOK" },
        { name: "TS", val: 100, ecr: 0 },
        { name: "nop" },
        { name: "wscale", value: 7 },
        { name: "eol" },
      ],
      ports: null,
    });
    expect(second).toMatchObject({ flags: "FP.", seq: 1, len: 100, ack: 5, win: null, options: "any" });
    expect(third).toMatchObject({ flags: "", ack: null, options: [] });
  });

  it("reads calls, comments, options and commands", () => {
    const script = parseScript(`--tolerance_usecs=7000
      --tcp_ts_tick_usecs=1000 --mss=1000
      // a comment
      \`sysctl -q net.ipv4.tcp_fin_timeout=2 net.ipv4.tcp_rmem="4096 87380 6291456"
       # a comment of the shell
       ../common/set_sysctls.py /proc/sys/net/ipv4/tcp_tw_reuse=1 # and another
       sysctl -w net.ipv4.tcp_rfc1337=1\` /* another */
      0 fcntl(3, F_GETFL) = 0x802 (flags O_RDWR|O_NONBLOCK)
      +0 write(4, ..., 10) = -1 EPIPE (Broken pipe)
      +0 setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0
      +0 \`sysctl -q net.ipv4.tcp_sack=0\`
      \`sysctl -q net.ipv4.tcp_sack=1\``);
    expect(script).toMatchObject({ tolerance: 7000, timestampTick: 1000 });
    expect(script.settings.map(({ name, value }) => `${name}=${value}`)).toEqual([
      "net.ipv4.tcp_fin_timeout=2",
      "net.ipv4.tcp_rmem=4096 87380 6291456",
      "net.ipv4.tcp_tw_reuse=1",
      "net.ipv4.tcp_rfc1337=1",
    ]);
    expect(script.events.map(({ action }) => (action.do === "call" ? action.expect : action.do))).toEqual([
      { value: 0x802, errno: null },
      { value: -1, errno: "EPIPE" },
      { value: 0, errno: null },
      "sysctl",
    ]);
  });
});

describe("what suites for real kernels write", () => {
  it.each(["./defaults.sh", "../../common/defaults.sh", "scripts/defaults.sh"])(
    "%s sets what their scripts expect",
    (path) => {
      expect(parseScript(`\`${path}\`\n${SOCKET}`).settings).toContainEqual(
        expect.objectContaining({ name: "net.ipv4.tcp_syn_retries", value: "5" }),
      );
    },
  );

  it("an inbound segment whose acknowledgement number is left out carries 0", () => {
    const [, event] = parseScript(`${SOCKET}+0 < S. 0:0(0) win 1000`).events;
    expect(event?.action).toMatchObject({ do: "inbound", packet: { flags: "S.", ack: 0 } });
  });
});

describe("what is wrong in a script, and where", () => {
  it.each([
    [
      "",
      "1:1 expected an event, found the end of the script; write, for example: 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
    ],
    ["socket() = 3", '1:1 expected a time at the start of an event, found "socket"; write seconds, as 0.100 or .1'],
    [`${SOCKET}+0 < X. 0:0(0) ack 1`, "2:6 there is no flag X; write S, S., P., F., FP., R, R., . or -"],
    [`${SOCKET}+0 < SEW 0:0(0)`, "2:6 flag E: ECN is not simulated; write S, S., P., F., FP., R, R., . or -"],
    [
      `${SOCKET}+0 < P. 1:100(100) ack 1`,
      "2:9 1:100(100) does not add up; write 1:101(100); SYN and FIN are not counted here",
    ],
    [
      `${SOCKET}+0 < P. 1:101 ack 1`,
      '2:9 expected sequence numbers, found "1"; write first:last(bytes), as 1:101(100)',
    ],
    [
      `${SOCKET}+0 > . 1:1(0)`,
      "2:14 expected ack and a number, because the flags have a dot, found the end of the script",
    ],
    [`${SOCKET}+0 < S 0:0(0) <...>`, "2:15 <...> may only stand in an outbound packet; write the options"],
    [
      `${SOCKET}+0 < . 1:1(0) ack 1 <sack 1:2>`,
      "2:22 SACK blocks are not simulated; write mss n, sackOK, TS val n ecr n, nop, wscale n or eol",
    ],
    [`${SOCKET}* < . 1:1(0) ack 1`, "2:1 * may only stand before an outbound packet; write a time, as +0 or 0.100"],
    [`${SOCKET}+.2~+.1 > . 1:1(0) ack 1`, "2:4 the range ends before it begins; write the earlier time first"],
    [
      `${SOCKET}+.2~.3 > . 1:1(0) ack 1`,
      "2:4 both ends of a range are absolute or both relative; write +.2~+.3 or 0.2~0.3",
    ],
    [
      `${SOCKET}+.2...0.1 close(3) = 0`,
      "2:1 the call returns before it starts; both times count from the same moment, so the second is the larger one",
    ],
    [
      `${SOCKET}+0 < [ect0] . 1:1(0) ack 1`,
      "2:6 only plain TCP over IPv4 is simulated; write flags, sequence numbers, ack, win, options",
    ],
    [`${SOCKET}+0 close(3)`, "2:12 expected = and what the call returns, found the end of the script"],
    [
      `${SOCKET}+0 epoll_create(1) = 4`,
      "2:1 epoll_create() is not simulated; there are socket, bind, listen, accept, connect, read, write, send, recv, sendto, recvfrom, close, shutdown, fcntl, getsockopt, setsockopt and ioctl",
    ],
    [`${SOCKET}+0 close(3, 4) = 0`, "2:1 close() has 2 arguments; it takes 1"],
    [`${SOCKET}+0 close(3) = 0 EPIPE`, "2:22 a call that fails with EPIPE returns -1; write = -1 EPIPE"],
    [`${SOCKET}+0 setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, [1], 16) = 0`, "2:43 expected {tv_sec=1, tv_usec=0}"],
    [`${SOCKET}+0 setsockopt(3, SOL_SOCKET, SO_LINGER, [1], 8) = 0`, "2:41 expected {onoff=1, linger=0}"],
    [`${SOCKET}+0 shutdown(3, SHUT_UP) = 0`, "2:16 write SHUT_RD, SHUT_WR or SHUT_RDWR"],
    [`${SOCKET}+0 \`ifconfig lo\``, "2:5 the command ifconfig is not understood; write sysctl -q net.ipv4.name=value"],
    [
      `\`\nsysctl -q net.ipv4.tcp_sack=on\`\n${SOCKET}`,
      '2:2 net.ipv4.tcp_sack is a whole number from 0 to 255; this is "on"',
    ],
    [
      `${SOCKET}+0 %{ tcpi_state == 1 }%`,
      '2:7 expected assert, found "tcpi_state"; write assert tcpi_state == 7, tcpi_state',
    ],
    [
      `${SOCKET}+0 %{ assert tcpi_state is 1 }%`,
      '2:25 expected assert, found "is"; write assert tcpi_state == 7, tcpi_state',
    ],
    [`${SOCKET}/* open`, "2:1 this comment is never closed; end it with */"],
    [`--ip_version=ipv6\n${SOCKET}`, "1:1 --ip_version=ipv6: only IPv4 is simulated; leave the option out"],
    ["0 socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3", "1:10 only IPv4 is simulated; write ..."],
    ["0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3", "1:15 only TCP is simulated; write SOCK_STREAM"],
  ])("%s", (text, message) => {
    expect(complaint(text)).toBe(message);
  });

  it("throws an error of its own kind", () => {
    expect(() => parseScript("x")).toThrow(ScriptError);
  });
});
