/** shutdown(), close() and the end of a process: when the socket is really closed, and who waits for it. */
import { NotModelled } from "../not-modelled.ts";
import type { CallStep } from "../process/program.ts";
import { type Process, setDescriptor, socketOf, type Value } from "../process/process.ts";
import { SECOND } from "../time.ts";
import { onCall } from "../tcp/calls.ts";
import type { AnySocket, FullSocket } from "../tcp/socket.ts";
import { commit, environment, stopListening, forget } from "../world/apply.ts";
import type { Run } from "../world/world.ts";
import { type Host, releasePort } from "./host.ts";
import { type Attempt, type CallContext, type CallResult, done, failed, wait } from "./call.ts";
import { listenNoMore } from "./listening.ts";
import { startAnew } from "./connect.ts";

export function shutdown(
  { run, host, process }: CallContext,
  target: AnySocket,
  how: "read" | "write" | "both",
): CallResult {
  if (target.kind === "listen") {
    if (how !== "write") listenNoMore(run, host, target);
    return done(0);
  }
  if (target.kind !== "full" || target.state === "CLOSED") return failed("ENOTCONN");
  const after = commit(run, host, onCall(target, { op: "shutdown", how }, environment(run, host)));
  // Without a thread in connect() that could be told, the socket may connect again at once (inet_shutdown: TCP_SYN_SENT).
  if (target.state === "SYN-SENT" && waiting(process, target.id).length === 0) startAnew(host, after, after.error);
  return done(0);
}

/** close() that waits because of SO_LINGER stays in these states (sk_stream_closing). */
function isClosing(target: FullSocket): boolean {
  return target.state === "FIN-WAIT-1" || target.state === "CLOSING" || target.state === "LAST-ACK";
}

export function close(context: CallContext, target: AnySocket, descriptor: number, attempt: Attempt): CallResult {
  const { run, host, process } = context;
  if (!attempt.again) {
    setDescriptor(process, descriptor, null);
    // A thread that waits in a call holds the file: the socket is closed when the last of them lets go (fdget, fput).
    if (waiting(process, target.id).length > 0) return done(0);
    closeSocket(run, host, target, "close.fin");
  }
  const now = host.sockets.get(target.id);
  if (now?.kind !== "full") return done(0);
  const lingers = now.options.linger.on && now.options.linger.seconds > 0;
  if (lingers && isClosing(now) && !attempt.late) {
    return wait(context, now, now.options.linger.seconds * SECOND, attempt);
  }
  commit(run, host, onCall(now, { op: "orphan" }, environment(run, host)));
  return done(0);
}

/** The calls in which threads wait for the socket. */
function waiting(process: Process, socket: number): CallStep[] {
  return process.threads.flatMap(({ wait }) => (wait?.for === "socket" && wait.socket === socket ? [wait.step] : []));
}

/** A call that waited returns: if the descriptor was closed meanwhile and nobody else waits, the socket is closed now. */
export function letGo({ run, host, process }: CallContext, descriptor: Value | undefined, socket: number): void {
  if (socketOf(process, descriptor) === socket || waiting(process, socket).length > 0) return;
  const target = host.sockets.get(socket);
  if (!target) return;
  if (target.kind === "full" && target.options.linger.on && target.options.linger.seconds > 0)
    throw new NotModelled("SO_LINGER on a descriptor that was closed while a call waited on it");
  closeSocket(run, host, target, "close.fin");
  const now = host.sockets.get(socket);
  if (now?.kind === "full") commit(run, host, onCall(now, { op: "orphan" }, environment(run, host)));
}

/** The last descriptor of a socket is gone; whether somebody waits for the end is up to the caller. */
function closeSocket(run: Run, host: Host, target: AnySocket, rule: "close.fin" | "exit.closes" | "kill.closes"): void {
  if (target.kind === "listen") {
    stopListening(run, host, target);
    return;
  }
  if (target.kind === "fresh") {
    if (target.bound && target.bound.port !== 0) releasePort(host, target.bound.port, target.id);
    host.sockets.delete(target.id);
    return;
  }
  if (target.kind !== "full") return;
  if (target.state === "CLOSED") {
    if (target.asked?.port) releasePort(host, target.bound.port, target.id);
    forget(host, target.id);
  } else commit(run, host, onCall(target, { op: "close", rule }, environment(run, host)));
}

/** A process is gone: the kernel closes all it had, waiting for nothing. */
export function closeAll(run: Run, host: Host, process: Process, rule: "exit.closes" | "kill.closes"): void {
  const waitedFor = process.threads.flatMap(({ wait }) => (wait?.for === "socket" ? [wait.socket] : []));
  for (const id of new Set([...process.descriptors, ...waitedFor])) {
    const target = id === null ? undefined : host.sockets.get(id);
    if (!target) continue;
    // A close() that waited because of SO_LINGER has closed it already.
    const closed = !process.descriptors.includes(id) && waiting(process, target.id).some((step) => step.op === "close");
    if (!closed) closeSocket(run, host, target, rule);
    const now = host.sockets.get(target.id);
    if (now?.kind === "full") commit(run, host, onCall(now, { op: "orphan" }, environment(run, host)));
  }
  process.descriptors = [null, null, null];
}
