/**
 * Applies what a turn decided. Together with the event loop in `step.ts` this is the only code that
 * changes a world.
 */
import {
  addCounter,
  type Host,
  holdPort,
  linkConnection,
  occupyPort,
  releasePort,
  relinkConnection,
  unlinkConnection,
  vacatePort,
} from "../kernel/host.ts";
import { rememberStamp } from "../kernel/peers.ts";
import { followChild } from "../kernel/syn-queue.ts";
import { transmit } from "../network/link.ts";
import { endpointText, has, RST } from "../segment.ts";
import { jiffy, SECOND } from "../time.ts";
import { shortestWait } from "../tcp/fin-wait-2.ts";
import { isQueueFull } from "../tcp/listen.ts";
import type { RuleId } from "../tcp/rules.ts";
import {
  type AnySocket,
  type FullSocket,
  type ListenSocket,
  type MiniSocket,
  NO_TIMERS,
  type SocketTimer,
  stateOf,
} from "../tcp/socket.ts";
import { TIME_WAIT_LENGTH } from "../tcp/time-wait.ts";
import { nextState, type TransitionEvent } from "../tcp/transitions.ts";
import type { Effect, Environment, Outcome } from "../tcp/turn.ts";
import { onCall } from "../tcp/calls.ts";
import { LATEST_ANSWER, late, record, type Run, schedule } from "./world.ts";

export function environment(run: Run, host: Host): Environment {
  const { settings, kernel } = host;
  const all = { now: run.world.now, hz: run.world.hz, settings, kernel };
  return settings.tcp_max_orphans === Infinity ? all : { ...all, orphans: orphansOf(host) };
}

function orphansOf(host: Host): number {
  let count = 0;
  for (const socket of host.sockets.values()) if (socket.kind === "full" && socket.orphan) count += 1;
  return count;
}

/** The trace name of a socket; given when it is first needed. */
export function nameOf(run: Run, host: Host, socket: AnySocket): string {
  const known = socket.kind === "mini" ? socket.name : host.names.get(socket.id);
  if (known !== undefined) return known;
  host.named += 1;
  const name = `${host.name}${host.named}`;
  host.names.set(socket.id, name);
  const local =
    socket.kind === "full"
      ? socket.local.text
      : endpointText({ address: socket.bound?.address ?? "0.0.0.0", port: socket.bound?.port ?? 0 });
  const remote = socket.kind === "full" ? socket.remote.text : "0.0.0.0:0";
  record(run, {
    k: "sock",
    host: host.name,
    sock: name,
    local,
    remote,
    t: run.world.now,
    cause: run.cause,
    rule: null,
  });
  return name;
}

/** Writes down a state change that no turn of a connection decided; the transition table must know it. */
export function recordMove(run: Run, host: Host, socket: AnySocket, event: TransitionEvent, rule: RuleId): void {
  const from = stateOf(socket);
  record(run, {
    k: "state",
    host: host.name,
    sock: nameOf(run, host, socket),
    from,
    to: nextState(from, event),
    t: run.world.now,
    cause: run.cause,
    rule,
  });
}

/** Puts a connection in the tables under its tuple and port. */
export function addConnection(host: Host, socket: FullSocket): void {
  host.sockets.set(socket.id, socket);
  linkConnection(host, socket);
  occupyPort(host, socket);
}

function removeConnection(host: Host, socket: FullSocket | MiniSocket): void {
  if (unlinkConnection(host, socket)) vacatePort(host, socket);
}

/** Stores the socket a turn made and applies its effects. Returns the socket as it now stands. */
export function commit(run: Run, host: Host, outcome: Outcome<FullSocket>): FullSocket {
  host.sockets.set(outcome.next.id, outcome.next);
  for (const effect of outcome.effects) applyToFull(run, host, outcome.next, effect);
  const now = host.sockets.get(outcome.next.id);
  return now?.kind === "full" ? now : outcome.next;
}

function applyToFull(run: Run, host: Host, socket: FullSocket, effect: Effect): void {
  const { world } = run;
  switch (effect.do) {
    case "mini":
      toMini(run, host, socket, effect.substate, effect.duration, effect.rule);
      return;
    case "destroy":
      removeConnection(host, socket);
      keepOrForget(host, socket);
      return;
    case "enqueue": {
      const listener = socket.listener === null ? undefined : host.sockets.get(socket.listener);
      if (listener?.kind !== "listen") return;
      if (isQueueFull(listener)) {
        addCounter(host, "ListenOverflows");
        addCounter(host, "ListenDrops");
        return;
      }
      host.sockets.set(listener.id, { ...listener, accept_queue: [...listener.accept_queue, socket.id] });
      wakeWaiters(run, host, listener.id);
      return;
    }
    case "arm": {
      const timer = effect.timer as Exclude<typeof effect.timer, "timewait">;
      const cause = recordTimer(run, host, socket, timer, "arm", effect.due, effect.rule);
      const at = firesAt(world, timer, effect.due);
      schedule(world, at, { kind: "timer", host: host.index, socket: socket.id, timer, due: effect.due }, cause);
      return;
    }
    default:
      applyCommon(run, host, socket, effect);
  }
}

/**
 * When a timer fires. In a disturbed run up to an eighth of its length late; but what is set for the next tick of the
 * clock fires anywhere before it is due, for the tick may come at once (tcp_send_delayed_ack: jiffies + 1).
 */
function firesAt(world: Run["world"], timer: SocketTimer, due: number): number {
  const length = due - world.now;
  if (timer === "delack" && length <= jiffy(world.hz)) return due - late(world, length);
  return due + late(world, length / 8);
}

function applyCommon(run: Run, host: Host, socket: FullSocket | MiniSocket, effect: Effect): void {
  switch (effect.do) {
    case "send":
      transmit(run, host, nameOf(run, host, socket), effect.segment, effect.rule);
      addCounter(host, "TcpOutSegs");
      if (has(effect.segment, RST)) addCounter(host, "TcpOutRsts");
      return;
    case "move":
      record(run, {
        k: "state",
        host: host.name,
        sock: nameOf(run, host, socket),
        from: effect.from,
        to: effect.to,
        t: run.world.now,
        cause: run.cause,
        rule: effect.rule,
      });
      if (socket.kind === "full" && socket.listener !== null)
        followChild(host, socket.listener, effect.from, effect.to);
      return;
    case "cancel":
      recordTimer(run, host, socket, effect.timer, "cancel", effect.due, effect.rule);
      return;
    case "wake":
      wakeWaiters(run, host, socket.id);
      return;
    case "count":
      addCounter(host, effect.counter);
      return;
    case "note":
      record(run, {
        k: "note",
        host: host.name,
        sock: nameOf(run, host, socket),
        t: run.world.now,
        cause: run.cause,
        rule: effect.rule,
      });
      return;
    default:
      throw new Error(`effect ${effect.do} does not apply to this kind of socket`);
  }
}

function recordTimer(
  run: Run,
  host: Host,
  socket: AnySocket,
  timer: Extract<Effect, { do: "arm" }>["timer"],
  act: "arm" | "cancel" | "fire",
  due: number,
  rule: string,
): number {
  return record(run, {
    k: "timer",
    host: host.name,
    sock: nameOf(run, host, socket),
    timer,
    act,
    due,
    t: run.world.now,
    cause: run.cause,
    rule,
  });
}

/** Nothing refers to the socket any more. */
export function forget(host: Host, id: number): void {
  host.sockets.delete(id);
  host.names.delete(id);
}

/** A socket that is now closed stays as long as a descriptor or an accept queue refers to it; an orphan is forgotten. */
function keepOrForget(host: Host, socket: FullSocket): void {
  const listener = socket.listener === null ? undefined : host.sockets.get(socket.listener);
  const queued = listener?.kind === "listen" && listener.accept_queue.includes(socket.id);
  if (socket.held || queued) {
    host.sockets.set(socket.id, { ...socket, state: "CLOSED", flight: [], timers: NO_TIMERS });
    if (socket.asked?.port) holdPort(host, socket.bound.port, socket.id);
  } else forget(host, socket.id);
}

/** The full socket is freed and a mini-socket takes its tuple and name (tcp_time_wait). */
function toMini(
  run: Run,
  host: Host,
  socket: FullSocket,
  substate: MiniSocket["substate"],
  duration: number,
  rule: string,
): void {
  const { world } = run;
  const name = nameOf(run, host, socket);
  const full = host.minis >= host.settings.tcp_max_tw_buckets;
  if (full) {
    removeConnection(host, socket);
    addCounter(host, "TCPTimeWaitOverflow");
    recordMove(run, host, { ...socket, state: substate }, "abort", "tw.table-full");
  }
  keepOrForget(host, socket);
  if (full) return;
  // With tcp_tw_recycle TIME-WAIT is short (recycle_ok in tcp_time_wait, until 4.11).
  const timeout = rememberStamp(host, socket, world.now) ? shortestWait(socket) : TIME_WAIT_LENGTH;
  const lasts = substate === "TIME-WAIT" ? timeout : duration;
  // __inet_twsk_schedule counts short waits, of at most four seconds, apart.
  addCounter(host, lasts <= 4 * SECOND ? "TWKilled" : "TW");
  const deadline = world.now + lasts;
  const mini: MiniSocket = {
    kind: "mini",
    id: world.nextSocket,
    name,
    substate,
    bound: { address: socket.local.address, port: socket.local.port, explicit: socket.bound.explicit },
    local: socket.local,
    remote: socket.remote,
    rcv_nxt: socket.rcv_nxt,
    snd_nxt: socket.snd_nxt,
    rcv_wnd: socket.rcv_wnd,
    timestamps: socket.timestamps,
    ts_recent: socket.ts_recent,
    ts_recent_stamp: socket.ts_recent_stamp,
    ts_offset: socket.ts_offset,
    reuse_address: socket.options.reuse_address,
    reuse_port: socket.options.reuse_port,
    last_oow_ack: null,
    entered: world.now,
    timeout,
    deadline,
  };
  world.nextSocket += 1;
  host.minis += 1;
  // Its port stays taken, and by the same kind of holder.
  host.sockets.set(mini.id, mini);
  relinkConnection(host, socket, mini);
  record(run, { k: "mini", host: host.name, sock: name, substate, t: run.world.now, cause: run.cause, rule });
  armMini(run, host, mini, rule);
}

function armMini(run: Run, host: Host, mini: MiniSocket, rule: string): void {
  const cause = recordTimer(run, host, mini, "timewait", "arm", mini.deadline, rule);
  const at = mini.deadline + late(run.world, (mini.deadline - run.world.now) / 8);
  schedule(run.world, at, { kind: "timewait", host: host.index, socket: mini.id, due: mini.deadline }, cause);
}

/**
 * Stores the mini-socket a turn made and applies its effects. Returns the SYN that found TIME-WAIT over, for the
 * listener; null: there is none.
 */
export function commitMini(
  run: Run,
  host: Host,
  outcome: Outcome<MiniSocket>,
): Extract<Effect, { do: "offer" }> | null {
  let offered: Extract<Effect, { do: "offer" }> | null = null;
  host.sockets.set(outcome.next.id, outcome.next);
  for (const effect of outcome.effects) {
    switch (effect.do) {
      case "destroy":
        removeMini(host, outcome.next);
        break;
      case "arm":
        armMini(run, host, outcome.next, effect.rule);
        break;
      case "remember":
        rememberStamp(host, outcome.next, run.world.now);
        break;
      case "offer":
        offered = effect;
        break;
      default:
        applyCommon(run, host, outcome.next, effect);
    }
  }
  return offered;
}

export function removeMini(host: Host, mini: MiniSocket): void {
  removeConnection(host, mini);
  forget(host, mini.id);
  host.minis -= 1;
}

/** Every thread that waits for the socket looks again, now, in the order they began to wait. */
export function wakeWaiters(run: Run, host: Host, socket: number): void {
  // All are equally late in a disturbed run: the order stays.
  const at = run.world.now + late(run.world, LATEST_ANSWER);
  for (const { pid, threads } of host.processes) {
    for (let index = 0; index < threads.length; index += 1) {
      const wait = threads[index]?.wait;
      if (wait?.for !== "socket" || wait.socket !== socket) continue;
      const due = { kind: "thread", host: host.index, pid, thread: index, token: wait.token } as const;
      schedule(run.world, at, due, run.cause);
    }
  }
}

/**
 * A listener closes: whoever is queued is reset (inet_csk_listen_stop). What is half open has no hold on the port and
 * stays until a segment comes for it or its timer fires.
 */
export function stopListening(run: Run, host: Host, listener: ListenSocket): void {
  recordMove(run, host, listener, "close() of the listener", "close.listener");
  host.listeners.set(
    listener.bound.port,
    (host.listeners.get(listener.bound.port) ?? []).filter((id) => id !== listener.id),
  );
  releasePort(host, listener.bound.port, listener.id);
  host.sockets.delete(listener.id);
  host.synQueues.delete(listener.id);
  for (const socket of [...host.sockets.values()]) {
    if (socket.kind !== "full" || socket.listener !== listener.id) continue;
    if (socket.state === "SYN-RECEIVED") vacatePort(host, socket);
    else if (socket.state === "CLOSED") {
      host.sockets.delete(socket.id);
    } else {
      commit(run, host, onCall(socket, { op: "abandon" }, environment(run, host)));
    }
  }
}

/** Half open, and its listener is gone: the next that happens to it is its end (tcp_v4_rcv, reqsk_timer_handler). */
export function isLeftHalfOpen(host: Host, socket: FullSocket): boolean {
  if (socket.state !== "SYN-RECEIVED" || socket.listener === null) return false;
  return host.sockets.get(socket.listener)?.kind !== "listen";
}

export function forgetHalfOpen(run: Run, host: Host, socket: FullSocket): void {
  recordMove(run, host, socket, "abort", "close.listener");
  unlinkConnection(host, socket);
  host.sockets.delete(socket.id);
}
