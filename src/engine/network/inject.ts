/** A segment the network makes up, addressed to a host as if a connection's peer had sent it. */
import type { Host } from "../kernel/host.ts";
import type { InjectSpec } from "../scenario.ts";
import type { Segment } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { type Run, schedule } from "../world/world.ts";
import { flagBits } from "./faults.ts";
import { recordInjected } from "./link.ts";

export function inject(run: Run, to: Host, spec: InjectSpec): void {
  const { world } = run;
  const wire = world.connections[spec.connection - 1];
  if (!wire) {
    world.stopped = `inject at ${world.now} us: ${to.name} has no connection ${spec.connection} yet`;
    return;
  }
  const side = to.addresses.includes(wire.to.address) ? 1 : 0;
  const [target, peer] = side === 1 ? [wire.to, wire.from] : [wire.from, wire.to];
  const [seen, peerSeen] = side === 1 ? [wire.sides[1], wire.sides[0]] : wire.sides;
  const flags = flagBits(spec.flags);
  const segment: Segment = {
    src: peer,
    dst: target,
    flags,
    seq: seqAdd(spec.seq.base === "rcv_nxt" ? (seen.rcv_nxt ?? 0) : 0, spec.seq.plus),
    ack: spec.ack ? seqAdd(spec.ack.base === "snd_nxt" ? seen.snd_nxt : 0, spec.ack.plus) : 0,
    win: peerSeen.window,
    len: spec.bytes,
    mss: null,
    ws: null,
    sack: false,
    ts: spec.tsval ? { val: seqAdd(seen.tsval_got ?? 0, spec.tsval.plus), ecr: seen.tsval_sent } : null,
  };
  const number = world.nextSegment;
  world.nextSegment += 1;
  const from = world.hosts.find((host) => host.addresses.includes(peer.address)) ?? to;
  const cause = recordInjected(run, from, segment, number);
  schedule(world, world.now, { kind: "arrival", host: to.index, segment, number, madeUp: true }, cause);
}
