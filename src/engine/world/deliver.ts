/**
 * A segment has arrived at a host: which socket is it for? The connection with its tuple, else a
 * listener, else nobody (tcp_v4_rcv, __inet_lookup_skb).
 */
import { addCounter, findConnection, findListener, type Host } from "../kernel/host.ts";
import { transmit } from "../network/link.ts";
import { forward } from "../network/nat.ts";
import { has, RST, type Segment } from "../segment.ts";
import { isQueueFull } from "../tcp/listen.ts";
import { resetFor } from "../tcp/no-socket.ts";
import { onSegment } from "../tcp/segment-arrives.ts";
import { onMiniSegment } from "../tcp/time-wait.ts";
import { commit, commitMini, environment, forgetHalfOpen, isLeftHalfOpen } from "./apply.ts";
import { offerToListener } from "./offer.ts";
import { drawForEnds, record, type Run } from "./world.ts";

export function deliver(run: Run, host: Host, segment: Segment, number: number): void {
  run.cause = record(run, {
    k: "arrive",
    host: host.name,
    seg: number,
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  if (host.nat && forward(run, host, host.nat, segment)) return;
  addCounter(host, "TcpInSegs");
  let connection = findConnection(host, segment.dst, segment.src);
  if (connection?.kind === "full" && isLeftHalfOpen(host, connection)) {
    forgetHalfOpen(run, host, connection);
    connection = null;
  }
  if (connection?.kind === "full") {
    const listener = connection.listener === null ? undefined : host.sockets.get(connection.listener);
    const acceptQueueFull = listener?.kind === "listen" && isQueueFull(listener);
    commit(run, host, onSegment(connection, segment, { ...environment(run, host), acceptQueueFull }));
    return;
  }
  const { src, dst } = segment;
  const listener = findListener(host, dst, () => drawForEnds(run.world, "port", dst, src));
  if (connection?.kind === "mini") {
    const env = { ...environment(run, host), nobodyListens: listener === null };
    const offered = commitMini(run, host, onMiniSegment(connection, segment, env));
    if (offered && listener) offerToListener(run, host, listener, segment, offered.iss);
    return;
  }
  if (listener) {
    offerToListener(run, host, listener, segment, null);
    return;
  }
  if (has(segment, RST)) {
    record(run, {
      k: "note",
      host: host.name,
      sock: null,
      t: run.world.now,
      cause: run.cause,
      rule: "no-socket.rst-ignored",
    });
    return;
  }
  addCounter(host, "TcpOutRsts");
  transmit(run, host, null, resetFor(segment), "no-socket.rst");
}
