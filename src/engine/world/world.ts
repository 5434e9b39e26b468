/**
 * The world: everything a run is at one moment, as plain data. Integer microseconds, seeded random
 * streams, no functions. Copying it is a checkpoint; two worlds with the same inputs are equal.
 */
import type { WireConnection } from "../network/wire.ts";
import { type Host, newHost } from "../kernel/host.ts";
import type { FaultSpec, OutsideEvent, Scenario } from "../scenario.ts";
import { type Code, compile } from "../process/compile.ts";
import type { Process, Thread } from "../process/process.ts";
import type { Endpoint } from "../process/program.ts";
import { type RandomState, nextRandom, seedStream } from "../rng.ts";
import { endpointText, type Segment } from "../segment.ts";
import { MILLISECOND } from "../time.ts";
import type { TraceEvent } from "../trace.ts";
import { Agenda, type Due } from "./agenda.ts";

export interface HeldSegment {
  readonly segment: Segment;
  readonly number: number;
  readonly to: number;
  readonly cause: number | null;
}

export interface World {
  now: number;
  /** Trace events so far, whether or not anyone kept them. */
  traced: number;
  /** How many due things have happened. */
  happened: number;
  readonly hz: number;
  readonly agenda: Agenda;
  readonly hosts: Host[];
  /** How often each fault's match was seen. */
  faultSeen: readonly number[];
  /** Segments a hold fault keeps. */
  held: readonly (readonly HeldSegment[])[];
  connections: readonly WireConnection[];
  nextSocket: number;
  nextCall: number;
  nextSegment: number;
  nextPid: number;
  nextToken: number;
  /** For `iss` and `timestamp` secrets that stay; for `port` a stream. */
  random: Readonly<Record<"iss" | "timestamp" | "port", RandomState>>;
  /** Chance that delays things as a real machine does; null: exact. See `late`. */
  disturbance: RandomState | null;
  /** Latest arrival scheduled at each host, so that disturbed segments stay in order. */
  lastArrival: Readonly<Record<number, number>>;
  /** Set when the run cannot go on truthfully; the text names what and where. */
  stopped: string | null;
}

/** The parts of a run that never change. */
export interface Plan {
  readonly scenario: Scenario;
  /** Some event makes up a segment, so the wire has to number its connections. */
  readonly injects: boolean;
  readonly code: readonly Code[];
}

export function planOf(scenario: Scenario): Plan {
  const injects = scenario.events.some((event) => event.do === "inject");
  const code = scenario.programs.map((program) => {
    const outside = scenario.events.flatMap((event, index) =>
      event.do === "thread" && event.program === program.name ? [[outsideRoutine(index), event.steps] as const] : [],
    );
    return compile(program, Object.fromEntries(outside));
  });
  return { scenario, injects, code };
}

/** Routine of a thread that an event starts; no author can write a name with a space. */
export function outsideRoutine(event: number): string {
  return `event ${event}`;
}

/** How late a disturbed machine wakes a thread at most, microseconds. */
export const LATEST_WAKE = 5_000;

/** How late it lets a thread go on at most whose call is answered, microseconds. */
export const LATEST_ANSWER = 1_000;

/** The kernel the recordings come from: CONFIG_HZ=250. */
const RECORDED_HZ = 250;

/**
 * A world at its common start. `seed` feeds initial sequence numbers, timestamp offsets and port choice.
 * `disturbance` seeds the lateness of a real machine; null: exact.
 */
export function createWorld(plan: Plan, seed: number, disturbance: number | null = null): World {
  const { scenario } = plan;
  const world: World = {
    now: 0,
    traced: 0,
    happened: 0,
    hz: RECORDED_HZ,
    agenda: new Agenda(),
    hosts: scenario.hosts.map((host, index) => newHost(index, host)),
    faultSeen: scenario.faults.map(() => 0),
    held: scenario.faults.map(() => []),
    connections: [],
    nextSocket: 1,
    nextCall: 1,
    nextSegment: 1,
    nextPid: 1001,
    nextToken: 1,
    random: { iss: seedStream(seed, "iss"), timestamp: seedStream(seed, "timestamp"), port: seedStream(seed, "port") },
    disturbance: disturbance === null ? null : seedStream(disturbance, "disturbance"),
    lastArrival: {},
    stopped: null,
  };
  scenario.programs.forEach((program, index) =>
    schedule(world, program.start, { kind: "program", program: index }, null),
  );
  scenario.events.forEach((event: OutsideEvent, index) =>
    schedule(
      world,
      event.at + (event.do === "thread" ? late(world, LATEST_WAKE) : 0),
      { kind: "outside", event: index },
      null,
    ),
  );
  scenario.faults.forEach((fault: FaultSpec, index) => {
    if (fault.act.do === "hold") schedule(world, fault.act.release, { kind: "release", fault: index }, null);
  });
  // Every run ends with a look at everything; docs/experiments.md, "Probes".
  schedule(world, scenario.until, { kind: "probe", probe: scenario.probes.length }, null);
  scenario.probes.forEach((probe, index) => schedule(world, probe.at, { kind: "probe", probe: index }, null));
  return world;
}

export function schedule(world: World, at: number, due: Due, cause: number | null): void {
  world.agenda.push(at, due, cause);
}

/**
 * How late something is in a disturbed run: between 0 and `most`, microseconds; 0 in an exact one. A
 * real kernel fires timers up to an eighth of their length late, wakes threads up to some milliseconds
 * late, and a relay adds a fraction of one.
 */
export function late(world: World, most: number): number {
  if (world.disturbance === null || most <= 0) return 0;
  const drawn = nextRandom(world.disturbance);
  world.disturbance = drawn.state;
  return drawn.value % (Math.floor(most) + 1);
}

export function drawPort(world: World): number {
  const drawn = nextRandom(world.random.port);
  world.random = { ...world.random, port: drawn.state };
  return drawn.value;
}

/**
 * Where a connect() begins to look for a port: at random, as the kernel's random steps make it; on older ones at an
 * offset of its destination, and from there on by what earlier calls took (`portHint`).
 */
export function portStart(world: World, host: Host, address: string, to: Endpoint): number {
  if (host.kernel["connect.port-offset"] === "double-hash-random-step") return drawPort(world);
  return drawForEnds(world, "port", { address, port: 0 }, to) + host.portHint;
}

/**
 * A number that belongs to two ends and is the same whenever they are used again, as the kernel's keyed
 * hashes are (RFC 6528 section 3; secure_tcp_ts_off).
 */
export function drawForEnds(
  world: World,
  purpose: "iss" | "timestamp" | "port",
  local: Endpoint,
  remote: Endpoint,
): number {
  return nextRandom(seedStream(world.random[purpose], `${endpointText(local)} ${endpointText(remote)}`)).value;
}

/**
 * What a connection adds to its timestamp clock of milliseconds (secure_tcp_ts_off): a number of its own; one of its
 * pair of addresses; or, where Linux added nothing, how long the host had been up.
 */
export function timestampOffset(world: World, host: Host, local: Endpoint, remote: Endpoint): number {
  const anyPort = (end: Endpoint): Endpoint => ({ ...end, port: 0 });
  switch (host.kernel["timestamp-offset"]) {
    case "per-connection":
      return drawForEnds(world, "timestamp", local, remote);
    case "per-host-pair":
      return drawForEnds(world, "timestamp", anyPort(local), anyPort(remote));
    case "none":
      if (host.uptime !== null) return Math.floor(host.uptime / MILLISECOND) >>> 0;
      return nextRandom(seedStream(world.random.timestamp, host.name)).value;
  }
}

/** The initial sequence number of a connection: a clock of 64 ns, set apart for each pair of ends (secure_tcp_seq). */
export function initialSequence(world: World, local: Endpoint, remote: Endpoint): number {
  return (drawForEnds(world, "iss", local, remote) + Math.floor((world.now * 1000) / 64)) >>> 0;
}

/** What a SYN cookie is made of: a secret of both ends, the client's number and the period it was sent in. */
export function cookieHash(world: World, local: Endpoint, remote: Endpoint, irs: number, period: number): number {
  const purpose = `cookie ${endpointText(local)} ${endpointText(remote)} ${irs} ${period}`;
  return nextRandom(seedStream(world.random.iss, purpose)).value;
}

function cloneThread(thread: Thread): Thread {
  return { ...thread };
}

function cloneProcess(process: Process): Process {
  return { ...process, threads: process.threads.map(cloneThread) };
}

function cloneHost(host: Host): Host {
  return {
    ...host,
    sockets: host.sockets.copy(),
    connections: host.connections.copy(),
    listeners: new Map(host.listeners),
    ports: new Map(host.ports),
    portUses: host.portUses.map((use) => ({ ...use, ports: use.ports.copy() })),
    portsTo: new Map([...host.portsTo].map(([pair, ports]) => [pair, ports.copy()])),
    names: host.names.copy(),
    counters: new Map(host.counters),
    peers: new Map(host.peers),
    synQueues: new Map(host.synQueues),
    nat: host.nat && { ...host.nat, ports: new Map(host.nat.ports) },
    processes: host.processes.map(cloneProcess),
  };
}

/** A checkpoint: a table is copied page by page when it changes, the values in it are shared because nothing changes them. */
export function cloneWorld(world: World): World {
  return { ...world, agenda: world.agenda.copy(), hosts: world.hosts.map(cloneHost) };
}

/** Receives the trace. A run that needs only counters passes one that keeps nothing. */
export type Sink = (event: TraceEvent) => void;

/** A world being moved, who listens, and what caused the present moment. */
export interface Run {
  readonly plan: Plan;
  readonly world: World;
  readonly sink: Sink;
  cause: number | null;
}

/** Writes a trace event and returns its index. Each is made in one piece, time, cause and rule included: there may be millions. */
export function record(
  run: Run,
  event: TraceEvent & { readonly cause: number | null; readonly rule: string | null },
): number {
  const index = run.world.traced;
  run.world.traced += 1;
  run.sink(event);
  return index;
}
