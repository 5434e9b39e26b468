/** connect(): which address and port it takes, which TIME-WAIT it takes over, and what one that failed leaves. */
import { SECOND } from "../time.ts";
import { newConnection, sendSyn } from "../tcp/listen.ts";
import { type AnySocket, type FreshSocket, type FullSocket, type MiniSocket, asNew } from "../tcp/socket.ts";
import { firstTurn, endTurn, move } from "../tcp/turn.ts";
import { type End, endOf, SYN } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { addConnection, commit, environment, recordMove, removeMini } from "../world/apply.ts";
import { initialSequence, portStart, record, type Run, timestampOffset } from "../world/world.ts";
import { addCounter, findConnection, type Host, releasePort } from "./host.ts";
import { fetchStamp } from "./peers.ts";
import { choosePortForConnect } from "./ports.ts";
import { type Attempt, type CallContext, type CallResult, done, failed, wait } from "./call.ts";

export function connect(
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

export function startAnew(host: Host, target: FullSocket, error: string | null): void {
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
