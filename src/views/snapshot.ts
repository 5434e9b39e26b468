/**
 * What every socket and every thread is doing at one moment of a run, folded from the trace. Works
 * on a run of the engine and on a recording of a kernel alike, so it uses only what both write:
 * calls, returns, segments, states, timers.
 */
import { seqAdd } from "../engine/seq.ts";
import type { TraceHeader } from "../experiment/trace-file.ts";
import type { Inside } from "../experiment/inside.ts";
import type { State, TraceEvent, WireSegment } from "../engine/trace.ts";
import { distance, type Sock, type SocketView, socketView } from "./socket-view.ts";

export interface HostInfo {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** What the views need of a run. `until` in microseconds. */
export interface Run {
  readonly hosts: readonly HostInfo[];
  readonly until: number;
  readonly events: readonly TraceEvent[];
  /** What was inside just after the event with that index; only a run of the engine can be looked into. */
  readonly inside?: (event: number) => Inside;
  /** Of the file that it came from or makes; left out where nothing is taken away. */
  readonly header?: TraceHeader;
}

/** A thread and the call it is in; `op` null when it is between calls. */
export interface ThreadView {
  readonly host: string;
  readonly program: string;
  readonly thread: string;
  readonly op: string | null;
  readonly fd: number | null;
  readonly sock: string | null;
  readonly ended: boolean;
}

export interface Snapshot {
  readonly sockets: readonly SocketView[];
  readonly threads: readonly ThreadView[];
}

interface Call {
  readonly host: string;
  readonly program: string;
  readonly thread: string;
  readonly op: string;
  readonly fd: number | null;
  readonly backlog: number;
  sock: string | null;
}

/** The peer of a socket that has none. */
const NOBODY = "0.0.0.0:0";
const FIN_STATES: readonly State[] = ["FIN-WAIT-1", "CLOSING", "LAST-ACK"];

/** Folds events one by one; `at(t)` may be asked after any of them. */
export class Fold {
  readonly #socks = new Map<string, Sock>();
  readonly #calls = new Map<number, Call>();
  readonly #threads = new Map<string, ThreadView>();
  readonly #segments = new Map<number, WireSegment>();
  /** The last segment that met no socket, by host and ends: a connection from a SYN cookie begins with one. */
  readonly #unmet = new Map<string, number>();
  /** Calls of connect() that did not wait and whose socket has no name yet. */
  readonly #unnamed: Call[] = [];
  #ready = 0;

  /** Takes the next event. */
  add(event: TraceEvent): void {
    switch (event.k) {
      case "process":
        if (event.act === "start") return;
        for (const s of this.#socks.values())
          if (s.host === event.host && s.holder?.program === event.program) s.holder = null;
        for (const [key, thread] of this.#threads)
          if (thread.host === event.host && thread.program === event.program)
            this.#threads.set(key, { ...thread, op: null, fd: null, sock: null, ended: true });
        return;
      case "thread":
        this.#thread(event, { op: null, fd: null, sock: null }, event.act === "end");
        return;
      case "call":
        this.#call(event);
        return;
      case "return":
        this.#return(event);
        return;
      case "sock":
        this.#sock(event);
        return;
      case "state": {
        const s = this.#socks.get(event.sock);
        if (!s) return;
        s.state = event.to;
        if (event.to === "CLOSED") {
          s.gone = true;
          s.timers.clear();
        }
        if (event.to === "ESTABLISHED") {
          s.ready ??= this.#ready++;
          if (event.from === "SYN-RECEIVED" && event.cause === undefined) s.timers.clear();
        }
        if (FIN_STATES.includes(event.to)) s.finQueued = true;
        if (event.to === "TIME-WAIT") this.#toMini(s);
        return;
      }
      case "mini": {
        const s = this.#socks.get(event.sock);
        if (s) this.#toMini(s);
        return;
      }
      case "send":
        this.#send(event);
        return;
      case "arrive":
        this.#arrive(event.host, event.seg);
        return;
      case "timer": {
        const s = this.#socks.get(event.sock);
        if (!s) return;
        if (event.act === "arm") s.timers.set(event.timer, event.due);
        else if (event.act === "seen") {
          for (const name of [...s.timers.keys()]) if (name !== "delack") s.timers.delete(name);
          if (event.due > event.t) s.timers.set(event.timer, event.due);
        } else {
          s.timers.delete(event.timer);
          if (event.act === "fire" && event.timer === "retransmit") s.retries += 1;
        }
        return;
      }
      default:
        return;
    }
  }

  /** The sockets and threads after the events so far; `t` says how long timers still run. */
  at(t: number): Snapshot {
    return {
      sockets: [...this.#socks.values()].map((s) => socketView(s, t, s.state === "LISTEN" ? this.#queue(s).length : 0)),
      threads: [...this.#threads.values()],
    };
  }

  /** The segment with that number, if it was sent already. */
  segment(seg: number): WireSegment | undefined {
    return this.#segments.get(seg);
  }

  /** The live socket of `host` that a segment to it belongs to; a listener only for a SYN. */
  receiver(host: string, wire: WireSegment): string | null {
    return this.#receiver(host, wire)?.sock ?? null;
  }

  #receiver(host: string, wire: WireSegment): Sock | null {
    let found: Sock | null = null;
    for (const s of this.#socks.values())
      if (s.host === host && !s.gone && s.local === wire.dst && s.remote === wire.src) found = s;
    return found;
  }

  #thread(
    where: { host: string; program: string; thread: string },
    now: Pick<ThreadView, "op" | "fd" | "sock">,
    ended = false,
  ): void {
    const { host, program, thread } = where;
    this.#threads.set(`${host} ${program} ${thread}`, { host, program, thread, ...now, ended });
  }

  #call(event: Extract<TraceEvent, { k: "call" }>): void {
    const { host, program, thread, op, fd } = event;
    const sock = event.sock ?? this.#byFd(host, program, fd)?.sock ?? null;
    const backlog = op === "listen" ? Number(event.args["backlog"] ?? 0) : 0;
    this.#calls.set(event.call, { host, program, thread, op, fd, backlog, sock });
    this.#thread(event, { op, fd, sock });
    const s = sock === null ? undefined : this.#socks.get(sock);
    if (!s) return;
    if (op === "close") s.holder = null;
    else if (fd !== null) this.#hold(s, program, fd);
    if (op === "listen") s.backlog = backlog;
  }

  #return(event: Extract<TraceEvent, { k: "return" }>): void {
    this.#thread(event, { op: null, fd: null, sock: null });
    const call = this.#calls.get(event.call);
    this.#calls.delete(event.call);
    if (call?.op === "connect" && call.sock === null && event.errno === "EINPROGRESS") this.#unnamed.push(call);
    if (!call || event.errno !== null) return;
    if (call.op === "accept") {
      const listener = call.sock === null ? undefined : this.#socks.get(call.sock);
      const child = listener && this.#queue(listener)[0];
      if (child) {
        child.accepted = true;
        this.#hold(child, call.program, event.value);
      }
      return;
    }
    const s = call.sock === null ? undefined : this.#socks.get(call.sock);
    if (!s) return;
    if (call.op === "send") s.written += event.value;
    if (call.op === "recv") {
      // recv() that takes the last byte before a FIN, or returns 0 for it, steps over the FIN, which had counted
      // as one in Recv-Q (tcp_recvmsg_locked: found_fin_ok).
      s.copied = seqAdd(s.copied, event.value);
      if (s.finSeen && s.rcvNxt !== null && distance(s.copied, s.rcvNxt) === 1) s.copied = s.rcvNxt;
    }
  }

  #sock(event: Extract<TraceEvent, { k: "sock" }>): void {
    const known = this.#socks.get(event.sock);
    if (known) {
      known.local = event.local;
      known.remote = event.remote;
      return;
    }
    const s: Sock = {
      sock: event.sock,
      host: event.host,
      local: event.local,
      remote: event.remote,
      state: "CLOSED",
      mini: false,
      gone: false,
      holder: null,
      held: false,
      isn: null,
      una: 0,
      nxt: 0,
      written: 0,
      finQueued: false,
      rcvNxt: null,
      copied: 0,
      finSeen: false,
      early: [],
      backlog: 0,
      ready: null,
      accepted: false,
      timers: new Map(),
      retries: 0,
      resent: 0,
      probes: 0,
    };
    this.#socks.set(event.sock, s);
    // A socket gets its name inside bind(), listen() or connect(); that call holds it.
    let caller: Call | undefined;
    for (const call of this.#calls.values())
      if (call.host === event.host && call.sock === null && ["bind", "listen", "connect"].includes(call.op))
        caller = call;
    if (event.remote !== NOBODY) caller ??= this.#unnamed.shift();
    if (caller?.fd != null) {
      caller.sock = event.sock;
      s.backlog = caller.backlog;
      this.#hold(s, caller.program, caller.fd);
    }
    this.#fromCookie(s);
  }

  /** The segment that brought a SYN cookie back came before there was a socket to take it. */
  #fromCookie(s: Sock): void {
    const seg = this.#unmet.get(`${s.host} ${s.local} ${s.remote}`);
    const wire = seg === undefined ? undefined : this.#segments.get(seg);
    if (seg === undefined || !wire || wire.flags.includes("S") || !wire.flags.includes(".")) return;
    s.isn = seqAdd(wire.ack, -1);
    s.una = s.nxt = wire.ack;
    s.copied = s.rcvNxt = wire.seq;
    this.#arrive(s.host, seg);
  }

  #send(event: Extract<TraceEvent, { k: "send" }>): void {
    this.#segments.set(event.seg, event);
    const s = event.sock === null || event.injected ? undefined : this.#socks.get(event.sock);
    if (!s || event.flags.includes("R")) return;
    const syn = event.flags.includes("S");
    const end = seqAdd(event.seq, event.len + (syn ? 1 : 0) + (event.flags.includes("F") ? 1 : 0));
    if (s.isn === null) {
      s.isn = syn ? event.seq : seqAdd(event.seq, -1);
      s.una = event.seq;
      s.nxt = end;
    } else if (distance(s.nxt, end) > 0) s.nxt = end;
    else if (event.cause === undefined && end !== event.seq && distance(s.una, end) > 0) {
      // A recording shows no timer firing, but what was sent again. The first time is the tail-loss probe,
      // which the kernel does not count; a SYN has none.
      s.resent += 1;
      s.retries = syn ? s.resent : s.resent - 1;
    }
    // A probe is empty and one below what is unacknowledged (tcp_xmit_probe_skb).
    if (end === event.seq && distance(event.seq, s.una) === 1) s.probes += 1;
    if (event.flags.includes(".")) {
      if (s.rcvNxt === null) s.copied = event.ack;
      s.rcvNxt = event.ack;
    }
  }

  #arrive(host: string, seg: number): void {
    const wire = this.#segments.get(seg);
    const s = wire && this.#receiver(host, wire);
    if (wire && !s) this.#unmet.set(`${host} ${wire.dst} ${wire.src}`, seg);
    if (!wire || !s || wire.flags.includes("R")) return;
    if (wire.flags.includes(".") && s.isn !== null) {
      s.probes = 0;
      const acked = distance(s.una, wire.ack);
      if (acked > 0 && acked <= distance(s.una, s.nxt)) {
        s.una = wire.ack;
        s.retries = s.resent = 0;
        // A recording cannot see a timer being cancelled; with nothing left to acknowledge there is none.
        // An embryonic connection keeps its timer: the ACK may be ignored because the accept queue is full.
        if (s.una === s.nxt && s.state !== "SYN-RECEIVED")
          for (const name of ["retransmit", "probe"] as const) s.timers.delete(name);
      }
    }
    if (s.mini) return;
    const syn = wire.flags.includes("S");
    if (syn) {
      if (s.rcvNxt === null) s.copied = s.rcvNxt = seqAdd(wire.seq, 1);
      return;
    }
    // What acknowledges nothing is dropped (RFC 9293 section 3.10.7.4).
    if (!wire.flags.includes(".")) return;
    const fin = wire.flags.includes("F");
    if (s.rcvNxt === null || (wire.len === 0 && !fin)) return;
    s.early.push({ from: wire.seq, to: seqAdd(wire.seq, wire.len + (fin ? 1 : 0)), fin });
    for (let again = true; again;) {
      again = false;
      for (const piece of s.early)
        if (distance(s.rcvNxt, piece.from) <= 0 && distance(s.rcvNxt, piece.to) > 0) {
          s.rcvNxt = piece.to;
          s.finSeen ||= piece.fin;
          again = true;
        }
    }
    s.early = s.early.filter((piece) => distance(s.rcvNxt ?? 0, piece.to) > 0);
  }

  #hold(s: Sock, program: string, fd: number): void {
    s.holder = { program, fd };
    s.held = true;
  }

  #byFd(host: string, program: string, fd: number | null): Sock | undefined {
    return [...this.#socks.values()].find(
      (s) => s.host === host && s.holder !== null && s.holder.program === program && s.holder.fd === fd,
    );
  }

  /** Connections waiting for accept(), first come first. */
  #queue(listener: Sock): Sock[] {
    const port = listener.local.split(":")[1];
    return [...this.#socks.values()]
      .filter(
        (s) =>
          s.host === listener.host &&
          s !== listener &&
          s.ready !== null &&
          !s.held &&
          !s.accepted &&
          !s.gone &&
          s.local.split(":")[1] === port,
      )
      .sort((a, b) => (a.ready ?? 0) - (b.ready ?? 0));
  }

  #toMini(s: Sock): void {
    s.mini = true;
    s.holder = null;
    for (const name of [...s.timers.keys()]) if (name !== "timewait") s.timers.delete(name);
  }
}

/** The snapshot after the event at `index` (-1: before the first). */
export function snapshot(run: Run, index: number): Snapshot {
  const fold = new Fold();
  run.events.slice(0, index + 1).forEach((event) => fold.add(event));
  return fold.at(run.events[index]?.t ?? 0);
}
