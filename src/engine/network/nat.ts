/**
 * A NAT: what the hosts behind it send goes on under its own address, each of their ports under one of its own, and
 * what comes back goes to whoever the port belongs to. Timestamps and numbers pass unchanged: to the outside all of
 * them are one host. RFC 4787 section 4.1 (endpoint-independent mapping); a port keeps its number while it is free, as
 * Linux does (nf_nat_l4proto_unique_tuple). A mapping stays to the end of the run.
 */
import type { Host, Nat } from "../kernel/host.ts";
import { type End, endOf, type Segment } from "../segment.ts";
import { record, type Run } from "../world/world.ts";
import { transmit } from "./link.ts";
import { sameEnd } from "./wire.ts";

/** First and last port a NAT gives if the own one is taken (RFC 4787 section 4.2.2). */
const FIRST_PORT = 1024;
const LAST_PORT = 65_535;

/** The host whose NAT `from` stands behind; null: it stands behind none. */
export function gatewayOf(hosts: readonly Host[], from: Host): Host | null {
  return hosts.find(({ nat }) => nat?.inside.includes(from.name)) ?? null;
}

/** A segment reached a NAT: it goes on, if its port belongs to somebody. True if so. */
export function forward(run: Run, host: Host, nat: Nat, segment: Segment): boolean {
  const address = host.addresses[0] ?? "";
  if (!host.addresses.includes(segment.dst.address)) {
    const port = outsidePort(nat, segment.src);
    if (port === null)
      record(run, { k: "note", host: host.name, sock: null, t: run.world.now, cause: run.cause, rule: "nat.no-port" });
    else transmit(run, host, null, { ...segment, src: endOf(address, port) }, "nat.out");
    return true;
  }
  const inside = nat.ports.get(segment.dst.port);
  if (!inside) return false;
  transmit(run, host, null, { ...segment, dst: inside }, "nat.in");
  return true;
}

function outsidePort(nat: Nat, inside: End): number | null {
  for (const [port, owner] of nat.ports) if (sameEnd(owner, inside)) return port;
  let port = inside.port;
  for (let tried = FIRST_PORT; tried <= LAST_PORT; tried += 1) {
    if (!nat.ports.has(port)) {
      nat.ports.set(port, inside);
      return port;
    }
    port = port === LAST_PORT ? FIRST_PORT : port + 1;
  }
  return null;
}
