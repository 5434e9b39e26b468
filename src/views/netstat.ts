/**
 * What `netstat -tanop` prints on a host at one moment, as net-tools 2.10 prints it from /proc/net/tcp. It has the names
 * of BSD for states and timers, counts a listener's Send-Q as 0, and prints a timer's rest in hundredths of a second,
 * then retransmissions, then unanswered probes.
 */
import type { SocketView } from "./socket-view.ts";
import type { SsLine } from "./ss.ts";
import { bsdName } from "./states.ts";

const HEADING = [
  "Active Internet connections (servers and established)",
  "Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name     Timer",
] as const;

/** The text of a host whose sockets `ss` would list like this. */
export function netstatText(lines: readonly SsLine[], pid: ReadonlyMap<string, number>): string {
  return [...HEADING, ...lines.map(({ socket }) => row(socket, pid))].join("\n");
}

function row(socket: SocketView, pid: ReadonlyMap<string, number>): string {
  const sendq = socket.state === "LISTEN" ? 0 : socket.sendq;
  const who = socket.holder === null ? "-" : `${pid.get(socket.holder.program) ?? "?"}/${socket.holder.program}`;
  const remote = socket.remote.replace(/:0$/, ":*");
  return [
    `tcp   ${String(socket.recvq).padStart(6)}`,
    String(sendq).padStart(6),
    socket.local.padEnd(23),
    remote.padEnd(23),
    bsdName(socket.state).padEnd(11),
    who.padEnd(20),
    timerText(socket.timer),
  ].join(" ");
}

function timerText(timer: SocketView["timer"]): string {
  if (timer === null) return "off (0.00/0/0)";
  const left = (Math.floor(timer.left / 10_000) / 100).toFixed(2);
  return timer.name === "on"
    ? `on (${left}/${timer.retries}/0)`
    : `${timer.name === "persist" ? "probe" : timer.name} (${left}/0/${timer.name === "timewait" ? 0 : timer.retries})`;
}
