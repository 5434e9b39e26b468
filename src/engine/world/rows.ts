/** The sockets of a host as `ss` would list them now. */
import type { Host } from "../kernel/host.ts";
import { endpointText } from "../segment.ts";
import { seqDiff } from "../seq.ts";
import { type AnySocket, type FullSocket, stateOf } from "../tcp/socket.ts";
import type { SocketRow } from "../trace.ts";
import { nameOf } from "./apply.ts";
import type { Run } from "./world.ts";

export function socketRows(run: Run, host: Host): SocketRow[] {
  const rows: SocketRow[] = [];
  for (const socket of host.sockets.values()) {
    if (stateOf(socket) === "CLOSED") continue;
    rows.push(rowOf(run, host, socket));
  }
  return rows;
}

function rowOf(run: Run, host: Host, socket: AnySocket): SocketRow {
  const connected = socket.kind === "full" || socket.kind === "mini";
  return {
    sock: nameOf(run, host, socket),
    state: stateOf(socket),
    local: endpointText(
      connected ? socket.local : { address: socket.bound?.address ?? "0.0.0.0", port: socket.bound?.port ?? 0 },
    ),
    remote: connected ? socket.remote.text : "0.0.0.0:0",
    // Of a listener: how many wait, and how many may.
    recvq:
      socket.kind === "full"
        ? seqDiff(socket.rcv_nxt, socket.copied_seq)
        : socket.kind === "listen"
          ? socket.accept_queue.length
          : 0,
    // A half-open connection has no queues yet (inet_req_diag_fill).
    sendq:
      socket.kind === "full"
        ? socket.state === "SYN-RECEIVED"
          ? 0
          : seqDiff(socket.write_seq, socket.snd_una)
        : socket.kind === "listen"
          ? socket.backlog
          : 0,
    timer: timerOf(socket, run.world.now),
    holder: holderOf(host, socket),
    mini: socket.kind === "mini",
  };
}

/** As inet_diag names them: on for retransmission and tail-loss probe, persist, keepalive, timewait. */
function timerOf(socket: AnySocket, now: number): SocketRow["timer"] {
  if (socket.kind === "mini") return { name: "timewait", left: socket.deadline - now, retries: 0 };
  if (socket.kind !== "full") return null;
  const { timers, retransmits, probes_out } = socket;
  const transmit = timers.retransmit ?? timers.probe;
  if (transmit !== null) return { name: "on", left: transmit - now, retries: retransmits };
  if (timers.persist !== null) return { name: "persist", left: timers.persist - now, retries: probes_out };
  if (timers.keepalive !== null) return { name: "keepalive", left: timers.keepalive - now, retries: probes_out };
  return null;
}

function holderOf(host: Host, socket: AnySocket): SocketRow["holder"] {
  if (socket.kind === "mini" || (socket.kind === "full" && !isHeld(socket))) return null;
  for (const process of host.processes) {
    const fd = process.descriptors.indexOf(socket.id);
    if (fd >= 0) return { program: process.name, fd };
  }
  return null;
}

function isHeld(socket: FullSocket): boolean {
  return socket.held && !socket.orphan;
}
