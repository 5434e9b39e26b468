/**
 * One host alone, driven from outside: whoever holds it plays the programs and the network. It is the
 * engine of any run; only the peers' addresses belong to no host, so what is sent to them is handed
 * out instead of delivered. Times are microseconds.
 */
import { ownsAddress, type Host, setSysctl as setHostSysctl } from "./kernel/host.ts";
import { recordInjected } from "./network/link.ts";
import { type Process, socketOf } from "./process/process.ts";
import type { CallStep } from "./process/program.ts";
import type { Scenario } from "./scenario.ts";
import type { Segment } from "./segment.ts";
import { seqDiff } from "./seq.ts";
import { type AnySocket, stateOf, unreadBytes } from "./tcp/socket.ts";
import type { SocketRow, State, TraceEvent, WireSegment } from "./trace.ts";
import { deliver } from "./world/deliver.ts";
import { socketRows } from "./world/rows.ts";
import { step } from "./world/step.ts";
import { callFromOutside } from "./world/threads.ts";
import { createWorld, planOf, type Run } from "./world/world.ts";

/** A segment the host sent, and when. */
export interface Emitted extends WireSegment {
  readonly at: number;
}

/** What a call returned, and when. `value` is -1 if it failed. */
export interface Returned {
  readonly at: number;
  readonly value: number;
  readonly errno: string | null;
}

type DrivenStep<Step> = Step extends { readonly fd: string }
  ? Omit<Step, "as" | "on_error" | "fd"> & { readonly fd: number }
  : Step extends unknown
    ? Omit<Step, "as" | "on_error">
    : never;

/** A call as a program makes it, without what only programs need. Descriptors are numbers. */
export type Call = DrivenStep<CallStep>;

/** A connection behind a descriptor, as TCP_INFO and the SIOC* requests tell it. Times in microseconds. */
export interface ConnectionInfo {
  readonly state: State;
  /** Segments sent and not acknowledged. */
  readonly unacked: number;
  readonly retransmits: number;
  readonly backoff: number;
  /** Unanswered probes of a zero window or a silent peer. */
  readonly probes: number;
  readonly rto: number;
  /** null: no sample yet. */
  readonly srtt: number | null;
  readonly rttvar: number;
  readonly ato: number;
  readonly snd_mss: number;
  readonly rcv_mss: number;
  readonly timestamps: boolean;
  readonly sack: boolean;
  readonly window_scaling: boolean;
  /** Bytes to read (SIOCINQ), not acknowledged (SIOCOUTQ), not sent (SIOCOUTQNSD). */
  readonly inq: number;
  readonly outq: number;
  readonly unsent: number;
}

export interface SingleHostOptions {
  /** At least one; what is sent to any other is handed out. */
  readonly addresses: readonly string[];
  /** Every sysctl the engine reads, by full name. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Feeds initial sequence numbers, timestamps and ports. */
  readonly seed: number;
}

export interface SingleHost {
  readonly now: () => number;
  /** In the order sent. Grows; nothing is ever taken out. */
  readonly emitted: readonly Emitted[];
  /** The whole trace, for whoever wants to know why. */
  readonly trace: readonly TraceEvent[];
  /** Takes effect at once, as `sysctl -w` does. @throws Error if the value is none */
  readonly setSysctl: (name: string, value: string) => void;
  /**
   * Lets everything due before `time` happen and sets the clock. What is due at `time` itself comes
   * after what the driver does then: a kernel's timers are late, never early.
   */
  readonly advanceTo: (time: number) => void;
  /** Lets everything due now happen. */
  readonly settle: () => void;
  /** When the next thing is due; null: nothing ever will be. A cancelled timer may still be counted. */
  readonly nextTimer: () => number | null;
  /** A segment arrives now. */
  readonly inject: (segment: Segment) => void;
  /** Starts a call; it may return later. The number is for `returned`. */
  readonly call: (call: Call) => number;
  /** null while the call waits. */
  readonly returned: (call: number) => Returned | null;
  /** null if the descriptor is not open or holds no connection. */
  readonly connection: (fd: number) => ConnectionInfo | null;
  readonly state: (fd: number) => State | null;
  readonly nonblocking: (fd: number) => boolean;
  /** As `ss` lists them, mini-sockets and orphans included. */
  readonly sockets: () => SocketRow[];
}

/** Later than anything: a host driven from outside has no end of its own. */
const NEVER = Number.MAX_SAFE_INTEGER;

const HOST = "A";

function scenarioOf({ addresses, sysctl }: SingleHostOptions): Scenario {
  return {
    until: NEVER,
    hosts: [{ name: HOST, addresses, sysctl }],
    link: { kind: "relay", delay: 0 },
    // Its first thread only keeps the process alive; each call is made by a thread of its own.
    programs: [{ name: "driven", host: HOST, start: 0, nofile: 1024, routines: { main: [{ op: "pause" }], call: [] } }],
    events: [],
    faults: [],
    probes: [],
  };
}

export function openSingleHost(options: SingleHostOptions): SingleHost {
  const plan = planOf(scenarioOf(options));
  const world = createWorld(plan, options.seed);
  const trace: TraceEvent[] = [];
  const emitted: Emitted[] = [];
  const results = new Map<number, Returned>();
  const host = world.hosts[0] as Host;

  const sink = (event: TraceEvent): void => {
    trace.push(event);
    if (event.k === "return") results.set(event.call, { at: event.t, value: event.value, errno: event.errno });
    if (event.k !== "send" || event.injected || ownsAddress(host, addressOf(event.dst))) return;
    const { src, dst, flags, seq, ack, win, len, mss, ws, sack, tsval, tsecr } = event;
    emitted.push({ at: event.t, src, dst, flags, seq, ack, win, len, mss, ws, sack, tsval, tsecr });
  };
  const run: Run = { plan, world, sink, cause: null };
  const runUntil = (time: number): void => {
    while (step(run, time)) {
      // Each round is one event.
    }
  };
  runUntil(0);
  const process = host.processes[0] as Process;

  const socketAt = (fd: number): AnySocket | undefined => {
    const id = socketOf(process, fd);
    return id === null ? undefined : host.sockets.get(id);
  };

  return {
    now: () => world.now,
    emitted,
    trace,
    setSysctl: (name, value) => {
      setHostSysctl(host, name, value);
    },
    advanceTo: (time) => {
      runUntil(time - 1);
      world.now = Math.max(world.now, time);
    },
    settle: () => runUntil(world.now),
    nextTimer: () => {
      const next = world.agenda.next();
      return next === NEVER ? null : next;
    },
    inject: (segment) => {
      const number = world.nextSegment;
      world.nextSegment += 1;
      run.cause = recordInjected(run, host, segment, number);
      deliver(run, host, segment, number);
    },
    call: (call) => {
      const number = world.nextCall;
      run.cause = null;
      const bookkeeping = { as: null, on_error: "continue" } as const;
      if (call.op === "socket") callFromOutside(run, host, process, { ...call, ...bookkeeping }, {});
      else callFromOutside(run, host, process, { ...call, ...bookkeeping, fd: "fd" }, { fd: call.fd });
      return number;
    },
    returned: (call) => results.get(call) ?? null,
    connection: (fd) => {
      const socket = socketAt(fd);
      if (socket?.kind !== "full") return null;
      const finUnsent = socket.fin_queued && socket.snd_nxt !== socket.write_seq ? 1 : 0;
      return {
        state: socket.state,
        unacked: socket.flight.length,
        retransmits: socket.retransmits,
        backoff: socket.backoff,
        probes: socket.probes_out,
        rto: socket.rto * 2 ** socket.backoff,
        srtt: socket.srtt,
        rttvar: socket.rttvar,
        ato: socket.ato,
        snd_mss: socket.mss,
        rcv_mss: socket.rcv_mss,
        timestamps: socket.timestamps,
        sack: socket.sack,
        window_scaling: socket.window_scaling,
        inq: unreadBytes(socket),
        // An unacknowledged FIN counts (tcp_ioctl: write_seq - snd_una).
        outq: Math.max(0, seqDiff(socket.write_seq, socket.snd_una)),
        unsent: Math.max(0, seqDiff(socket.write_seq, socket.snd_nxt) - finUnsent),
      };
    },
    state: (fd) => {
      const socket = socketAt(fd);
      return socket ? stateOf(socket) : null;
    },
    nonblocking: (fd) => process.nonblocking.includes(fd),
    sockets: () => socketRows(run, host),
  };
}

function addressOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(":"));
}
