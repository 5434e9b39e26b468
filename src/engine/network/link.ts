/**
 * The wire between hosts: every segment takes the link's delay, unless a fault loses it, delays it,
 * doubles it or holds it back. A segment to one of the host's own addresses does not meet the wire.
 */
import { flagText, type Segment } from "../segment.ts";
import type { Host } from "../kernel/host.ts";
import { ownsAddress } from "../kernel/host.ts";
import { late, record, type Run, schedule } from "../world/world.ts";
import { meetFault } from "./faults.ts";
import { gatewayOf } from "./nat.ts";
import { sawSent } from "./wire.ts";

/** How late a disturbed relay passes a segment on at most, microseconds. */
const LATEST_RELAY = 1_000;

/** Sends a segment from a host. `sock` is the trace name of its socket, null for an answer from none. */
export function transmit(run: Run, from: Host, sock: string | null, segment: Segment, rule: string): void {
  const { world, plan } = run;
  const number = world.nextSegment;
  world.nextSegment += 1;
  const cause = record(run, sendEvent(run, from, sock, segment, number, rule));
  if (ownsAddress(from, segment.dst.address)) {
    schedule(world, world.now, { kind: "arrival", host: from.index, segment, number }, cause);
    return;
  }
  if (plan.injects) sawSent(world, segment);
  const to = nextHop(world.hosts, from, segment);
  if (!to || !from.up || !to.up) {
    lose(run, to ?? from, number, "link", cause);
    return;
  }
  const arrive = (segmentNumber: number, delay: number): void => {
    // The relay may be late, but it does not overtake itself.
    const due = world.now + delay + late(world, LATEST_RELAY);
    const at = world.disturbance === null ? due : Math.max(due, world.lastArrival[to.index] ?? 0);
    if (world.disturbance !== null && delay === plan.scenario.link.delay)
      world.lastArrival = { ...world.lastArrival, [to.index]: at };
    schedule(world, at, { kind: "arrival", host: to.index, segment, number: segmentNumber }, cause);
  };

  const index = meetFault(world, plan.scenario.faults, from.name, segment);
  const fault = index === null ? undefined : plan.scenario.faults[index];
  const delay = plan.scenario.link.delay;
  switch (fault?.act.do) {
    case undefined:
      arrive(number, delay);
      return;
    case "drop":
      lose(run, to, number, fault.name, cause);
      return;
    case "delay":
      arrive(number, delay + fault.act.by);
      return;
    case "duplicate":
      arrive(number, delay);
      arrive(number, delay + fault.act.after);
      return;
    case "hold":
      world.held = world.held.map((list, at) =>
        at === index ? [...list, { segment, number, to: to.index, cause }] : list,
      );
      return;
  }
}

/** Who gets a segment first: its destination, or the NAT between. Hosts behind the same NAT reach each other. */
function nextHop(hosts: readonly Host[], from: Host, segment: Segment): Host | undefined {
  const destination = hosts.find((host) => host.addresses.includes(segment.dst.address));
  const gateway = gatewayOf(hosts, from);
  return gateway && !(destination && gateway.nat?.inside.includes(destination.name)) ? gateway : destination;
}

/** The time of a hold fault has come: what it kept goes on its way. */
export function releaseHeld(run: Run, fault: number): void {
  const { world, plan } = run;
  for (const { segment, number, to, cause } of world.held[fault] ?? []) {
    schedule(world, world.now + plan.scenario.link.delay, { kind: "arrival", host: to, segment, number }, cause);
  }
  world.held = world.held.map((list, at) => (at === fault ? [] : list));
}

function lose(run: Run, to: Host, seg: number, fault: string, cause: number): void {
  record(run, { k: "lost", host: to.name, seg, fault, t: run.world.now, cause, rule: null });
}

function sendEvent(run: Run, from: Host, sock: string | null, segment: Segment, number: number, rule: string) {
  return {
    k: "send",
    host: from.name,
    sock,
    seg: number,
    src: segment.src.text,
    dst: segment.dst.text,
    flags: flagText(segment.flags),
    seq: segment.seq,
    ack: segment.ack,
    win: segment.win,
    len: segment.len,
    mss: segment.mss,
    ws: segment.ws,
    sack: segment.sack,
    tsval: segment.ts?.val ?? null,
    tsecr: segment.ts?.ecr ?? null,
    t: run.world.now,
    cause: run.cause,
    rule,
  } as const;
}

/** A segment that no socket sent: the network made it up, as if `from` had. */
export function recordInjected(run: Run, from: Host, segment: Segment, number: number): number {
  const { k, host, sock, seg, ...wire } = sendEvent(run, from, null, segment, number, "inject");
  return record(run, { k, host, sock, seg, injected: true, ...wire });
}
