import { describe, expect, it } from "vitest";
import { BASELINE } from "../../src/experiment/sysctl.ts";
import { openSingleHost } from "../../src/engine/single-host.ts";
import { type Failure, runPacketdrill } from "../../src/packetdrill/run.ts";

const LISTEN = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
`;
/** Nine lines; round trip 100 ms, so the retransmission timeout is 300 ms. */
const OPEN = `${LISTEN}
+0 < S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4

`;
const FIRST = 10;

function play(lines: string, before: string = OPEN): Failure | null {
  return runPacketdrill(before + lines);
}

describe("a script on one host", () => {
  it("says what it expected and what it got", () => {
    expect(play("+0 close(4) = 0\n+0 > F. 1:1(0) ack 2")).toEqual({
      line: FIRST + 1,
      column: 1,
      message: "another acknowledgement number",
      expected: "F. 1:1(0) ack 2 at 0.100000 s",
      got: "F. 1:1(0) ack 1 win 63 at 0.100000 s",
    });
    expect(play("+0 write(4, ..., 10) = 9")).toMatchObject({ line: FIRST, expected: "9", got: "10" });
    expect(play("+0 read(9, ..., 10) = 0")).toMatchObject({ line: FIRST, expected: "0", got: "-1 EBADF" });
  });

  it("allows 4 ms, or an eighth of the time since the previous event", () => {
    const fin = "+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n";
    expect(play(`${fin}+.3 > F. 1:1(0) ack 1`)).toBeNull();
    expect(play(`${fin}+.336 > F. 1:1(0) ack 1`)).toBeNull();
    expect(play(`${fin}+.35 > F. 1:1(0) ack 1`)).toMatchObject({
      message: "the segment came too early (tolerance 0.043750 s)",
    });
    expect(play(`${fin}+.2 > F. 1:1(0) ack 1`)).toMatchObject({
      message: "the segment did not come",
      got: "nothing until then; the next is F. 1:1(0) ack 1 win 63 at 0.400000 s",
    });
    expect(play(`${fin}+.25~+.29 > F. 1:1(0) ack 1`)).toBeNull();
    expect(play(`${fin}* > F. 1:1(0) ack 1`)).toBeNull();
    expect(runPacketdrill(`--tolerance_usecs=100000\n${OPEN}${fin}+.2 > F. 1:1(0) ack 1`)).toBeNull();
  });

  it("reports a segment that no line has taken", () => {
    expect(play("+0 close(4) = 0")).toMatchObject({
      line: FIRST,
      message: "after the last line a segment is left over",
      got: "F. 1:1(0) ack 1 win 63 at 0.100000 s",
    });
    expect(play("+0 close(4) = 0\n+0 > . 1:1(0) ack 1")).toMatchObject({ line: FIRST + 1, message: "other flags" });
  });

  it("lets a call wait while the script goes on", () => {
    const data = "+.2 < P. 1:11(10) ack 1 win 257\n+0 > . 1:1(0) ack 11";
    expect(play(`+.1...0.3 read(4, ..., 10) = 10\n${data}`)).toBeNull();
    expect(play(`+.1...0.5 read(4, ..., 10) = 10\n${data}`)).toMatchObject({
      line: FIRST,
      message: "the call returned too early (tolerance 0.050000 s)",
      expected: "10 at 0.600000 s",
      got: "10 at 0.400000 s",
    });
    expect(play(`+.1...0.2 read(4, ..., 10) = 10\n+0 close(3) = 0`)).toMatchObject({
      line: FIRST,
      message: "the call still waits",
    });
    expect(play("+.1 read(4, ..., 10) = 10")).toMatchObject({ line: FIRST, got: "nothing yet" });
  });

  it("compares windows and options only as far as they are written", () => {
    const data = "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1";
    expect(play(`${data} win 63`)).toBeNull();
    expect(play(`${data} win 64`)).toMatchObject({ message: "another window" });
    expect(play(`${data} <...>`)).toBeNull();
    expect(play(`${data} <nop,nop,TS val 1 ecr 2>`)).toMatchObject({ message: "other TCP options" });
  });

  it("turns the script's timestamps into live ones and back", () => {
    const shake = (ecr: number): string => `${LISTEN}+0 < S 0:0(0) win 1000 <mss 1460,sackOK,TS val 700 ecr 0>
+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 700>
+.1 < . 1:1(0) ack 1 win 1000 <nop,nop,TS val 800 ecr ${ecr}>
+0 accept(3, ..., ...) = 4
+0 write(4, ..., 10) = 10
`;
    expect(runPacketdrill(`${shake(100)}+0 > P. 1:11(10) ack 1 <nop,nop,TS val 200 ecr 800>`)).toBeNull();
    expect(runPacketdrill(`${shake(100)}+0 > P. 1:11(10) ack 1 <nop,nop,TS val 200 ecr 799>`)).toMatchObject({
      message: "other TCP options",
    });
    expect(runPacketdrill(shake(101))).toMatchObject({
      message: "the host has never sent the timestamp 101 that is echoed here",
    });
    const tick = (val: number): string =>
      `--tcp_ts_tick_usecs=1000\n${shake(100)}+0 > P. 1:11(10) ack 1 <nop,nop,TS val ${val} ecr 800>`;
    expect(runPacketdrill(tick(200))).toBeNull();
    expect(runPacketdrill(tick(250))).toMatchObject({ message: "another timestamp: 200" });
  });

  it("takes several segments for one line", () => {
    const write = "+0 write(4, ..., 4000) = 4000\n";
    expect(play(`${write}+0 > P. 1:4001(4000) ack 1`)).toBeNull();
    expect(play(`${write}+0 > . 1:1461(1460) ack 1\n+0 > P. 1461:4001(2540) ack 1`)).toBeNull();
    expect(play(`${write}+0 > . 1:4001(4000) ack 1`)).toMatchObject({ message: "other flags" });
    expect(play(`${write}+0 > P. 1:5001(5000) ack 1`)).not.toBeNull();
  });

  it("asserts what TCP_INFO says", () => {
    expect(
      play("+0 %{ assert tcpi_state == 1 and not tcpi_unacked, tcpi_state; assert 0 <= tcpi_rto <= 400 * 1000 }%"),
    ).toBeNull();
    expect(play("+0 %{ assert tcpi_state == 8 or tcpi_state == 9, 'state %d' % tcpi_state }%")).toMatchObject({
      line: FIRST,
      message: "the assertion does not hold",
      expected: "tcpi_state == 8 or tcpi_state == 9",
      got: "tcpi_state is 1",
    });
    expect(play("+0 %{ assert tcpi_snd_cwnd == 10 }%")).toMatchObject({
      column: 14,
      message: "tcpi_snd_cwnd has no value here",
    });
    expect(play("+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n+0 %{ assert tcpi_state == 4 }%")).toMatchObject({
      line: FIRST + 2,
    });
  });

  it("asserts bits of tcpi_options", () => {
    expect(play("+0 %{ assert (tcpi_options & TCPI_OPT_SACK) != 0 and tcpi_options & 1 == 0 }%")).toBeNull();
    expect(play("+0 %{ assert (tcpi_options & TCPI_OPT_SYN_DATA) != 0, tcpi_options }%")).toMatchObject({
      message: "the assertion does not hold",
    });
  });

  it("answers a SYN+ACK to a listener with the number it acknowledges", () => {
    expect(runPacketdrill(`${LISTEN}+0 < S. 0:0(0) win 1000 <mss 1460>\n+0 > R 0:0(0) win 0`)).toBeNull();
  });

  /** A connection from the one port of IP_LOCAL_PORT_RANGE, closed, and connect() once more after `wait` seconds. */
  const again = (wait: string, result: string): string => `--tcp_ts_tick_usecs=1000
\`sysctl -q net.ipv4.tcp_tw_reuse=1 net.ipv4.tcp_tw_reuse_delay=1000\`
0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_IP, IP_LOCAL_PORT_RANGE, [0xdeaddead], 4) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS
+0 > S 0:0(0) <mss 1460,sackOK,TS val 1001 ecr 0,nop,wscale 10>
+.001 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 3001 ecr 1001,nop,wscale 8>
+0 > . 1:1(0) ack 1 <...>
+0 close(3) = 0
+0 > F. 1:1(0) ack 1 <nop,nop,TS val 1002 ecr 3001>
+.001 < F. 1:1(0) ack 2 win 8 <nop,nop,TS val 3002 ecr 1002>
+0 > . 2:2(0) ack 2 <nop,nop,TS val 1003 ecr 3002>
+0 socket(..., SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_IP, IP_LOCAL_PORT_RANGE, [0xdeaddead], 4) = 0
+${wait} connect(3, ..., ...) = -1 ${result}
`;

  it("takes the range of ports as one number, and begins a connection's timestamps anew", () => {
    expect(runPacketdrill(again(".99", "EADDRNOTAVAIL"))).toBeNull();
    const second = `${again("1.01", "EINPROGRESS")}+0 > S 0:0(0) <mss 1460,sackOK,TS val 5000 ecr 3002,nop,wscale 10>
+.001 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 4003 ecr 5000,nop,wscale 8>
+0 > . 1:1(0) ack 1 <nop,nop,TS val 5001 ecr 4003>`;
    expect(runPacketdrill(second)).toBeNull();
  });

  it("sends what MSG_MORE holds back when TCP_NODELAY is set, without PSH", () => {
    // As on Linux 6.18: what no send() has ended goes without PSH, after 200 ms of waiting with it.
    expect(
      play(`+0 send(4, ..., 40, MSG_MORE) = 40
+.05 send(4, ..., 40, MSG_MORE) = 40
+.05 setsockopt(4, SOL_TCP, TCP_NODELAY, [1], 4) = 0
+0 > . 1:81(80) ack 1
+0 < . 1:1(0) ack 81 win 257
+.1 send(4, ..., 41, MSG_MORE) = 41
+.3 > P. 81:122(41) ack 1
+0 < . 1:1(0) ack 122 win 257
+0 send(4, ..., 50, MSG_MORE) = 50
+0 close(4) = 0
+0 > F. 122:172(50) ack 1`),
    ).toBeNull();
  });

  it("ends a packet of several segments with PSH, whatever the program asked for", () => {
    expect(
      play("+0 send(4, ..., 3000, MSG_MORE) = 3000\n+0 > . 1:1461(1460) ack 1\n+0 > P. 1461:2921(1460) ack 1"),
    ).toBeNull();
  });

  it("says what the engine does not model, and where", () => {
    expect(play("+0 getsockopt(4, SOL_SOCKET, SO_SNDTIMEO, ..., 4) = 0")).toMatchObject({
      line: FIRST,
      message: "not modelled: getsockopt SO_SNDTIMEO",
    });
    // An option that only fails is not among those that are offered instead.
    const failure = play("+0 setsockopt(4, SOL_TCP, TCP_CORK, [1], 4) = 0");
    expect(failure?.message).toMatch(/^socket option TCP_CORK is not simulated; there are (?!.*TCP_CORK)/);
  });
});

describe("the host that a script drives", () => {
  const host = (): ReturnType<typeof openSingleHost> =>
    openSingleHost({ addresses: ["192.168.0.1"], sysctl: BASELINE, seed: 1 });

  it("hands out what it sends, with its time, and tells when it will do something", () => {
    const one = host();
    expect([one.now(), one.nextTimer(), one.emitted.length]).toEqual([0, null, 0]);
    const fd = one.returned(one.call({ op: "socket" }))?.value ?? -1;
    one.advanceTo(500);
    const connecting = one.call({ op: "connect", fd, to: { address: "192.0.2.1", port: 80 } });
    expect(one.emitted).toMatchObject([{ at: 500, flags: "S", dst: "192.0.2.1:80" }]);
    expect(one.returned(connecting)).toBeNull();
    expect(one.nextTimer()).toBe(1_000_500);
    one.advanceTo(1_000_500);
    expect(one.emitted.length).toBe(1);
    one.settle();
    expect(one.emitted.length).toBe(2);
    expect(one.sockets()).toMatchObject([{ state: "SYN-SENT", timer: { name: "on" } }]);
  });

  it("gives the same run for the same inputs", () => {
    const trace = (): string => {
      const one = host();
      const fd = one.returned(one.call({ op: "socket" }))?.value ?? -1;
      one.call({ op: "connect", fd, to: { address: "192.0.2.1", port: 80 } });
      one.advanceTo(10_000_000);
      return JSON.stringify(one.trace);
    };
    expect(trace()).toBe(trace());
  });
});
