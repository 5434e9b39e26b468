/** bind(), listen() and accept(): a port gets its owner, and connections wait to be taken. */
import { freeDescriptor, setDescriptor, type Value } from "../process/process.ts";
import { onCall } from "../tcp/calls.ts";
import { type AnySocket, asNew, type FreshSocket, type ListenSocket } from "../tcp/socket.ts";
import { commit, environment, nameOf, recordMove, stopListening, wakeWaiters } from "../world/apply.ts";
import { drawPort, type Run } from "../world/world.ts";
import { type Host, holdPort, ownsAddress } from "./host.ts";
import { bindConflicts, choosePortForBind } from "./ports.ts";
import { type Attempt, type CallContext, type CallResult, done, failed, wait } from "./call.ts";

export function bind(
  { run, host }: CallContext,
  target: AnySocket,
  address: string,
  port: Value | undefined,
): CallResult {
  if (target.kind !== "fresh" || target.bound?.port) return failed("EINVAL");
  // A variable may hold anything.
  if (typeof port !== "number" || port < 0 || port > 65_535) return failed("EINVAL");
  if (address !== "0.0.0.0" && !ownsAddress(host, address)) return failed("EADDRNOTAVAIL");
  if (port === 0 && target.options.bind_address_no_port) {
    host.sockets.set(target.id, { ...target, bound: { address, port: 0, explicit: false }, asked: { address, port } });
    return done(0);
  }
  const chosen = port === 0 ? choosePortForBind(host, target, address, drawPort(run.world)) : port;
  if (chosen === null || bindConflicts(host, target, address, chosen)) return failed("EADDRINUSE");
  const bound: FreshSocket = {
    ...target,
    bound: { address, port: chosen, explicit: true },
    asked: { address, port },
  };
  host.sockets.set(target.id, bound);
  holdPort(host, chosen, target.id);
  nameOf(run, host, bound);
  return done(0);
}

/** A negative backlog is the most there is ((unsigned int)backlog in __sys_listen_socket). */
export function listen({ run, host }: CallContext, target: AnySocket, backlog: number): CallResult {
  const limit = Math.min(backlog >>> 0, host.settings.somaxconn);
  if (target.kind === "listen") {
    host.sockets.set(target.id, { ...target, backlog: limit });
    return done(0);
  }
  if (target.kind !== "fresh") return failed("EINVAL");
  const address = target.bound?.address ?? "0.0.0.0";
  const port = target.bound?.port || choosePortForBind(host, target, address, drawPort(run.world));
  if (!port) return failed("EADDRINUSE");
  const rivals = (host.listeners.get(port) ?? []).map((id) => host.sockets.get(id));
  const taken = rivals.some(
    (rival) =>
      rival?.kind === "listen" &&
      !(rival.options.reuse_port && target.options.reuse_port) &&
      (rival.bound.address === "0.0.0.0" || address === "0.0.0.0" || rival.bound.address === address),
  );
  const listener = {
    kind: "listen",
    id: target.id,
    options: target.options,
    bound: { address, port, explicit: true },
    asked: target.asked,
    backlog: limit,
    accept_queue: [],
  } as const;
  const bound: FreshSocket = { ...target, bound: listener.bound };
  if (taken) {
    // inet_csk_listen_start enters LISTEN before it asks for the port once more.
    recordMove(run, host, bound, "listen()", "listen.port-taken");
    recordMove(run, host, listener, "close() of the listener", "listen.port-taken");
    return failed("EADDRINUSE");
  }
  host.sockets.set(target.id, listener);
  host.listeners.set(port, [...(host.listeners.get(port) ?? []), target.id]);
  holdPort(host, port, target.id);
  recordMove(run, host, bound, "listen()", "listen.start");
  return done(0);
}

export function accept(context: CallContext, target: AnySocket, nonblocking: boolean, attempt: Attempt): CallResult {
  const { run, host, process } = context;
  if (target.kind !== "listen") return failed("EINVAL");
  // The descriptor is reserved before the queue is looked at (__sys_accept4_file).
  const fd = freeDescriptor(process);
  if (fd === null) return failed("EMFILE");
  const [child, ...rest] = target.accept_queue;
  if (child === undefined) {
    if (nonblocking || attempt.late) return failed("EAGAIN");
    return wait(context, target, target.options.receive_timeout, attempt);
  }
  host.sockets.set(target.id, { ...target, accept_queue: rest });
  const queued = host.sockets.get(child);
  if (queued?.kind !== "full") throw new Error(`accept queue of ${target.id} holds ${child}, which is no connection`);
  setDescriptor(process, fd, child);
  commit(run, host, onCall(queued, { op: "accepted" }, environment(run, host)));
  return done(fd);
}

/** The socket stops listening and stays open: accept() fails with EINVAL from now on (inet_shutdown, tcp_abort). */
export function listenNoMore(run: Run, host: Host, listener: ListenSocket): void {
  stopListening(run, host, listener);
  host.sockets.set(listener.id, asNew(listener));
  if (listener.asked?.port) holdPort(host, listener.asked.port, listener.id);
  wakeWaiters(run, host, listener.id);
}
