/** A segment the network makes up, addressed to a host as if a connection's peer had sent it. */
import { findConnection, type Host } from "../kernel/host.ts";
import type { InjectSpec } from "../scenario.ts";
import { ACK, type Segment } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { type Run, schedule } from "../world/world.ts";
import { flagBits } from "./faults.ts";
import { recordSend } from "./link.ts";

export function inject(run: Run, to: Host, spec: InjectSpec): void {
  const { world } = run;
  const wire = world.connections[spec.connection - 1];
  if (!wire) throw new Error(`inject: there is no connection ${spec.connection} yet at ${world.now} us`);
  const target = to.addresses.includes(wire.to.address) ? wire.to : wire.from;
  const peer = target === wire.to ? wire.from : wire.to;
  const socket = findConnection(to, target, peer);
  const flags = flagBits(spec.flags);
  const segment: Segment = {
    src: peer,
    dst: target,
    flags,
    seq: seqAdd(spec.seq.base === "rcv_nxt" ? (socket?.rcv_nxt ?? 0) : 0, spec.seq.plus),
    ack: flags & ACK ? seqAdd(spec.ack?.base === "snd_nxt" ? (socket?.snd_nxt ?? 0) : 0, spec.ack?.plus ?? 0) : 0,
    // The window its peer said last: none before it has said anything.
    win: socket?.kind === "full" && socket.state === "SYN-SENT" ? 0 : 65_535,
    len: spec.bytes,
    mss: null,
    ws: null,
    sack: false,
    ts: spec.tsval ? { val: seqAdd(socket?.ts_recent ?? 0, spec.tsval.plus), ecr: 0 } : null,
  };
  const number = world.nextSegment;
  world.nextSegment += 1;
  const from = world.hosts.find((host) => host.addresses.includes(peer.address)) ?? to;
  const cause = recordSend(run, from, null, segment, number, "inject", true);
  schedule(world, world.now, { kind: "arrival", host: to.index, segment, number }, cause);
}
