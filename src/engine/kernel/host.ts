/** A host: its addresses, settings, sockets and processes. Sockets are values; the tables change. */
import type { Process } from "../process/process.ts";
import type { Endpoint } from "../process/program.ts";
import type { HostSpec } from "../scenario.ts";
import type { End } from "../segment.ts";
import { Table } from "../table.ts";
import type { FullSocket, ListenSocket, MiniSocket } from "../tcp/socket.ts";
import { type KernelFacts, kernelFacts, RECORDED_KERNEL } from "./kernel-version.ts";
import { type PeerStamp } from "./peers.ts";
import { type Settings, settingsFrom } from "./settings.ts";
import { PortSet } from "./port-set.ts";
import type { SynQueue } from "./syn-queue.ts";
import { SocketTable } from "./socket-table.ts";

export interface Host {
  readonly index: number;
  readonly name: string;
  readonly addresses: readonly string[];
  /** What its version of Linux does where versions differ. */
  readonly kernel: KernelFacts;
  /** Microseconds it had been up at the start; null: the seed decides. */
  readonly uptime: number | null;
  sysctl: Readonly<Record<string, string>>;
  settings: Settings;
  up: boolean;
  /** Every socket by number, also those only a descriptor still knows. */
  readonly sockets: SocketTable;
  /** Connections by a hash of their two ends (inet_ehash_bucket): nearly always one. */
  readonly connections: Table<number | readonly number[]>;
  /** Listeners by port. */
  readonly listeners: Map<number, readonly number[]>;
  /** Sockets that hold a local port, by port: the bind table (inet_bind_bucket). */
  readonly ports: Map<number, readonly number[]>;
  /** Connections that hold a local port: each kind of holder, and how many of it every port has. */
  readonly portUses: PortUse[];
  /** Ports from which connect() has led to each destination, by `pairKey`, as long as they are in use. */
  readonly portsTo: Map<string, PortSet>;
  /** Name of each socket in the trace; a mini-socket keeps its own. */
  readonly names: Table<string>;
  named: number;
  readonly counters: Map<string, number>;
  /** Mini-sockets at present, for tcp_max_tw_buckets. */
  minis: number;
  processes: Process[];
  /** The last timestamp of each remote address, which only tcp_tw_recycle asks for; see `peers.ts`. */
  readonly peers: Map<string, PeerStamp>;
  /** Behind which hosts' addresses it stands, and what it has translated; null: it is no NAT. */
  readonly nat: Nat | null;
  /** By listener: what is half open. */
  readonly synQueues: Map<number, SynQueue>;
  /** Where connect() begins to look for a port, on kernels that count on from one call to the next. */
  portHint: number;
  /** How many ports the last connect() looked at; 0: it had one. */
  portsExamined: number;
}

/** Network address translation: who is behind it, and who has which of its ports. */
export interface Nat {
  readonly inside: readonly string[];
  readonly ports: Map<number, End>;
}

/** What bind() asks about the holder of a port (inet_bind2_bucket). */
export interface PortUse {
  readonly address: string;
  readonly reuse_address: boolean;
  readonly reuse_port: boolean;
  /** The port was asked for by number, or chosen in bind(). */
  readonly explicit: boolean;
  /** Connections of this kind by port. */
  readonly ports: Table<number>;
}

export function newHost(index: number, spec: HostSpec): Host {
  const { name, addresses, sysctl } = spec;
  const kernel = kernelFacts(spec.kernel ?? RECORDED_KERNEL);
  return {
    index,
    name,
    addresses,
    kernel,
    uptime: spec.uptime ?? null,
    sysctl,
    settings: settingsFrom(sysctl, kernel),
    up: true,
    sockets: new SocketTable(name),
    connections: new Table(),
    listeners: new Map(),
    ports: new Map(),
    portUses: [],
    portsTo: new Map(),
    names: new Table(),
    named: 0,
    counters: new Map(),
    minis: 0,
    processes: [],
    peers: new Map(),
    nat: spec.nat ? { inside: spec.nat, ports: new Map() } : null,
    synQueues: new Map(),
    portHint: 0,
    portsExamined: 0,
  };
}

const BUCKETS = 65_536;

/** Where a connection stands in its host's table. Arguments: `End.wire`. */
function bucketOf(local: number, remote: number): number {
  return (Math.imul((local | 0) ^ Math.imul(remote | 0, 0x9e3779b1), 0x85ebca6b) >>> 16) % BUCKETS;
}

/** The number of the connection between two ends, given as `End.wire`; undefined: there is none. */
export function connectionBetween(host: Host, local: number, remote: number): number | undefined {
  const found = host.connections.get(bucketOf(local, remote));
  if (typeof found === "number") return host.sockets.joins(found, local, remote) ? found : undefined;
  return found?.find((id) => host.sockets.joins(id, local, remote));
}

export function findConnection(host: Host, local: End, remote: End): FullSocket | MiniSocket | null {
  const id = connectionBetween(host, local.wire, remote.wire);
  const socket = id === undefined ? undefined : host.sockets.get(id);
  return socket?.kind === "full" || socket?.kind === "mini" ? socket : null;
}

/** Puts a connection in the table of its host, where segments find it. */
export function linkConnection(host: Host, { id, local, remote }: FullSocket | MiniSocket): void {
  const bucket = bucketOf(local.wire, remote.wire);
  const there = host.connections.get(bucket);
  host.connections.set(bucket, there === undefined ? id : typeof there === "number" ? [there, id] : there.concat(id));
}

/** A mini-socket takes the place of the connection it stands for. */
export function relinkConnection(host: Host, { id, local, remote }: FullSocket, mini: MiniSocket): void {
  const bucket = bucketOf(local.wire, remote.wire);
  const there = host.connections.get(bucket);
  if (there === id) host.connections.set(bucket, mini.id);
  else if (typeof there === "object")
    host.connections.set(
      bucket,
      there.map((one) => (one === id ? mini.id : one)),
    );
}

/** Takes it out again. False: it was not in. */
export function unlinkConnection(host: Host, { id, local, remote }: FullSocket | MiniSocket): boolean {
  const bucket = bucketOf(local.wire, remote.wire);
  const there = host.connections.get(bucket);
  const left = typeof there === "number" ? [there] : (there ?? []);
  if (!left.includes(id)) return false;
  const others = left.filter((one) => one !== id);
  if (others.length === 0) host.connections.delete(bucket);
  else host.connections.set(bucket, others.length === 1 ? (others[0] as number) : others);
  return true;
}

/**
 * The listener for an address and port; one bound to the address wins over one bound to any. Of several, which SO_REUSEPORT
 * allows, a hash of both ends chooses (inet_lhash2_lookup, reuseport_select_sock).
 */
export function findListener(host: Host, local: Endpoint, hash: () => number): ListenSocket | null {
  const all = (host.listeners.get(local.port) ?? []).map((id) => host.sockets.get(id));
  for (const address of [local.address, "0.0.0.0"]) {
    const group = all.filter((one) => one?.kind === "listen" && one.bound.address === address) as ListenSocket[];
    const chosen = group[hash() % group.length];
    if (chosen) return chosen;
  }
  return null;
}

export function ownsAddress(host: Host, address: string): boolean {
  return address.startsWith("127.") || host.addresses.includes(address);
}

export function holdPort(host: Host, port: number, id: number): void {
  const holders = host.ports.get(port) ?? [];
  if (!holders.includes(id)) host.ports.set(port, [...holders, id]);
}

export function releasePort(host: Host, port: number, id: number): void {
  const left = (host.ports.get(port) ?? []).filter((one) => one !== id);
  if (left.length === 0) host.ports.delete(port);
  else host.ports.set(port, left);
}

function useOf(host: Host, socket: FullSocket | MiniSocket): PortUse {
  const { address } = socket.local;
  const { reuse_address, reuse_port } = socket.kind === "mini" ? socket : socket.options;
  const { explicit } = socket.bound;
  const known = host.portUses.find(
    (one) =>
      one.address === address &&
      one.reuse_address === reuse_address &&
      one.reuse_port === reuse_port &&
      one.explicit === explicit,
  );
  if (known) return known;
  const use: PortUse = { address, reuse_address, reuse_port, explicit, ports: new Table() };
  host.portUses.push(use);
  return use;
}

export function pairKey(address: string, remote: End): string {
  return `${address} ${remote.text}`;
}

/** A connection takes its local port. */
export function occupyPort(host: Host, socket: FullSocket | MiniSocket): void {
  const { ports } = useOf(host, socket);
  ports.set(socket.local.port, (ports.get(socket.local.port) ?? 0) + 1);
  // What a listener accepted has a port that nobody chose.
  if (socket.kind === "mini" || socket.listener !== null) return;
  const pair = pairKey(socket.local.address, socket.remote);
  const led = host.portsTo.get(pair) ?? new PortSet();
  led.add(socket.local.port);
  host.portsTo.set(pair, led);
}

/** A connection gives its local port back. */
export function vacatePort(host: Host, socket: FullSocket | MiniSocket): void {
  const { ports } = useOf(host, socket);
  const left = (ports.get(socket.local.port) ?? 0) - 1;
  if (left > 0) ports.set(socket.local.port, left);
  else ports.delete(socket.local.port);
  host.portsTo.get(pairKey(socket.local.address, socket.remote))?.delete(socket.local.port);
}

/** New sysctls. */
export function setSysctl(host: Host, name: string, value: string): void {
  host.sysctl = { ...host.sysctl, [name]: value };
  host.settings = settingsFrom(host.sysctl, host.kernel);
}

export function addCounter(host: Host, name: string, by = 1): void {
  host.counters.set(name, (host.counters.get(name) ?? 0) + by);
}
