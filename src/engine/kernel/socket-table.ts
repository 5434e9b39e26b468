/**
 * The sockets of a host by number. A mini-socket is kept as the few numbers it consists of, as the
 * kernel keeps it in a structure much smaller than a socket (tcp_timewait_sock); whoever asks for
 * it gets a value like any other.
 */
import { endFromWire } from "../segment.ts";
import { Table } from "../table.ts";
import type { AnySocket, MiniSocket } from "../tcp/socket.ts";

/** Local and remote end, rcv_nxt, snd_nxt, rcv_wnd, ts_recent, its stamp, ts_offset, last_oow_ack (-1: never), entered, deadline, timeout, name and flags. */
type PackedMini = readonly number[];

const FIN_WAIT_2 = 1;
const TIMESTAMPS = 2;
const REUSE_ADDRESS = 4;
const REUSE_PORT = 8;
const EXPLICIT = 16;
const FLAGS = 32;

export class SocketTable {
  /** What the names of the host's sockets begin with. */
  private readonly host: string;
  private readonly slots: Table<Exclude<AnySocket, MiniSocket> | PackedMini>;

  constructor(host: string, slots = new Table<Exclude<AnySocket, MiniSocket> | PackedMini>()) {
    this.host = host;
    this.slots = slots;
  }

  get size(): number {
    return this.slots.size;
  }

  get(id: number): AnySocket | undefined {
    const socket = this.slots.get(id);
    return isPacked(socket) ? this.unpack(id, socket) : socket;
  }

  set(id: number, socket: AnySocket): void {
    this.slots.set(id, socket.kind === "mini" ? this.pack(socket) : socket);
  }

  delete(id: number): void {
    this.slots.delete(id);
  }

  /** Whether the socket is the connection between these ends (`End.wire`). Asked often, so a mini-socket is not unpacked. */
  joins(id: number, local: number, remote: number): boolean {
    const socket = this.slots.get(id);
    if (isPacked(socket)) return socket[0] === local && socket[1] === remote;
    return socket?.kind === "full" && socket.local.wire === local && socket.remote.wire === remote;
  }

  /** In the order they were made. */
  *values(): Generator<AnySocket> {
    for (const [id, socket] of this.slots.entries()) yield isPacked(socket) ? this.unpack(id, socket) : socket;
  }

  copy(): SocketTable {
    return new SocketTable(this.host, this.slots.copy());
  }

  private pack(mini: MiniSocket): PackedMini {
    const flags =
      (mini.substate === "FIN-WAIT-2" ? FIN_WAIT_2 : 0) |
      (mini.timestamps ? TIMESTAMPS : 0) |
      (mini.reuse_address ? REUSE_ADDRESS : 0) |
      (mini.reuse_port ? REUSE_PORT : 0) |
      (mini.bound.explicit ? EXPLICIT : 0);
    return [
      mini.local.wire,
      mini.remote.wire,
      mini.rcv_nxt,
      mini.snd_nxt,
      mini.rcv_wnd,
      mini.ts_recent,
      mini.ts_recent_stamp,
      mini.ts_offset,
      mini.last_oow_ack ?? -1,
      mini.entered,
      mini.deadline,
      mini.timeout,
      Number(mini.name.slice(this.host.length)) * FLAGS + flags,
    ];
  }

  private unpack(id: number, packed: PackedMini): MiniSocket {
    const at = (index: number): number => packed[index] as number;
    const local = endFromWire(at(0));
    const flags = at(12) % FLAGS;
    const has = (flag: number): boolean => (flags & flag) !== 0;
    return {
      kind: "mini",
      id,
      name: `${this.host}${Math.floor(at(12) / FLAGS)}`,
      substate: has(FIN_WAIT_2) ? "FIN-WAIT-2" : "TIME-WAIT",
      bound: { address: local.address, port: local.port, explicit: has(EXPLICIT) },
      local,
      remote: endFromWire(at(1)),
      rcv_nxt: at(2),
      snd_nxt: at(3),
      rcv_wnd: at(4),
      timestamps: has(TIMESTAMPS),
      ts_recent: at(5),
      ts_recent_stamp: at(6),
      ts_offset: at(7),
      reuse_address: has(REUSE_ADDRESS),
      reuse_port: has(REUSE_PORT),
      last_oow_ack: at(8) < 0 ? null : at(8),
      entered: at(9),
      deadline: at(10),
      timeout: at(11),
    };
  }
}

function isPacked(socket: Exclude<AnySocket, MiniSocket> | PackedMini | undefined): socket is PackedMini {
  return Array.isArray(socket);
}
