/**
 * What no recorded experiment shows: rules that need segments no host would send. Each script names the kernel function
 * and was asked of Linux 6.18.44, by hand: the segments went into a TUN device in a network namespace, and what came out
 * is what the script expects.
 */
import { expect, it } from "vitest";
import { runPacketdrill } from "../../../src/packetdrill/run.ts";

const LISTENS = `
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 5) = 0`;

const HALF_OPEN = `${LISTENS}
+0 < S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <...>`;

const ACCEPTED = `${HALF_OPEN}
+.1 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0`;

const WITH_TIMESTAMPS = `${LISTENS}
+0 < S 0:0(0) win 32792 <mss 1460,sackOK,TS val 1000 ecr 0,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <...>
+.1 < . 1:1(0) ack 1 win 257 <nop,nop,TS val 1100 ecr 0>
+0 accept(3, ..., ...) = 4
+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0`;

/** Both ends sent a SYN; nobody answers ours yet. */
const CROSSED = `
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (x)
+0 > S 0:0(0) <...>
+.1 < S 0:0(0) win 5792 <mss 1460,sackOK>
+0 > S. 0:0(0) ack 1 <...>`;

/** 1000 bytes wait behind a window that has closed. */
const WINDOW_CLOSES = `${ACCEPTED}
+0 write(4, ..., 1000) = 1000
+0 > P. 1:1001(1000) ack 1
+.1 < . 1:1(0) ack 1001 win 0`;

it("retransmits_timed_out: a number of retries counts in TCP_RTO_MIN, whatever tcp_rto_min_us says", () => {
  passes(`${"`sysctl -q net.ipv4.tcp_rto_min_us=50000 net.ipv4.tcp_orphan_retries=2`"}${HALF_OPEN}
+.03 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
+.1 close(4) = 0
+0 > F. 1:1(0) ack 1
${"* > F. 1:1(0) ack 1\n".repeat(5)}+3 < . 1:1(0) ack 2 win 257
+0 > R 2:2(0)`);
});

it("tcp_write_wakeup: at the time of the probe what fits into a small window is sent, with PSH", () => {
  passes(`${WINDOW_CLOSES}
+0 write(4, ..., 1000) = 1000
+.1 < . 1:1(0) ack 1001 win 1
+.29~+.31 > P. 1001:1129(128) ack 1
+.1 < . 1:1(0) ack 1129 win 257
+0 > P. 1129:2001(872) ack 1`);
});

it("tcp_snd_wnd_test: data that fills the window waits with its FIN for the probe", () => {
  passes(`${WINDOW_CLOSES}
+0 write(4, ..., 128) = 128
+0 close(4) = 0
+.1 < . 1:1(0) ack 1001 win 1
+.29~+.31 > P. 1001:1129(128) ack 1
+.1 < . 1:1(0) ack 1129 win 1
+0 > FP. 1129:1129(0) ack 1`);
});

it("tcp_probe_timer: TCP_USER_TIMEOUT ends it although every probe is answered", () => {
  passes(`${ACCEPTED}
+0 setsockopt(4, SOL_TCP, TCP_USER_TIMEOUT, [3000], 4) = 0
+0 write(4, ..., 1000) = 1000
+0 > P. 1:1001(1000) ack 1
+.1 < . 1:1(0) ack 1001 win 0
+0 write(4, ..., 1000) = 1000
+.3 > . 1000:1000(0) ack 1
+0 < . 1:1(0) ack 1001 win 0
+.6 > . 1000:1000(0) ack 1
+0 < . 1:1(0) ack 1001 win 0
+1.2 > . 1000:1000(0) ack 1
+0 < . 1:1(0) ack 1001 win 0
+1.1 write(4, ..., 10) = 10
+.2 write(4, ..., 10) = -1 ETIMEDOUT (x)`);
});

it("tcp_probe_timer: the time begins anew once the window has opened", () => {
  passes(`${ACCEPTED}
+0 setsockopt(4, SOL_TCP, TCP_USER_TIMEOUT, [3000], 4) = 0
+0 write(4, ..., 1000) = 1000
+0 > P. 1:1001(1000) ack 1
+.1 < . 1:1(0) ack 1001 win 0
+0 write(4, ..., 1000) = 1000
+.3 > . 1000:1000(0) ack 1
+.1 < . 1:1(0) ack 1001 win 257
+0 > P. 1001:2001(1000) ack 1
+.1 < . 1:1(0) ack 2001 win 0
+2.6 write(4, ..., 10) = 10
* > . 2000:2000(0) ack 1
+.4 < . 1:1(0) ack 2001 win 257
+0 > P. 2001:2011(10) ack 1`);
});

it("tcp_validate_incoming, max_sack: a RST right behind what is held ahead of its turn is believed", () => {
  passes(`${ACCEPTED}
+.1 < P. 101:201(100) ack 1 win 257
+0 > . 1:1(0) ack 1 <...>
+.1 < R. 201:201(0) ack 1 win 257
+.1 read(4, ..., 100) = -1 ECONNRESET (x)`);
});

it("TCP_PAWS_WINDOW: a timestamp one older is taken, two are not", () => {
  passes(`${WITH_TIMESTAMPS}
+.1 < P. 1:11(10) ack 1 win 257 <nop,nop,TS val 1099 ecr 0>
+.1 read(4, ..., 100) = 10
* > . 1:1(0) ack 11 <...>
+0 < P. 11:21(10) ack 1 win 257 <nop,nop,TS val 1098 ecr 0>
+0 > . 1:1(0) ack 11 <...>
+0 read(4, ..., 100) = -1 EAGAIN (x)`);
});

it("tcp_disordered_ack_check: an old acknowledgement with an old timestamp is thrown away in silence", () => {
  passes(`${WITH_TIMESTAMPS}
+0 < P. 1:11(10) ack 1 win 257 <nop,nop,TS val 1101 ecr 0>
+0 > . 1:1(0) ack 11 <...>
+.6 < . 1:1(0) ack 1 win 257 <nop,nop,TS val 1050 ecr 0>
+.1 close(4) = 0
+0 > R. 1:1(0) ack 11 <...>`);
});

it("tcp_data_queue, ZEROWINDOW: what comes into a closed window is dropped and answered; a FIN alone is taken", () => {
  passes(`${ACCEPTED}
+0 < . 1:60001(60000) ack 1 win 257
* > . 1:1(0) ack 60001
+.1 < . 60001:64241(4240) ack 1 win 257
* > . 1:1(0) ack 64241 win 0
+1 < P. 64241:64341(100) ack 1 win 257
+0 > . 1:1(0) ack 64241 win 0
+.1 < F. 64241:64241(0) ack 1 win 257
* > . 1:1(0) ack 64242 win 0
+0 %{ assert tcpi_state == 8, tcpi_state }%`);
});

it("tcp_sequence, INVALID_END_SEQUENCE: a segment that ends beyond the window is refused while something is unread", () => {
  passes(`${ACCEPTED}
+0 < . 1:60001(60000) ack 1 win 257
* > . 1:1(0) ack 60001
+.6 < P. 60001:70001(10000) ack 1 win 257
+0 > . 1:1(0) ack 60001`);
});

it("tcp_ack, TOO_OLD_ACK: an acknowledgement of before what was acknowledged is challenged, its data dropped", () => {
  passes(`${ACCEPTED}
+.1 < P. 1:11(10) ack 4294900000 win 257
+0 > . 1:1(0) ack 1
+0 read(4, ..., 100) = -1 EAGAIN (x)`);
});

it("tcp_write_timeout: a crossing open follows tcp_syn_retries, not tcp_synack_retries", () => {
  passes(`${"`sysctl -q net.ipv4.tcp_syn_retries=3 net.ipv4.tcp_synack_retries=1`"}
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0...15 connect(3, ..., ...) = -1 ETIMEDOUT (x)
+0 > S 0:0(0) <...>
+.1 < S 0:0(0) win 5792 <mss 1460,sackOK>
+0 > S. 0:0(0) ack 1 <...>
+.9 > S. 0:0(0) ack 1 <...>
+2 > S. 0:0(0) ack 1 <...>
+4 > S. 0:0(0) ack 1 <...>`);
});

it("tcp_shutdown: the FIN of a crossing open waits until it is open", () => {
  passes(`${CROSSED}
+.1 shutdown(3, SHUT_WR) = 0
+0 %{ assert tcpi_state == 3, tcpi_state }%
+.1 < . 1:1(0) ack 1 win 5792
+0 > F. 1:1(0) ack 1
+0 %{ assert tcpi_state == 4, tcpi_state }%`);
});

it("reqsk_timer_handler: half-open connections are given up earlier while they fill more than half of the backlog", () => {
  const ports = [1001, 1002, 1003, 1004, 1005];
  const again = (wait: string, which: readonly number[]): string =>
    which.map((port, index) => `+${index === 0 ? wait : "0"} > 8080>${port} S. 0:0(0) ack 1 <...>\n`).join("");
  passes(`${LISTENS}
${ports.map((port) => `+0 < ${port}>8080 S 0:0(0) win 32792 <mss 1460>\n${again("0", [port])}`).join("")}
${again("1", ports)}${again("2", ports)}${again("4", ports.slice(1))}
+1 < 1001>8080 . 1:1(0) ack 1 win 32792
+0 > 8080>1001 R 1:1(0)`);
});

it("tcp_rcv_state_process, TCPABORTONDATA: bytes beyond the peer's own FIN reset, in CLOSE-WAIT and LAST-ACK", () => {
  const closing = `${ACCEPTED}
+.1 < F. 1:1(0) ack 1 win 257
+0~+.05 > . 1:1(0) ack 2`;
  const overlap = `
+.1 < P. 1:50(49) ack 1 win 257
+0 > R 1:1(0)`;
  passes(`${closing}${overlap}
+0 write(4, ..., 10) = -1 EPIPE (x)`);
  passes(`${closing}
+.1 shutdown(4, SHUT_WR) = 0
+0 > F. 1:1(0) ack 2${overlap}`);
});

it("tcp_check_req: an acknowledgement of something else is reset, wherever its numbers lie; a RST with one is believed", () => {
  passes(`${HALF_OPEN}
+.1 < . 200000:200000(0) ack 500 win 257
+0 > R 500:500(0)
+.1 < R. 1:1(0) ack 500 win 257
+.1 < . 1:1(0) ack 1 win 257
+0 > R 1:1(0)`);
});

it("tcp_retransmit_timer: what is out when the window closes is repeated for longer than tcp_retries2", () => {
  passes(`${"`sysctl -q net.ipv4.tcp_retries2=2`"}${ACCEPTED}
+.1 shutdown(4, SHUT_WR) = 0
+0 > F. 1:1(0) ack 1
+.05 < . 1:1(0) ack 1 win 0
* > F. 1:1(0) ack 1
* > F. 1:1(0) ack 1
* > F. 1:1(0) ack 1
* > F. 1:1(0) ack 1
* > F. 1:1(0) ack 1
* > F. 1:1(0) ack 1
+0 %{ assert tcpi_state == 4, tcpi_state }%`);
});

it("tcp_ack, old_ack: an acknowledgement older than the last says nothing of the window", () => {
  passes(`${WINDOW_CLOSES}
+0 write(4, ..., 100) = 100
+.05 < . 1:1(0) ack 501 win 257
+.1 < . 1:1(0) ack 1001 win 257
+0 > P. 1001:1101(100) ack 1`);
});

it("tcp_may_update_window: with the same numbers a window only grows; a later segment makes it smaller", () => {
  passes(`${ACCEPTED}
+0 < . 1:1(0) ack 1 win 5
+0 write(4, ..., 1000) = 1000
+0 > P. 1:1001(1000) ack 1
+.1 < . 1:1(0) ack 1001 win 5
+.05 < . 1:1(0) ack 1001 win 2
+.02 write(4, ..., 500) = 500
+0 > P. 1001:1501(500) ack 1
+.1 < P. 1:11(10) ack 1501 win 2
+0~+.05 > . 1501:1501(0) ack 11
+.05 write(4, ..., 500) = 500
+.1 < . 11:11(0) ack 1501 win 257
+0 > P. 1501:2001(500) ack 11`);
});

it("reqsk_timer_handler: TCP_SYNCNT of a listener is how often its SYN+ACK is repeated", () => {
  passes(`${LISTENS}
+0 setsockopt(3, SOL_TCP, TCP_SYNCNT, [2], 4) = 0
+0 < S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <...>
+1 > S. 0:0(0) ack 1 <...>
+2 > S. 0:0(0) ack 1 <...>
+12 < . 1:1(0) ack 1 win 257
+0 > R 1:1(0)`);
});

function passes(script: string): void {
  expect(runPacketdrill(script)).toBeNull();
}
