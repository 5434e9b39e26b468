/**
 * The sockets of a host by number. A mini-socket is kept as the few numbers it consists of, as the
 * kernel keeps it in a structure much smaller than a socket (tcp_timewait_sock); whoever asks for
 * it gets a value like any other.
 */
import { Records } from "../records.ts";
import { endFromWire } from "../segment.ts";
import { Table } from "../table.ts";
import type { AnySocket, MiniSocket } from "../tcp/socket.ts";

const FIN_WAIT_2 = 1;
const TIMESTAMPS = 2;
const REUSE_ADDRESS = 4;
const REUSE_PORT = 8;
const EXPLICIT = 16;
const FLAGS = 32;

/** How many numbers a mini-socket is. */
const FIELDS = 13;

export class SocketTable {
  /** What the names of the host's sockets begin with. */
  private readonly host: string;
  /** A number stands for the mini-socket with that record. */
  private slots: Table<Exclude<AnySocket, MiniSocket> | number> = new Table();
  private minis = new Records(FIELDS);
  private nextMini = 0;

  constructor(host: string) {
    this.host = host;
  }

  get size(): number {
    return this.slots.size;
  }

  get(id: number): AnySocket | undefined {
    const socket = this.slots.get(id);
    return typeof socket === "number" ? this.unpack(id, socket) : socket;
  }

  set(id: number, socket: AnySocket): void {
    const old = this.slots.get(id);
    if (socket.kind !== "mini") {
      if (typeof old === "number") this.minis.remove(old);
      this.slots.set(id, socket);
    } else if (typeof old === "number") {
      this.minis.change(old, this.pack(socket));
    } else {
      this.minis.add(this.nextMini, this.pack(socket));
      this.slots.set(id, this.nextMini);
      this.nextMini += 1;
    }
  }

  delete(id: number): void {
    const old = this.slots.get(id);
    if (typeof old === "number") this.minis.remove(old);
    this.slots.delete(id);
  }

  /** Whether the socket is the connection between these ends (`End.wire`). Asked often, so a mini-socket is not unpacked. */
  joins(id: number, local: number, remote: number): boolean {
    const socket = this.slots.get(id);
    if (typeof socket === "number") return this.minis.beginsWith(socket, local, remote);
    return socket?.kind === "full" && socket.local.wire === local && socket.remote.wire === remote;
  }

  /** In the order they were made. */
  *values(): Generator<AnySocket> {
    for (const [id, socket] of this.slots.entries())
      yield typeof socket === "number" ? this.unpack(id, socket) : socket;
  }

  copy(): SocketTable {
    const other = new SocketTable(this.host);
    other.slots = this.slots.copy();
    other.minis = this.minis.copy();
    other.nextMini = this.nextMini;
    return other;
  }

  private pack(mini: MiniSocket): readonly number[] {
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

  private unpack(id: number, record: number): MiniSocket {
    const at = (field: number): number => this.minis.at(record, field);
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
