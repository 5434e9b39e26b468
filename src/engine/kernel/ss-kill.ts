/**
 * `ss -K`: an administrator ends sockets from outside (SOCK_DESTROY, tcp_diag_destroy, tcp_abort).
 * The descriptors stay open.
 */
import type { OutsideEvent } from "../scenario.ts";
import { onCall } from "../tcp/calls.ts";
import { type AnySocket, stateOf } from "../tcp/socket.ts";
import { commit, environment, recordMove, removeMini } from "../world/apply.ts";
import { record, type Run } from "../world/world.ts";
import type { Host } from "./host.ts";
import { listenNoMore } from "./listening.ts";

type Filter = Extract<OutsideEvent, { do: "ss_kill" }>;

/** Without a state filter `ss` lists neither listeners nor TIME-WAIT nor half-open connections. */
const UNLISTED = ["CLOSED", "LISTEN", "SYN-RECEIVED", "TIME-WAIT"];

function chosen(socket: AnySocket, filter: Filter): boolean {
  const state = stateOf(socket);
  if (filter.state === null ? UNLISTED.includes(state) : state !== filter.state) return false;
  if (filter.local_port !== null && socket.bound?.port !== filter.local_port) return false;
  if (filter.peer_port === null) return true;
  return (socket.kind === "full" || socket.kind === "mini") && socket.remote.port === filter.peer_port;
}

export function ssKill(run: Run, host: Host, filter: Filter): void {
  run.cause = record(run, {
    k: "event",
    host: host.name,
    what: `ss -K${filter.state === null ? "" : ` state ${filter.state}`}`,
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  // Before 4.5 there was nothing to ask the kernel with: `ss -K` failed with EOPNOTSUPP.
  if (host.kernel.SOCK_DESTROY === "missing") return;
  for (const socket of [...host.sockets.values()].filter((one) => chosen(one, filter))) {
    switch (socket.kind) {
      case "full":
        commit(run, host, onCall(socket, { op: "destroy" }, environment(run, host)));
        break;
      case "mini":
        // Nothing is sent: a mini-socket is forgotten.
        recordMove(run, host, socket, "abort", "ss.destroyed");
        removeMini(host, socket);
        break;
      case "listen":
        listenNoMore(run, host, socket);
        break;
      case "fresh":
        break;
    }
  }
}
