/**
 * System calls: what each returns, and when it waits. Names and errors are those of the man pages
 * (section 2) and of Linux. A call is asked again each time its socket wakes it, until it is done.
 */
import { NotModelled } from "../not-modelled.ts";
import type { CallStep, OptionValue, SocketOption } from "../process/program.ts";
import { freeDescriptor, type Process, setDescriptor, socketOf, type Value } from "../process/process.ts";
import { MILLISECOND, SECOND } from "../time.ts";
import { onCall, sendRoom } from "../tcp/calls.ts";
import { newConnection, sendSyn } from "../tcp/listen.ts";
import {
  type AnySocket,
  asNew,
  DEFAULT_OPTIONS,
  type FreshSocket,
  type FullSocket,
  type ListenSocket,
  type MiniSocket,
  type SocketOptions,
  unreadBytes,
} from "../tcp/socket.ts";
import { firstTurn, endTurn, move } from "../tcp/turn.ts";
import { type End, endOf, SYN } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import {
  addConnection,
  commit,
  environment,
  nameOf,
  recordMove,
  removeMini,
  stopListening,
  forget,
  wakeWaiters,
} from "../world/apply.ts";
import { drawPort, initialSequence, portStart, record, type Run, timestampOffset } from "../world/world.ts";
import {
  addCounter,
  findConnection,
  type Host,
  holdPort,
  occupyPort,
  ownsAddress,
  releasePort,
  vacatePort,
} from "./host.ts";
import { fetchStamp } from "./peers.ts";
import { bindConflicts, choosePortForBind, choosePortForConnect } from "./ports.ts";

/** done: what it returns. waits: on which socket, and until when at most (microseconds, null: no limit). */
export type CallResult =
  | { readonly done: number }
  | { readonly failed: string }
  | { readonly waits: number; readonly deadline: number | null; readonly progress: number };

export interface CallContext {
  readonly run: Run;
  readonly host: Host;
  readonly process: Process;
  readonly variables: Readonly<Record<string, Value>>;
}

/** What a waiting call remembers between attempts. */
export interface Attempt {
  /** True when the call is asked again. */
  readonly again: boolean;
  /** Its time limit has passed. */
  readonly late: boolean;
  readonly progress: number;
  readonly deadline: number | null;
  /** The socket it waits for: its descriptor may be closed meanwhile. */
  readonly socket: number | null;
}

const FIRST: Attempt = { again: false, late: false, progress: 0, deadline: null, socket: null };

const done = (value: number): CallResult => ({ done: value });
const failed = (errno: string): CallResult => ({ failed: errno });

/** Executes a call, or asks again one that waits. */
export function systemCall(context: CallContext, step: CallStep, attempt: Attempt = FIRST): CallResult {
  if (step.op === "socket") return socket(context);
  const { host, process, variables } = context;
  const descriptor = variables[step.fd];
  const id = attempt.socket ?? socketOf(process, descriptor);
  const target = id === null ? undefined : host.sockets.get(id);
  // While close() waited the connection ended: nothing is left to wait for (sk_stream_wait_close).
  if (!target && attempt.again && step.op === "close") return done(0);
  if (!target || typeof descriptor !== "number") return failed("EBADF");
  const nonblocking = process.nonblocking.includes(descriptor) || ("dontwait" in step && step.dontwait === true);
  switch (step.op) {
    case "bind":
      return bind(context, target, step.to.address, step.port ? variables[step.port] : step.to.port);
    case "listen":
      return listen(context, target, step.backlog);
    case "accept":
      return accept(context, target, nonblocking, attempt);
    case "connect":
      return connect(context, target, step.to, nonblocking, attempt);
    case "send":
      return send(context, target, step.bytes, step.more === true, nonblocking, attempt);
    case "recv":
      return receive(context, target, step.bytes, step.peek === true, nonblocking, attempt);
    case "shutdown":
      return shutdown(context, target, step.how);
    case "close":
      return close(context, target, descriptor, attempt);
    case "setsockopt":
      return setOption(context, target, step.option, step.value);
    case "getsockopt":
      return getOption(context, target, step.option);
    case "nonblock":
      process.nonblocking = step.on
        ? [...new Set([...process.nonblocking, descriptor])]
        : process.nonblocking.filter((one) => one !== descriptor);
      return done(0);
    case "poll":
      return poll(context, target, step.events, step.timeout, attempt);
  }
}

function socket({ run, host, process }: CallContext): CallResult {
  const fd = freeDescriptor(process);
  if (fd === null) return failed("EMFILE");
  const id = run.world.nextSocket;
  run.world.nextSocket += 1;
  host.sockets.set(id, { kind: "fresh", id, options: DEFAULT_OPTIONS, bound: null, asked: null, error: null });
  setDescriptor(process, fd, id);
  return done(fd);
}

function bind({ run, host }: CallContext, target: AnySocket, address: string, port: Value | undefined): CallResult {
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

function listen({ run, host }: CallContext, target: AnySocket, backlog: number): CallResult {
  const limit = Math.min(backlog, host.settings.somaxconn);
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

function accept(context: CallContext, target: AnySocket, nonblocking: boolean, attempt: Attempt): CallResult {
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

function connect(
  context: CallContext,
  target: AnySocket,
  to: { readonly address: string; readonly port: number },
  nonblocking: boolean,
  attempt: Attempt,
): CallResult {
  const { run, host } = context;
  if (target.kind === "full") {
    return connectFurther(context, target, nonblocking, attempt);
  }
  if (target.kind !== "fresh") return failed("EISCONN");
  const env = environment(run, host);
  const address = localAddress(host, target, to.address);
  const remote = endOf(to.address, to.port);
  const found = connectPort(context, target, remote);
  const local = endOf(address, found?.port ?? target.bound?.port ?? 0);
  const sock = host.names.get(target.id);
  // A socket that bind() has named gets its peer.
  if (sock !== undefined)
    record(run, {
      k: "sock",
      host: host.name,
      sock,
      local: local.text,
      remote: remote.text,
      t: run.world.now,
      cause: run.cause,
      rule: null,
    });
  if (!found) {
    // tcp_v4_connect enters SYN-SENT before it looks for a free tuple.
    if (sock !== undefined) {
      const passing = newConnection(target.id, target.options, local, remote, 0, 0, env);
      recordMove(run, host, passing, "connect()", "connect.no-port");
      recordMove(run, host, { ...passing, state: "SYN-SENT" }, "abort", "connect.no-port");
    }
    return failed("EADDRNOTAVAIL");
  }
  if (target.bound && target.bound.port !== 0) releasePort(host, target.bound.port, target.id);
  const old = found.takesOver;
  // It starts well above the numbers of the TIME-WAIT it takes over, and echoes its last timestamp (tcp_twsk_unique).
  const iss = old ? seqAdd(old.snd_nxt, 65_537) || 1 : initialSequence(run.world, local, remote);
  const tsOffset = timestampOffset(run.world, host, local, remote);
  const remembered = fetchStamp(host, local, remote, run.world.now);
  const turn = firstTurn(newConnection(target.id, target.options, local, remote, iss, tsOffset, env), env);
  turn.s.bound = { address, port: local.port, explicit: target.bound?.explicit ?? false };
  turn.s.asked = target.asked;
  turn.s.connecting = true;
  turn.s.retrans_stamp = env.now;
  turn.s.ts_recent = old?.ts_recent ?? remembered?.ts ?? 0;
  turn.s.ts_recent_stamp = old?.ts_recent_stamp ?? (remembered?.at ?? 0) * SECOND;
  addConnection(host, turn.s);
  move(turn, "connect()", "connect.syn");
  sendSyn(turn, SYN, "connect.syn");
  addCounter(host, "TcpActiveOpens");
  commit(run, host, endTurn(turn));
  if (nonblocking) return failed("EINPROGRESS");
  return wait(context, target, target.options.send_timeout, attempt);
}

/** connect() on a socket that has begun to connect, by this call or one before (__inet_stream_connect). */
function connectFurther(context: CallContext, target: FullSocket, nonblocking: boolean, attempt: Attempt): CallResult {
  const { host } = context;
  if (!target.connecting) return failed("EISCONN");
  if (target.state === "CLOSED") return disconnect(host, target);
  if (target.state !== "SYN-SENT" && target.state !== "SYN-RECEIVED") {
    host.sockets.set(target.id, { ...target, connecting: false });
    return done(0);
  }
  const first = attempt.again && attempt.progress === 0;
  if (nonblocking || attempt.late) return failed(first ? "EINPROGRESS" : "EALREADY");
  return wait(context, target, target.options.send_timeout, { ...attempt, progress: first ? 0 : 1 });
}

/** A connect() that failed leaves the socket as new, with what bind() asked for (tcp_disconnect). */
function disconnect(host: Host, target: FullSocket): CallResult {
  startAnew(host, target, null);
  return failed(target.error ?? "ECONNABORTED");
}

function startAnew(host: Host, target: FullSocket, error: string | null): void {
  host.sockets.set(target.id, { ...asNew(target), error });
  // With the next port it is another one in the trace.
  if (!target.asked?.port) host.names.delete(target.id);
}

function localAddress(host: Host, target: FreshSocket, to: string): string {
  const bound = target.bound?.address ?? "0.0.0.0";
  if (bound !== "0.0.0.0") return bound;
  return to.startsWith("127.") || host.addresses.includes(to) ? to : (host.addresses[0] ?? to);
}

/** The local port of a connect(), and the TIME-WAIT it takes over. null: EADDRNOTAVAIL. */
function connectPort(
  { run, host }: CallContext,
  target: FreshSocket,
  to: End,
): { readonly port: number; readonly takesOver: MiniSocket | null } | null {
  const address = localAddress(host, target, to.address);
  host.portsExamined = 0;
  if (target.bound && target.bound.port !== 0) {
    const other = findConnection(host, endOf(address, target.bound.port), to);
    if (!other) return { port: target.bound.port, takesOver: null };
    // An explicitly bound port takes over a TIME-WAIT at once if timestamps were on (tcp_twsk_unique, twp == NULL).
    if (other.kind === "mini" && other.timestamps)
      return { port: target.bound.port, takesOver: takeOver(run, host, other.id) };
    return null;
  }
  const found = choosePortForConnect(host, target, address, to, portStart(run.world, host, address, to), run.world.now);
  host.portsExamined = found.examined;
  if (found.port === null) return null;
  // The next one begins behind what this one took (hint += i + 2; before 4.2 hint += i).
  host.portHint += found.examined * (host.kernel["connect.port-parity"] === "any" ? 1 : 2);
  return { port: found.port, takesOver: found.reuses === null ? null : takeOver(run, host, found.reuses) };
}

/** A TIME-WAIT gives its ends to a new connection. */
function takeOver(run: Run, host: Host, id: number): MiniSocket | null {
  const mini = host.sockets.get(id);
  if (mini?.kind !== "mini") return null;
  recordMove(run, host, mini, "abort", "tw.reused");
  addCounter(host, "TWRecycled");
  removeMini(host, mini);
  return mini;
}

function wait(context: CallContext, target: AnySocket, limit: number | null, attempt: Attempt): CallResult {
  const deadline = attempt.again ? attempt.deadline : limit === null ? null : context.run.world.now + limit;
  return { waits: target.id, deadline, progress: attempt.progress };
}

/** Reports and clears the pending error (sock_error). */
function takeError({ host }: CallContext, target: FullSocket | FreshSocket): CallResult {
  host.sockets.set(target.id, { ...target, error: null });
  return failed(target.error ?? "EIO");
}

function send(
  context: CallContext,
  target: AnySocket,
  bytes: number,
  more: boolean,
  nonblocking: boolean,
  attempt: Attempt,
): CallResult {
  const { run, host } = context;
  if (target.kind === "listen" || target.kind === "fresh") return failed("EPIPE");
  if (target.kind !== "full") return failed("EBADF");
  const partly = (otherwise: CallResult): CallResult => (attempt.progress > 0 ? done(attempt.progress) : otherwise);
  if (target.error !== null) return attempt.progress > 0 ? done(attempt.progress) : takeError(context, target);
  if (target.state === "SYN-SENT" || target.state === "SYN-RECEIVED") {
    return nonblocking || attempt.late ? failed("EAGAIN") : wait(context, target, target.options.send_timeout, attempt);
  }
  if (target.shut_send || (target.state !== "ESTABLISHED" && target.state !== "CLOSE-WAIT"))
    return partly(failed("EPIPE"));
  const taken = Math.min(sendRoom(target), bytes - attempt.progress);
  const progress = attempt.progress + taken;
  if (taken > 0) commit(run, host, onCall(target, { op: "send", bytes: taken, more }, environment(run, host)));
  if (progress === bytes) return done(bytes);
  if (nonblocking || attempt.late) return progress > 0 ? done(progress) : failed("EAGAIN");
  return wait(context, target, target.options.send_timeout, { ...attempt, progress });
}

function receive(
  context: CallContext,
  target: AnySocket,
  bytes: number,
  peek: boolean,
  nonblocking: boolean,
  attempt: Attempt,
): CallResult {
  if (target.kind === "fresh" && target.error !== null) return takeError(context, target);
  if (target.kind !== "full") return failed("ENOTCONN");
  const unread = unreadBytes(target);
  if (unread > 0) {
    const taken = Math.min(unread, bytes);
    // A FIN behind unread data lies in one buffer with it (tcp_try_coalesce): the last byte takes it along
    // (tcp_recvmsg_locked, found_fin_ok).
    const fin = target.fin_received && bytes >= unread ? 1 : 0;
    if (!peek) read(context, target, taken + fin);
    return done(taken);
  }
  // End of file wins over an error (SOCK_DONE before sk_err in tcp_recvmsg).
  if (target.fin_received) {
    if (target.copied_seq !== target.rcv_nxt) read(context, target, 1);
    return done(0);
  }
  if (target.error !== null) return takeError(context, target);
  if (target.shut_receive || target.state === "CLOSED") return done(0);
  if (nonblocking || attempt.late) return failed("EAGAIN");
  return wait(context, target, target.options.receive_timeout, attempt);
}

function read({ run, host }: CallContext, target: FullSocket, count: number): void {
  if (target.state === "CLOSED")
    host.sockets.set(target.id, { ...target, copied_seq: seqAdd(target.copied_seq, count) });
  else commit(run, host, onCall(target, { op: "read", bytes: count }, environment(run, host)));
}

function shutdown({ run, host, process }: CallContext, target: AnySocket, how: "read" | "write" | "both"): CallResult {
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

/** The socket stops listening and stays open: accept() fails with EINVAL from now on (inet_shutdown, tcp_abort). */
export function listenNoMore(run: Run, host: Host, listener: ListenSocket): void {
  stopListening(run, host, listener);
  host.sockets.set(listener.id, asNew(listener));
  if (listener.asked?.port) holdPort(host, listener.asked.port, listener.id);
  wakeWaiters(run, host, listener.id);
}

/** close() that waits because of SO_LINGER stays in these states (sk_stream_closing). */
function isClosing(target: FullSocket): boolean {
  return target.state === "FIN-WAIT-1" || target.state === "CLOSING" || target.state === "LAST-ACK";
}

function close(context: CallContext, target: AnySocket, descriptor: number, attempt: Attempt): CallResult {
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

function setOption(
  { run, host }: CallContext,
  target: AnySocket,
  option: SocketOption,
  value: OptionValue,
): CallResult {
  if (target.kind === "mini") return failed("EBADF");
  if (option === "SO_KEEPALIVE" && target.kind === "full" && target.state !== "CLOSED") {
    commit(run, host, onCall(target, { op: "keepalive", on: value !== 0 }, environment(run, host)));
    return done(0);
  }
  if (isMissing(host, option)) return failed("ENOPROTOOPT");
  const changed = optionChange(host, option, value);
  if (typeof changed === "string") return failed(changed);
  const next: AnySocket = { ...target, options: { ...target.options, ...changed } };
  if (target.kind === "full" && next.kind === "full" && target.state !== "CLOSED") {
    // What bind() asks about the holder of its port may have changed.
    vacatePort(host, target);
    occupyPort(host, next);
  }
  host.sockets.set(target.id, next);
  if (option === "TCP_NODELAY" && next.kind === "full" && next.options.no_delay && next.state !== "CLOSED")
    commit(run, host, onCall(next, { op: "nodelay" }, environment(run, host)));
  if (option === "TCP_KEEPIDLE" && next.kind === "full" && next.options.keepalive && next.state !== "CLOSED")
    commit(run, host, onCall(next, { op: "keepidle" }, environment(run, host)));
  return done(0);
}

/** An option that the host's version of Linux does not know (do_ip_setsockopt: default). */
function isMissing(host: Host, option: SocketOption | "SO_ERROR"): boolean {
  return (
    (option === "IP_BIND_ADDRESS_NO_PORT" || option === "IP_LOCAL_PORT_RANGE") && host.kernel[option] === "missing"
  );
}

/** What an option changes, or the errno it fails with. */
function optionChange(host: Host, option: SocketOption, value: OptionValue): Partial<SocketOptions> | string {
  if (option === "SO_LINGER") return typeof value === "object" && "on" in value ? { linger: value } : "EINVAL";
  if (option === "IP_LOCAL_PORT_RANGE")
    return typeof value === "object" && "first" in value ? { port_range: value } : "EINVAL";
  if (typeof value !== "number") return "EINVAL";
  switch (option) {
    case "SO_REUSEADDR":
      return { reuse_address: value !== 0 };
    case "SO_REUSEPORT":
      return { reuse_port: value !== 0 };
    case "SO_KEEPALIVE":
      return { keepalive: value !== 0 };
    case "TCP_KEEPIDLE":
      return value < 1 || value > 32_767 ? "EINVAL" : { keepalive_time: value };
    case "TCP_KEEPINTVL":
      return value < 1 || value > 32_767 ? "EINVAL" : { keepalive_interval: value };
    case "TCP_KEEPCNT":
      return value < 1 || value > 127 ? "EINVAL" : { keepalive_probes: value };
    case "SO_RCVTIMEO":
      return { receive_timeout: value === 0 ? null : value };
    case "SO_SNDTIMEO":
      return { send_timeout: value === 0 ? null : value };
    case "TCP_NODELAY":
      return { no_delay: value !== 0 };
    case "TCP_LINGER2":
      return { linger2: linger2(host, value) };
    case "TCP_USER_TIMEOUT":
      return value < 0 ? "EINVAL" : { user_timeout: value };
    case "TCP_SYNCNT":
      return value < 1 || value > 127 ? "EINVAL" : { syn_retries: value };
    case "IP_BIND_ADDRESS_NO_PORT":
      return { bind_address_no_port: value !== 0 };
    default:
      throw new NotModelled(`socket option ${option}`);
  }
}

/** TCP_LINGER2 above its most: cut to 120 s (TCP_FIN_TIMEOUT_MAX), or, before that limit, as if it were not set. */
function linger2(host: Host, seconds: number): number {
  if (seconds < 0) return -1;
  if (host.kernel["TCP_LINGER2.most"] === "120-seconds") return Math.min(seconds, 120);
  return seconds > host.settings.tcp_fin_timeout ? 0 : seconds;
}

function getOption(context: CallContext, target: AnySocket, option: SocketOption | "SO_ERROR"): CallResult {
  if (target.kind === "mini") return failed("EBADF");
  if (option === "SO_ERROR") {
    if (target.kind === "listen" || target.error === null) return done(0);
    return takeError(context, target);
  }
  if (isMissing(context.host, option)) return failed("ENOPROTOOPT");
  const { options } = target;
  switch (option) {
    case "SO_REUSEADDR":
      return done(options.reuse_address ? 1 : 0);
    case "SO_REUSEPORT":
      return done(options.reuse_port ? 1 : 0);
    case "TCP_NODELAY":
      return done(options.no_delay ? 1 : 0);
    case "SO_KEEPALIVE":
      return done(options.keepalive ? 1 : 0);
    case "TCP_KEEPIDLE":
      return done(options.keepalive_time ?? context.host.settings.tcp_keepalive_time);
    case "TCP_KEEPINTVL":
      return done(options.keepalive_interval ?? context.host.settings.tcp_keepalive_intvl);
    case "TCP_KEEPCNT":
      return done(options.keepalive_probes ?? context.host.settings.tcp_keepalive_probes);
    case "TCP_SYNCNT":
      return done(options.syn_retries ?? context.host.settings.tcp_syn_retries);
    case "TCP_LINGER2":
      return done(options.linger2 === 0 ? context.host.settings.tcp_fin_timeout : options.linger2);
    case "TCP_USER_TIMEOUT":
      return done(options.user_timeout);
    case "SO_RCVTIMEO":
      return done(Math.round((options.receive_timeout ?? 0) / MILLISECOND));
    default:
      throw new NotModelled(`getsockopt ${option}`);
  }
}

/** tcp_poll. */
function poll(
  context: CallContext,
  target: AnySocket,
  events: readonly ("in" | "out" | "rdhup")[],
  timeout: number | null,
  attempt: Attempt,
): CallResult {
  const ready = events.some((event) => isReady(target, event)) || (target.kind === "full" && target.error !== null);
  if (ready) return done(1);
  if (timeout === 0 || attempt.late) return done(0);
  return wait(context, target, timeout, attempt);
}

function isReady(target: AnySocket, event: "in" | "out" | "rdhup"): boolean {
  if (target.kind === "listen") return event === "in" && target.accept_queue.length > 0;
  if (target.kind !== "full") return true;
  const receiveShut = target.fin_received || target.shut_receive;
  // POLLHUP, whatever was asked for: the connection is gone, or both directions are shut.
  if (target.state === "CLOSED" || (target.shut_send && receiveShut)) return true;
  switch (event) {
    case "in":
      return receiveShut || unreadBytes(target) > 0;
    case "rdhup":
      return receiveShut;
    case "out":
      // Writing that only gives EPIPE does not wait either.
      if (target.state === "SYN-SENT" || target.state === "SYN-RECEIVED") return false;
      return target.shut_send || sendRoom(target) > 0;
  }
}
