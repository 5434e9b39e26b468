/** A host: its addresses, settings, sockets and processes. Sockets are values; the tables change. */
import type { Process } from "../process/process.ts";
import type { Endpoint } from "../process/program.ts";
import { endpointText } from "../segment.ts";
import type { AnySocket, FullSocket, ListenSocket, MiniSocket } from "../tcp/socket.ts";
import { type Settings, settingsFrom } from "./settings.ts";

export interface Host {
  readonly index: number;
  readonly name: string;
  readonly addresses: readonly string[];
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
  /** Name of each socket in the trace; a mini-socket has the name of what it stands for. */
  readonly names: Map<number, string>;
  named: number;
  readonly counters: Map<string, number>;
  /** Mini-sockets at present, for tcp_max_tw_buckets. */
  minis: number;
  processes: Process[];
}

export function newHost(
  index: number,
  name: string,
  addresses: readonly string[],
  sysctl: Readonly<Record<string, string>>,
): Host {
  return {
    index,
    name,
    addresses,
    sysctl,
    settings: settingsFrom(sysctl),
    up: true,
    sockets: new Map(),
    connections: new Map(),
    listeners: new Map(),
    ports: new Map(),
    names: new Map(),
    named: 0,
    counters: new Map(),
    minis: 0,
    processes: [],
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

export function addCounter(host: Host, name: string, by = 1): void {
  host.counters.set(name, (host.counters.get(name) ?? 0) + by);
}
