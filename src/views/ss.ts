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

export const COLUMNS = ["state", "recvq", "sendq", "local", "peer", "users", "timer"] as const;
export type SsColumn = (typeof COLUMNS)[number];
const HEADING = ["State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process", ""];

/**
 * The heading, then the lines, cut where `ss` cuts them, with the spaces around: colons stand under each other, everything
 * else is to the left.
 */
export function ssTable(lines: readonly SsLine[]): readonly (readonly string[])[] {
  const columns = COLUMNS.map((column, i) => {
    const texts = [HEADING[i] ?? "", ...lines.map((line) => line[column])];
    // The last column has no gap of its own: what stands in it begins with a space, its heading does not.
    if (i > 4) return texts.map((text, row) => (text === "" || row === 0 ? text : ` ${text}`));
    const at = (text: string): number => (i < 3 ? 0 : text.lastIndexOf(":"));
    const before = Math.max(...texts.map(at));
    const width = before + Math.max(...texts.map((text) => text.length - at(text)));
    return texts.map((text) => (i === 0 ? "" : " ") + text.padStart(before - at(text) + text.length).padEnd(width));
  });
  return ["", ...lines].map((_, row) => columns.map((cells) => cells[row] ?? ""));
}

/** The same as text. */
export function ssText(lines: readonly SsLine[]): string {
  return ssTable(lines)
    .map((cells) => cells.join("").trimEnd())
    .join("\n");
}

/** Columns of a line that the last step changed. A timer counts as changed when it is another or was restarted. */
export function ssChanges(line: SsLine, before: SsLine | undefined, passed: number): readonly SsColumn[] {
  if (!before) return COLUMNS;
  const changed = (["state", "recvq", "sendq", "users"] as const).filter((column) => line[column] !== before[column]);
  const now = line.socket.timer;
  const was = before.socket.timer;
  const same =
    now === null || was === null
      ? now === was
      : now.name === was.name && now.retries === was.retries && Math.abs(was.left - passed - now.left) < 2000;
  return same ? changed : [...changed, "timer"];
}
