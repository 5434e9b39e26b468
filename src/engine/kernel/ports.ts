/**
 * Which local port a socket may have. bind() asks whether the port itself conflicts; connect()
 * without bind asks only whether the whole tuple is free. inet_connection_sock.c
 * inet_csk_get_port, inet_hashtables.c __inet_hash_connect.
 */
import { type End, wireOf } from "../segment.ts";
import type { Endpoint } from "../process/program.ts";
import { SECOND } from "../time.ts";
import type { FreshSocket, MiniSocket } from "../tcp/socket.ts";
import { connectionBetween, type Host, pairKey, type PortUse } from "./host.ts";

/** The kernel's range for ports it chooses; IP_LOCAL_PORT_RANGE narrows it. */
function range(host: Host, socket: FreshSocket): { first: number; last: number } {
  return socket.options.port_range ?? host.settings.ip_local_port_range;
}

/** Whether binding `socket` to the port would collide (inet_csk_bind_conflict). */
export function bindConflicts(host: Host, socket: FreshSocket, address: string, port: number): boolean {
  // A connection has one address of its own, whatever its listener was bound to (inet_bind2_bucket).
  if (host.portUses.some((use) => use.ports.get(port) !== undefined && collides(socket, address, use, false)))
    return true;
  return (host.ports.get(port) ?? []).some((id) => {
    const other = host.sockets.get(id);
    if (!other || other.kind === "mini" || other.id === socket.id) return false;
    const use = {
      address: other.bound?.address ?? "0.0.0.0",
      reuse_address: other.options.reuse_address,
      reuse_port: other.options.reuse_port,
    };
    return collides(socket, address, use, other.kind === "listen");
  });
}

function collides(
  socket: FreshSocket,
  address: string,
  other: Pick<PortUse, "address" | "reuse_address" | "reuse_port">,
  listens: boolean,
): boolean {
  if (other.address !== "0.0.0.0" && address !== "0.0.0.0" && other.address !== address) return false;
  // SO_REUSEADDR must be on at both, and the other must not listen.
  if (socket.options.reuse_address && other.reuse_address && !listens) return false;
  return !(socket.options.reuse_port && other.reuse_port);
}

/**
 * A free port for bind(port 0) or listen() without bind: every other one first. null: none (EADDRINUSE).
 * A port that the kernel chooses is shared with nobody, whatever the options; with ip_autobind_reuse it goes
 * through all of them again for one that SO_REUSEADDR allows (inet_csk_find_open_port, relax).
 */
export function choosePortForBind(host: Host, socket: FreshSocket, address: string, random: number): number | null {
  const { first, last } = range(host, socket);
  const start = (random % countOf(first, last)) | 1;
  const rounds = host.settings.ip_autobind_reuse === 0 ? [false] : [false, socket.options.reuse_address];
  for (const reuse_address of rounds) {
    const asking = { ...socket, options: { ...socket.options, reuse_address, reuse_port: false } };
    for (const from of [start, start - 1]) {
      for (const port of everyOther(first, last, from)) {
        if (!bindConflicts(host, asking, address, port)) return port;
      }
    }
  }
  return null;
}

export interface ConnectPort {
  /** null: none is left (EADDRNOTAVAIL). */
  readonly port: number | null;
  /** How many ports were looked at. */
  readonly examined: number;
  /** The TIME-WAIT entry it takes over. */
  readonly reuses: number | null;
}

/**
 * A port for connect() without bind: the first whose tuple is free or may be taken over, from an offset
 * that depends on the destination. Ports as even or odd as the first of the range come first, which
 * leaves the others to bind(); with IP_LOCAL_PORT_RANGE, and before 4.2, all are alike.
 */
export function choosePortForConnect(
  host: Host,
  socket: FreshSocket,
  address: string,
  remote: End,
  random: number,
  now: number,
): ConnectPort {
  const { first, last } = range(host, socket);
  let examined = 0;
  const reusable = reuseAllowed(host, address, remote);
  const anyPort = wireOf(address, 0);
  const own = socket.options.port_range !== null || host.kernel["connect.port-parity"] === "any";
  const stride = own ? 1 : 2;
  const count = own ? last - first + 1 : countOf(first, last);
  const start = random % count;
  const taken = own || reusable ? undefined : host.portsTo.get(pairKey(address, remote));
  for (const from of own ? [start] : [start & ~1, start | 1]) {
    for (let index = 0; index < count; index += stride) {
      let port = first + from + index;
      if (port > last) port -= count;
      // The kernel looks at each; those that lead there already, and cannot be taken over, need not be looked at here.
      const inUse = Math.min((taken?.freeFrom(port) ?? port) - port, ((last - port) & ~1) + 2, count - index) >> 1;
      if (inUse > 0) {
        examined += inUse;
        index += 2 * (inUse - 1);
        continue;
      }
      examined += 1;
      // A port that somebody has bound is not shared with connect() (tb->fastreuse >= 0).
      if (isBound(host, port)) continue;
      const holder = connectionBetween(host, anyPort + port, remote.wire);
      if (holder === undefined) return { port, examined, reuses: null };
      const mini = reusable ? host.sockets.get(holder) : undefined;
      if (mini?.kind === "mini" && mayReuse(host, mini, now)) return { port, examined, reuses: holder };
    }
  }
  return { port: null, examined, reuses: null };
}

function isBound(host: Host, port: number): boolean {
  if (host.portUses.some(({ explicit, ports }) => explicit && ports.get(port) !== undefined)) return true;
  return (host.ports.get(port) ?? []).some((id) => host.sockets.get(id)?.bound?.explicit === true);
}

/** tcp_tw_reuse: 0 nobody, 1 everybody, 2 if either end is of loopback (tcp_twsk_unique). Before there was a 2, any number but 0 meant everybody. */
function reuseAllowed(host: Host, address: string, remote: Endpoint): boolean {
  const setting = host.settings.tcp_tw_reuse;
  if (setting !== 2 || host.kernel["tcp_tw_reuse.default"] !== 2) return setting !== 0;
  return address.startsWith("127.") || remote.address.startsWith("127.");
}

/** tcp_twsk_unique: may connect() take over this TIME-WAIT, where tcp_tw_reuse allows it? */
function mayReuse(host: Host, mini: MiniSocket, now: number): boolean {
  if (mini.substate === "FIN-WAIT-2" && host.kernel["tcp_tw_reuse.fin-wait-2"] === "refused") return false;
  return mini.timestamps && isOldEnough(host, mini, now);
}

/** Whether a TIME-WAIT has waited for the least a timestamp needs to be newer. */
function isOldEnough(host: Host, mini: MiniSocket, now: number): boolean {
  const ticks = Math.floor(now / SECOND) - Math.floor(mini.ts_recent_stamp / SECOND);
  switch (host.kernel["tcp_tw_reuse.wait"]) {
    case "second-tick-after-next":
      return ticks > 1;
    case "next-second-tick":
      return ticks > 0;
    case "tcp_tw_reuse_delay":
      return now - mini.entered > host.settings.tcp_tw_reuse_delay * 1000;
  }
}

/** Of an odd number of ports one is not looked at; which, depends on the offset. */
function countOf(first: number, last: number): number {
  const count = last - first + 1;
  return count > 1 ? count & ~1 : 1;
}

function* everyOther(first: number, last: number, from: number): Generator<number> {
  const count = countOf(first, last);
  let port = first + from;
  for (let index = 0; index < count; index += 2, port += 2) {
    if (port > last) port -= count;
    yield port;
  }
}
