/** A host: its addresses, settings, sockets and processes. Sockets are values; the tables change. */
import type { Process } from "../process/process.ts";
import type { Endpoint } from "../process/program.ts";
import { endpointText } from "../segment.ts";
import type { AnySocket, FullSocket, ListenSocket, MiniSocket } from "../tcp/socket.ts";
import type { HostSpec } from "../scenario.ts";
import { type KernelFacts, kernelFacts, RECORDED_KERNEL } from "./kernel-version.ts";
import { type PeerStamp } from "./peers.ts";
import { type Settings, settingsFrom } from "./settings.ts";

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
  readonly sockets: Map<number, AnySocket>;
  /** Connections by the four numbers on the wire; see `tupleKey`. */
  readonly connections: Map<string, number>;
  /** Listeners by port. */
  readonly listeners: Map<number, readonly number[]>;
  /** Sockets that hold a local port, by port: the bind table (inet_bind_bucket). */
  readonly ports: Map<number, readonly number[]>;
  /** Connections that hold a local port, by port: alike ones counted together. */
  readonly portUses: Map<number, readonly PortUse[]>;
  /** How many ports of the kernel's range lead to each destination, by `pairKey`: even ones, odd ones. */
  readonly pairUses: Map<string, readonly [even: number, odd: number]>;
  /** Name of each socket in the trace; a mini-socket has the name of what it stands for. */
  readonly names: Map<number, string>;
  named: number;
  readonly counters: Map<string, number>;
  /** Mini-sockets at present, for tcp_max_tw_buckets. */
  minis: number;
  processes: Process[];
  /** The last timestamp of each remote address, which only tcp_tw_recycle asks for; see `peers.ts`. */
  readonly peers: Map<string, PeerStamp>;
  /** Behind which hosts' addresses it stands, and what it has translated; null: it is no NAT. */
  readonly nat: Nat | null;
  /** Where connect() begins to look for a port, on kernels that count on from one call to the next. */
  portHint: number;
}

/** Network address translation: who is behind it, and who has which of its ports. */
export interface Nat {
  readonly inside: readonly string[];
  readonly ports: Map<number, Endpoint>;
}

/** What bind() asks about the holder of a port (inet_bind2_bucket). */
export interface PortUse {
  readonly address: string;
  readonly reuse_address: boolean;
  readonly reuse_port: boolean;
  /** The port was asked for by number, or chosen in bind(). */
  readonly explicit: boolean;
  readonly count: number;
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
    sockets: new Map(),
    connections: new Map(),
    listeners: new Map(),
    ports: new Map(),
    portUses: new Map(),
    pairUses: new Map(),
    names: new Map(),
    named: 0,
    counters: new Map(),
    minis: 0,
    processes: [],
    peers: new Map(),
    nat: spec.nat ? { inside: spec.nat, ports: new Map() } : null,
    portHint: 0,
  };
}

/** Key of a connection in its host's table: local and remote endpoint. */
export function tupleKey(local: Endpoint, remote: Endpoint): string {
  return `${endpointText(local)} ${endpointText(remote)}`;
}

export function findConnection(host: Host, local: Endpoint, remote: Endpoint): FullSocket | MiniSocket | null {
  const id = host.connections.get(tupleKey(local, remote));
  const socket = id === undefined ? undefined : host.sockets.get(id);
  return socket?.kind === "full" || socket?.kind === "mini" ? socket : null;
}

/** The listener for an address and port; one bound to the address wins over one bound to any. */
export function findListener(host: Host, local: Endpoint): ListenSocket | null {
  let wildcard: ListenSocket | null = null;
  for (const id of host.listeners.get(local.port) ?? []) {
    const socket = host.sockets.get(id);
    if (socket?.kind !== "listen") continue;
    if (socket.bound.address === local.address) return socket;
    if (socket.bound.address === "0.0.0.0") wildcard ??= socket;
  }
  return wildcard;
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

function useOf(socket: FullSocket | MiniSocket): Omit<PortUse, "count"> {
  const from = socket.kind === "mini" ? socket : socket.options;
  return {
    address: socket.local.address,
    reuse_address: from.reuse_address,
    reuse_port: from.reuse_port,
    explicit: socket.bound.explicit,
  };
}

function alike(a: Omit<PortUse, "count">, b: Omit<PortUse, "count">): boolean {
  return (
    a.address === b.address &&
    a.reuse_address === b.reuse_address &&
    a.reuse_port === b.reuse_port &&
    a.explicit === b.explicit
  );
}

export function pairKey(address: string, remote: Endpoint): string {
  return `${address} ${remote.address}:${remote.port}`;
}

function countPair(host: Host, socket: FullSocket | MiniSocket, by: 1 | -1): void {
  const { port } = socket.local;
  const { first, last } = host.settings.ip_local_port_range;
  if (port < first || port > last) return;
  const key = pairKey(socket.local.address, socket.remote);
  const [even, odd] = host.pairUses.get(key) ?? [0, 0];
  const next = (port & 1) === 0 ? ([even + by, odd] as const) : ([even, odd + by] as const);
  if (next[0] + next[1] === 0) host.pairUses.delete(key);
  else host.pairUses.set(key, next);
}

/** A connection takes its local port. */
export function occupyPort(host: Host, socket: FullSocket | MiniSocket): void {
  const uses = host.portUses.get(socket.local.port) ?? [];
  const use = useOf(socket);
  const known = uses.some((one) => alike(one, use));
  host.portUses.set(
    socket.local.port,
    known
      ? uses.map((one) => (alike(one, use) ? { ...one, count: one.count + 1 } : one))
      : [...uses, { ...use, count: 1 }],
  );
  countPair(host, socket, 1);
}

/** A connection gives its local port back. */
export function vacatePort(host: Host, socket: FullSocket | MiniSocket): void {
  const use = useOf(socket);
  const left = (host.portUses.get(socket.local.port) ?? [])
    .map((one) => (alike(one, use) ? { ...one, count: one.count - 1 } : one))
    .filter(({ count }) => count > 0);
  if (left.length === 0) host.portUses.delete(socket.local.port);
  else host.portUses.set(socket.local.port, left);
  countPair(host, socket, -1);
}

/** New sysctls. The range of ports decides what counts as used, so that is counted anew. */
export function setSysctl(host: Host, name: string, value: string): void {
  host.sysctl = { ...host.sysctl, [name]: value };
  host.settings = settingsFrom(host.sysctl, host.kernel);
  host.pairUses.clear();
  for (const id of host.connections.values()) {
    const socket = host.sockets.get(id);
    if (socket?.kind === "full" || socket?.kind === "mini") countPair(host, socket, 1);
  }
}

export function addCounter(host: Host, name: string, by = 1): void {
  host.counters.set(name, (host.counters.get(name) ?? 0) + by);
}
