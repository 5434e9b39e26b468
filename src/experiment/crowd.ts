/**
 * A run of many sockets. Its trace would be millions of events that nobody reads, so it keeps counts over time, what each
 * connect() had to look at, and the last events. It goes on in slices, so that whoever runs it can tell of it meanwhile.
 */
import { type State, STATES, type TraceEvent } from "../engine/trace.ts";
import { step } from "../engine/world/step.ts";
import { createWorld, planOf, type Run } from "../engine/world/world.ts";
import type { Experiment } from "./canonical.ts";
import { DEFAULT_SEED } from "./run.ts";

/** What is shown of a crowd. */
export interface CrowdView {
  /** Whose sockets are counted. */
  readonly host: string;
  /** The address whose ports towards one destination make a map; null: no map. */
  readonly ports: { readonly address: string; readonly to: string } | null;
}

/** The host at one moment, and what happened there since the moment before. */
export interface CrowdSample {
  readonly t: number;
  /** Sockets in each state, in the order of `STATES`. */
  readonly counts: readonly number[];
  /** connect() that found a port or did not, from the start of the run. */
  readonly opened: number;
  readonly failed: number;
  /** Ports that a connect() looked at since the sample before: half of them at most `median`, all at most `most`. */
  readonly examined: { readonly median: number; readonly most: number } | null;
}

export interface CrowdProbe {
  readonly probe: string;
  readonly t: number;
  readonly counts: readonly number[];
}

/** A port towards the destination of the map. */
export const PORT = { free: 0, used: 1, waiting: 2 } as const;

export interface PortMap {
  readonly first: number;
  /** A value of `PORT` for each port of the range. */
  readonly ports: Uint8Array;
}

export interface Crowd {
  readonly view: CrowdView;
  readonly run: Run;
  readonly until: number;
  readonly samples: CrowdSample[];
  /** `counts` at each probe of the experiment that has been. */
  readonly probes: CrowdProbe[];
  readonly map: PortMap | null;
  /** The last moves and failed calls of the host. */
  readonly last: TraceEvent[];
  /** State of each socket of the host by its name, CLOSED left out; and the port of those on the map. */
  readonly states: Map<string, State>;
  readonly portOf: Map<string, number>;
  readonly counts: number[];
  opened: number;
  failed: number;
  examined: number[];
}

/** Samples of a run, beside the one at its start. */
export const SAMPLES = 140;
/** Last events that are kept. */
export const LAST_EVENTS = 8;

/** A crowd that has not moved yet. */
export function openCrowd(experiment: Experiment, view: CrowdView, seed: number = DEFAULT_SEED): Crowd {
  const plan = planOf(experiment);
  const world = createWorld(plan, seed);
  const range = world.hosts.find(({ name }) => name === view.host)?.settings.ip_local_port_range;
  if (!range) throw new Error(`no host is called ${view.host}`);
  const map = view.ports && { first: range.first, ports: new Uint8Array(range.last - range.first + 1) };
  const crowd: Crowd = {
    view,
    run: { plan, world, sink: (event) => note(crowd, event), cause: null },
    until: experiment.until,
    samples: [],
    probes: [],
    map,
    last: [],
    states: new Map(),
    portOf: new Map(),
    counts: STATES.map(() => 0),
    opened: 0,
    failed: 0,
    examined: [],
  };
  takeSample(crowd, 0);
  return crowd;
}

/**
 * Lets at most `steps` events happen. False: the run is over.
 * @throws NotModelled if it needs what the engine does not model
 */
export function advance(crowd: Crowd, steps: number): boolean {
  const { run, until } = crowd;
  for (let done = 0; done < steps; done += 1) {
    const next = run.world.agenda.next();
    const over = next === null || next > until || run.world.stopped !== null;
    sampleBefore(crowd, over ? Infinity : next);
    if (over) return false;
    step(run, until);
  }
  return true;
}

/** How much of its time a run has behind it, 0 to 1. */
export function progressOf({ samples }: Crowd): number {
  return (samples.length - 1) / SAMPLES;
}

/** Takes every sample that is due before the next event changes anything. */
function sampleBefore(crowd: Crowd, next: number): void {
  while (crowd.samples.length <= SAMPLES) {
    const due = Math.round((crowd.until * crowd.samples.length) / SAMPLES);
    if (due >= next) return;
    takeSample(crowd, due);
  }
}

function takeSample(crowd: Crowd, t: number): void {
  const { samples, counts, opened, failed } = crowd;
  const looked = crowd.examined.sort((a, b) => a - b);
  const most = looked.at(-1);
  const median = looked[looked.length >> 1];
  const examined = most === undefined || median === undefined ? null : { median, most };
  samples.push({ t, counts: [...counts], opened, failed, examined });
  crowd.examined = [];
}

/** Takes from an event what the crowd keeps of it. */
function note(crowd: Crowd, event: TraceEvent): void {
  if (!("host" in event) || event.host !== crowd.view.host) return;
  switch (event.k) {
    case "sock":
      notePort(crowd, event.sock, event.local, event.remote);
      return;
    case "state":
      if (event.to === "SYN-SENT") noteExamined(crowd);
      noteState(crowd, event.sock, event.to);
      keep(crowd, event);
      return;
    case "probe":
      crowd.probes.push({ probe: event.probe, t: event.t, counts: [...crowd.counts] });
      return;
    case "return":
      if (event.op === "connect") {
        if (event.errno === null) crowd.opened += 1;
        else crowd.failed += 1;
        if (event.errno === "EADDRNOTAVAIL") noteExamined(crowd);
      }
      if (event.errno !== null) keep(crowd, event);
  }
}

function keep({ last }: Crowd, event: TraceEvent): void {
  last.push(event);
  if (last.length > LAST_EVENTS) last.shift();
}

function notePort({ view, map, portOf }: Crowd, sock: string, local: string, remote: string): void {
  const [address = "", port = ""] = local.split(":");
  if (map && view.ports?.address === address && view.ports.to === remote) portOf.set(sock, Number(port) - map.first);
}

/** The engine has just told how many ports it looked at; 0: it did not have to. */
function noteExamined({ run, view, examined }: Crowd): void {
  const looked = run.world.hosts.find(({ name }) => name === view.host)?.portsExamined ?? 0;
  if (looked > 0) examined.push(looked);
}

function noteState({ states, counts, portOf, map }: Crowd, sock: string, to: State): void {
  const from = states.get(sock);
  if (from !== undefined) add(counts, from, -1);
  const port = portOf.get(sock);
  if (to === "CLOSED") {
    states.delete(sock);
    portOf.delete(sock);
  } else {
    states.set(sock, to);
    add(counts, to, 1);
  }
  if (map && port !== undefined)
    map.ports[port] = to === "CLOSED" ? PORT.free : to === "TIME-WAIT" ? PORT.waiting : PORT.used;
}

function add(counts: number[], state: State, by: 1 | -1): void {
  const index = STATES.indexOf(state);
  counts[index] = (counts[index] ?? 0) + by;
}
