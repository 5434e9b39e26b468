/**
 * What `lsof -nP -i` prints on a host at one moment, as lsof 4.95 prints it: a line for every descriptor that leads to a
 * socket in one of the kernel's tables. Orphans, mini-sockets and connections nobody has accepted have none.
 */
import type { SocketView } from "./socket-view.ts";
import type { SsLine } from "./ss.ts";
import { bsdName } from "./states.ts";

/** COMMAND is cut to so many characters unless `+c` says otherwise. */
const COMMAND = 9;

/** What a kernel would choose and a simulation cannot: the number of the socket's inode. */
export type Inode = (socket: SocketView) => number;

/** Numbers the sockets of a run from 20001 on, in the order of their names. */
export function inodes(sockets: readonly SocketView[]): Inode {
  return (socket) => 20_001 + sockets.findIndex(({ sock }) => sock === socket.sock);
}

/** The text of a host whose sockets `ss` would list like this; empty if no descriptor leads to any. */
export function lsofText(lines: readonly SsLine[], pid: ReadonlyMap<string, number>, inode: Inode): string {
  const rows = lines
    .flatMap(({ socket }) => (socket.holder ? [{ socket, holder: socket.holder }] : []))
    .map(({ socket, holder }) => ({ socket, ...holder, pid: pid.get(holder.program) ?? 0 }))
    .sort((a, b) => a.pid - b.pid || a.fd - b.fd)
    .map(({ socket, program, fd, pid: id }) => ({
      command: program.slice(0, COMMAND),
      pid: String(id),
      fd: String(fd),
      device: String(inode(socket)),
      name: `${nameOf(socket)} (${bsdName(socket.state)})`,
    }));
  if (rows.length === 0) return "";
  const widest = (heading: string, column: "command" | "pid" | "device"): number =>
    Math.max(heading.length, ...rows.map((row) => row[column].length));
  const [command, pids, device] = [widest("COMMAND", "command"), widest("PID", "pid"), widest("DEVICE", "device")];
  return [
    `${"COMMAND".padEnd(command)} ${"PID".padStart(pids)} USER   FD   TYPE ${"DEVICE".padStart(device)} SIZE/OFF NODE NAME`,
    ...rows.map(
      (row) =>
        `${row.command.padEnd(command)} ${row.pid.padStart(pids)} root ${row.fd.padStart(4)}u  IPv4 ${row.device.padStart(device)}      0t0  TCP ${row.name}`,
    ),
  ].join("\n");
}

function nameOf({ state, local, remote }: SocketView): string {
  const here = local.replace(/^0\.0\.0\.0:/, "*:");
  return state === "LISTEN" ? here : `${here}->${remote}`;
}
