/**
 * What `ss -tanop` prints on a host at one moment, as iproute2 6.1 prints it. Its time format has a
 * trap that is kept: under ten seconds with a fraction it writes `2.892ms` and means 2.892 seconds
 * (misc/ss.c, print_ms_timer; corrected upstream in 2025).
 */
import { STATE_LOOKS } from "./states.ts";
import type { Run, Snapshot } from "./snapshot.ts";
import type { SocketView } from "./socket-view.ts";

/** A line of `ss` in its columns. */
export interface SsLine {
  readonly socket: SocketView;
  readonly state: string;
  readonly recvq: string;
  readonly sendq: string;
  readonly local: string;
  readonly peer: string;
  /** `users:(("server",pid=1001,fd=4))`, or empty. */
  readonly users: string;
  /** `timer:(timewait,59sec,0)`, or empty. */
  readonly timer: string;
}

/** Remaining time as `ss` writes it, from microseconds. */
export function ssTime(us: number): string {
  const ms = Math.floor(us / 1000);
  let seconds = Math.floor(ms / 1000);
  let rest = ms % 1000;
  const minutes = Math.floor(seconds / 60);
  seconds %= 60;
  let text = "";
  if (minutes > 0) {
    rest = 0;
    text = `${minutes}min`;
    if (minutes > 9) seconds = 0;
  }
  if (seconds > 0) {
    if (seconds > 9) rest = 0;
    text += `${seconds}${rest > 0 ? "." : "sec"}`;
  }
  return rest > 0 ? `${text}${String(rest).padStart(3, "0")}ms` : text;
}

/** Process ids of a run: 1001, 1002, … in the order the programs start. A kernel's would be others. */
export function pids(run: Run): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const event of run.events)
    if (event.k === "process" && !found.has(event.program)) found.set(event.program, 1001 + found.size);
  return found;
}

/** The lines of one host: listeners first, as the kernel dumps its tables, then by appearance. */
export function ssLines(now: Snapshot, host: string, pid: ReadonlyMap<string, number>): readonly SsLine[] {
  const rows = now.sockets.filter((socket) => socket.host === host && socket.listed);
  const listeners = rows.filter((socket) => socket.state === "LISTEN");
  return [...listeners, ...rows.filter((socket) => socket.state !== "LISTEN")].map((socket) => ({
    socket,
    state: STATE_LOOKS[socket.state].ss,
    recvq: String(socket.recvq),
    sendq: String(socket.sendq),
    local: socket.local,
    peer: socket.remote.replace(/:0$/, ":*"),
    users: socket.holder
      ? `users:(("${socket.holder.program}",pid=${pid.get(socket.holder.program) ?? "?"},fd=${socket.holder.fd}))`
      : "",
    timer: socket.timer ? `timer:(${socket.timer.name},${ssTime(socket.timer.left)},${socket.timer.retries})` : "",
  }));
}

/** The same as text with `ss`'s heading and columns. */
export function ssText(lines: readonly SsLine[]): string {
  const split = (endpoint: string): [string, string] => {
    const colon = endpoint.lastIndexOf(":");
    return [endpoint.slice(0, colon), endpoint.slice(colon + 1)];
  };
  const rows = [
    ["State", "Recv-Q", "Send-Q", "Local Address", "Port", "Peer Address", "Port", "Process"],
    ...lines.map((line) => [
      line.state,
      line.recvq,
      line.sendq,
      ...split(line.local),
      ...split(line.peer),
      // The last column has no gap of its own: what stands in it begins with a space, its heading does not.
      [line.users, line.timer].flatMap((part) => (part === "" ? [] : [` ${part}`])).join(""),
    ]),
  ];
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = Array.from({ length: 8 }, (_, column) => width(column));
  const left = (text: string | undefined, column: number): string => (text ?? "").padEnd(widths[column] ?? 0);
  const right = (text: string | undefined, column: number): string => (text ?? "").padStart(widths[column] ?? 0);
  return rows
    .map(([state, recvq, sendq, local, port, peer, peerPort, rest]) =>
      [
        left(state, 0),
        left(recvq, 1),
        left(sendq, 2),
        `${right(local, 3)}:${left(port, 4)}`,
        `${right(peer, 5)}:${left(peerPort, 6)}${rest ?? ""}`,
      ]
        .join(" ")
        .trimEnd(),
    )
    .join("\n");
}

/** Columns of a line that the last step changed. A timer counts as changed when it is another or was restarted. */
export function ssChanges(line: SsLine, before: SsLine | undefined, passed: number): readonly (keyof SsLine)[] {
  if (!before) return ["state", "recvq", "sendq", "local", "peer", "users", "timer"];
  const changed = (["state", "recvq", "sendq", "users"] as const).filter((column) => line[column] !== before[column]);
  const now = line.socket.timer;
  const was = before.socket.timer;
  const same =
    now === null || was === null
      ? now === was
      : now.name === was.name && now.retries === was.retries && Math.abs(was.left - passed - now.left) < 2000;
  return same ? changed : [...changed, "timer"];
}
