/**
 * Plays a script against one simulated host. Outbound lines take the segments the host sent one by one,
 * in order; times have a tolerance; a call may wait while later events happen.
 */
import { BASELINE } from "../experiment/sysctl.ts";
import { NotModelled } from "../engine/not-modelled.ts";
import type { Endpoint } from "../engine/process/program.ts";
import { type Emitted, openSingleHost, type Returned, type SingleHost } from "../engine/single-host.ts";
import { seqAdd } from "../engine/seq.ts";
import { STATES } from "../engine/trace.ts";
import { evaluate, namesIn } from "./assertion.ts";
import { type CallPlan, fileFlags, LOCAL, planCall, REMOTE } from "./calls.ts";
import { type Connection, newConnection, optionText, packetText, type Seen, toLive, toScript } from "./connections.ts";
import { parseScript } from "./parse.ts";
import {
  type Action,
  type Assertion,
  type Packet,
  type Place,
  type Script,
  ScriptError,
  type ScriptEvent,
  type Sysctl,
  type When,
} from "./script.ts";

/** Why a script failed, and where. `line` counts from 1. */
export interface Failure {
  readonly line: number;
  readonly column: number;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** As the script writes it; null where there is no such pair, as in an error of the script. */
  readonly expected: string | null;
  readonly got: string | null;
}

/** A call that has not returned yet, and when it must. */
interface Pending {
  readonly event: ScriptEvent;
  readonly call: Extract<Action, { do: "call" }>;
  readonly plan: CallPlan;
  readonly number: number;
  readonly end: number;
  readonly tolerance: number;
}

interface Play {
  readonly script: Script;
  readonly host: SingleHost;
  /** Descriptors of the script to those of the host. */
  readonly descriptors: Map<number, number>;
  readonly connections: Connection[];
  current: Connection | null;
  /** Port of the listener that the next inbound segment begins a new connection with; null: none does. */
  listening: number | null;
  nextPort: number;
  /** The script's descriptor that tcpi_* belong to. */
  underTest: number | null;
  /** Segments of the host that a line has taken. */
  taken: number;
  pending: Pending | null;
}

class Mismatch extends Error {
  readonly event: ScriptEvent;
  readonly expected: string | null;
  readonly got: string | null;
  constructor(event: ScriptEvent, message: string, expected: string | null = null, got: string | null = null) {
    super(message);
    this.event = event;
    this.expected = expected;
    this.got = got;
  }
}

const SEED = 2016;

/** Ports of the network's side when it opens a connection. */
const FIRST_PEER_PORT = 40_000;

/** `*` waits this long, one day, for a segment: longer than any timer of TCP. */
const LONGEST_WAIT = 86_400_000_000;

/** The states as TCP_INFO numbers them (include/net/tcp_states.h). */
const STATE_NUMBERS: Readonly<Record<(typeof STATES)[number], number>> = {
  ESTABLISHED: 1,
  "SYN-SENT": 2,
  "SYN-RECEIVED": 3,
  "FIN-WAIT-1": 4,
  "FIN-WAIT-2": 5,
  "TIME-WAIT": 6,
  CLOSED: 7,
  "CLOSE-WAIT": 8,
  "LAST-ACK": 9,
  LISTEN: 10,
  CLOSING: 11,
};

/** Reads and plays a script. null: everything was as the script says. */
export function runPacketdrill(text: string): Failure | null {
  try {
    const script = parseScript(text);
    const plans = new Map<ScriptEvent, CallPlan>();
    for (const event of script.events)
      if (event.action.do === "call") plans.set(event, planCall(event.action, event.place));
    play(script, plans);
    return null;
  } catch (error) {
    if (error instanceof ScriptError) return failure(error.place, error.message, null, null);
    if (error instanceof Mismatch) return failure(error.event.place, error.message, error.expected, error.got);
    throw error;
  }
}

function failure(place: Place, message: string, expected: string | null, got: string | null): Failure {
  return { line: place.line, column: place.column, message, expected, got };
}

function play(script: Script, plans: ReadonlyMap<ScriptEvent, CallPlan>): void {
  const state: Play = {
    script,
    host: openSingleHost({ addresses: [LOCAL.address], sysctl: BASELINE, seed: SEED }),
    descriptors: new Map(),
    connections: [],
    current: null,
    listening: null,
    nextPort: FIRST_PEER_PORT,
    underTest: null,
    taken: 0,
    pending: null,
  };
  for (const setting of script.settings) set(state, setting);
  for (const event of script.events) {
    try {
      playEvent(state, event, plans.get(event));
    } catch (error) {
      if (error instanceof NotModelled) throw new Mismatch(event, error.message);
      throw error;
    }
  }
  finishPending(state);
  const last = script.events.at(-1);
  const extra = state.host.emitted[state.taken];
  if (extra && last)
    throw new Mismatch(last, "after the last line a segment is left over", "nothing", seenText(state, extra, null));
}

/** The previous event ended now: times with a plus count from here. */
function moment(state: Play, when: When): { from: number; to: number; tolerance: number } {
  const now = state.host.now();
  const base = when.base === "relative" ? now : 0;
  const from = base + when.from;
  // packetdrill's tolerance, or an eighth of the time since the previous event: a kernel's timers are late.
  const tolerance = Math.max(state.script.tolerance, Math.floor(Math.max(0, base + when.to - now) / 8));
  return { from, to: base + when.to, tolerance };
}

function playEvent(state: Play, event: ScriptEvent, plan: CallPlan | undefined): void {
  const { action } = event;
  if (action.do === "outbound") {
    outbound(state, event, action.packet);
    return;
  }
  const { from, tolerance } = moment(state, event.when);
  advance(state, from);
  const late = state.host.now() - from;
  if (late > tolerance)
    throw new Mismatch(event, "its time has passed", `at ${time(from)}`, `it is ${time(state.host.now())}`);
  switch (action.do) {
    case "inbound":
      inbound(state, event, action.packet);
      break;
    case "call":
      if (plan) call(state, event, action, plan, from - event.when.from);
      break;
    case "sysctl":
      for (const setting of action.settings) set(state, setting);
      break;
    case "assert":
      for (const assertion of action.assertions) check(state, event, assertion);
  }
}

/** Moves the clock; whatever the pending call returns on the way is compared. */
function advance(state: Play, to: number): void {
  state.host.advanceTo(Math.max(to, state.host.now()));
  checkPending(state);
}

function set({ host }: Play, { place, name, value }: Sysctl): void {
  try {
    host.setSysctl(name, value);
  } catch (error) {
    throw new ScriptError(place, error instanceof Error ? error.message : String(error));
  }
}

// Packets

function inbound(state: Play, event: ScriptEvent, packet: Packet): void {
  const segment = toLive(inboundConnection(state, packet), packet);
  if (typeof segment === "string") throw new Mismatch(event, segment);
  state.host.inject(segment);
  state.host.settle();
  checkPending(state);
}

function inboundConnection(state: Play, packet: Packet): Connection {
  if (packet.ports) return connectionOf(state, packet.ports.dst, packet.ports.src);
  if (state.listening !== null) {
    const connection = connectionOf(state, state.listening, state.nextPort);
    state.nextPort += 1;
    state.listening = null;
    return connection;
  }
  return state.current ?? connectionOf(state, LOCAL.port, state.nextPort);
}

/** The connection of two ports; from now on the one under test. */
function connectionOf(
  state: Play,
  hostPort: number,
  peerPort: number,
  host = LOCAL.address,
  peer = REMOTE.address,
): Connection {
  const known = state.connections.find(
    (one) =>
      one.host.port === hostPort &&
      one.peer.port === peerPort &&
      one.host.address === host &&
      one.peer.address === peer,
  );
  const connection = known ?? newConnection({ address: host, port: hostPort }, { address: peer, port: peerPort });
  if (!known) state.connections.push(connection);
  state.current = connection;
  return connection;
}

function endpoint(text: string): Endpoint {
  const at = text.lastIndexOf(":");
  return { address: text.slice(0, at), port: Number(text.slice(at + 1)) };
}

/** A segment the host sent, in the script's numbers. */
function seen(state: Play, segment: Emitted, expected: Packet | null): Seen {
  const [host, peer] = [endpoint(segment.src), endpoint(segment.dst)];
  return toScript(connectionOf(state, host.port, peer.port, host.address, peer.address), segment, expected);
}

function seenText(state: Play, segment: Emitted, expected: Packet | null): string {
  return `${packetText(seen(state, segment, expected))} at ${time(segment.at)}`;
}

/** Waits for the next segment the host sends, until `limit`; null if none comes. */
function nextSegment(state: Play, limit: number): Emitted | null {
  const { host } = state;
  for (;;) {
    const segment = host.emitted[state.taken];
    if (segment) return segment;
    const next = host.nextTimer();
    if (next === null || next > limit) return null;
    advance(state, next);
    host.settle();
    checkPending(state);
  }
}

function outbound(state: Play, event: ScriptEvent, expected: Packet): void {
  const any = event.when.base === "any";
  const { from, to, tolerance } = moment(state, event.when);
  const limit = any ? state.host.now() + LONGEST_WAIT : to + tolerance;
  const wanted = any
    ? packetText(expected)
    : `${packetText(expected)} at ${time(from)}${to > from ? `~${time(to)}` : ""}`;
  let rest: Packet = expected;
  for (;;) {
    const segment = nextSegment(state, limit);
    if (!segment) {
      const later = nextSegment(state, state.host.now() + LONGEST_WAIT);
      const got = later ? `nothing until then; the next is ${seenText(state, later, rest)}` : "nothing";
      throw new Mismatch(event, "the segment did not come", wanted, got);
    }
    const got = seen(state, segment, rest);
    const text = `${packetText(got)} at ${time(segment.at)}`;
    // A long line may be several segments, as long as they follow each other; the last one's flags count.
    const part = got.len > 0 && got.len < rest.len && got.seq === rest.seq && !/[SFR]/.test(got.flags);
    const wrong = part ? partDifference(rest, got) : difference(state, rest, got);
    if (wrong !== null) throw new Mismatch(event, wrong, wanted, text);
    if (!any && (segment.at < from - tolerance || segment.at > to + tolerance)) {
      const early = segment.at < from - tolerance;
      const allowed = `(tolerance ${time(tolerance)})`;
      throw new Mismatch(event, `the segment came too ${early ? "early" : "late"} ${allowed}`, wanted, text);
    }
    state.taken += 1;
    if (!part) return;
    rest = { ...rest, seq: seqAdd(rest.seq, got.len), len: rest.len - got.len };
  }
}

function partDifference(expected: Packet, got: Seen): string | null {
  if (expected.ack !== null && got.ack !== expected.ack) return "another acknowledgement number";
  return optionsDiffer(expected, got) ? "other TCP options" : null;
}

/** What differs, or null. */
function difference(state: Play, expected: Packet, got: Seen): string | null {
  if (got.flags !== expected.flags) return "other flags";
  if (got.seq !== expected.seq || got.len !== expected.len) return "other sequence numbers";
  if (expected.ack !== null && (got.ack ?? 0) !== expected.ack) return "another acknowledgement number";
  if (expected.win !== null && got.win !== expected.win) return "another window";
  if (optionsDiffer(expected, got)) return "other TCP options";
  const { current } = state;
  if (expected.ports && current) {
    if (current.host.port !== expected.ports.src || current.peer.port !== expected.ports.dst)
      return `other ports: ${current.host.port} > ${current.peer.port}`;
  }
  return rememberTimestamp(state, expected, got);
}

/** Options must be the same in the same order; a timestamp value only has to be there. */
function optionsDiffer(expected: Packet, got: Seen): boolean {
  if (expected.options === "any") return false;
  const shape = (options: Seen["options"]): string =>
    options.map((one) => optionText(one.name === "TS" ? { ...one, val: 0 } : one)).join();
  return shape(expected.options) !== shape(got.options);
}

/** A timestamp value of the script stands for the live one first seen with it. */
function rememberTimestamp(state: Play, expected: Packet, got: Seen): string | null {
  const { current, script } = state;
  const wanted = expected.options === "any" ? undefined : expected.options.find((one) => one.name === "TS");
  const live = got.options.find((one) => one.name === "TS");
  if (!current || wanted?.name !== "TS" || live?.name !== "TS") return null;
  if (!current.timestamps.has(wanted.val)) current.timestamps.set(wanted.val, live.val);
  current.firstTimestamp ??= { script: wanted.val, live: live.val };
  if (script.timestampTick === null) return null;
  const { script: first, live: firstLive } = current.firstTimestamp;
  const off = Math.abs(live.val - firstLive - (wanted.val - first)) * script.timestampTick;
  return off > script.tolerance ? `another timestamp: ${first + live.val - firstLive}` : null;
}

// Calls

/** @param base what the event's times count from */
function call(
  state: Play,
  event: ScriptEvent,
  action: Extract<Action, { do: "call" }>,
  plan: CallPlan,
  base: number,
): void {
  // One thread makes the calls: the next waits until the last has returned.
  finishPending(state);
  const { host } = state;
  const fd = plan.do === "socket" ? null : (state.descriptors.get(plan.fd) ?? -1);
  const started = start(state, plan, fd ?? -1);
  if (typeof started !== "number") {
    compare(state, event, action, plan, started);
    return;
  }
  noteStart(state, plan);
  host.settle();
  const returned = host.returned(started);
  if (action.end === null) {
    if (!returned)
      throw new Mismatch(
        event,
        "the call waits; a call that waits is written with the time at which it returns, as +0...0.1",
        expectedText(action),
        "nothing yet",
      );
    compare(state, event, action, plan, returned);
    return;
  }
  const end = base + action.end;
  const tolerance = Math.max(state.script.tolerance, Math.floor((end - host.now()) / 8));
  state.pending = { event, call: action, plan, number: started, end, tolerance };
  checkPending(state);
}

/** Starts a call on the host and returns its number, or at once what a request returned. */
function start(state: Play, plan: CallPlan, fd: number): number | Returned {
  const { host } = state;
  const at = host.now();
  const bad: Returned = { at, value: -1, errno: "EBADF" };
  switch (plan.do) {
    case "socket":
      return host.call({ op: "socket" });
    case "call":
      return host.call(plan.make(fd));
    case "getsockopt":
      return host.call({ op: "getsockopt", fd, option: plan.option });
    case "getfl":
      return host.state(fd) === null ? bad : { at, value: fileFlags(host.nonblocking(fd)), errno: null };
    case "ioctl": {
      const info = host.connection(fd);
      if (!info) return host.state(fd) === null ? bad : { at, value: -1, errno: "EINVAL" };
      return { at, value: info[plan.request], errno: null };
    }
  }
}

/** What a call changes for the script as soon as it is made. */
function noteStart(state: Play, plan: CallPlan): void {
  if (plan.do !== "call") return;
  const { op } = plan.make(0);
  if (op === "connect") {
    state.underTest = plan.fd;
    state.listening = null;
  }
}

/** Compares what a call returned with what the script says, and learns descriptors from it. */
function compare(
  state: Play,
  event: ScriptEvent,
  action: Extract<Action, { do: "call" }>,
  plan: CallPlan,
  returned: Returned,
): void {
  const wrong = (got: string): never => {
    throw new Mismatch(event, "the call returned something else", expectedText(action), got);
  };
  if (plan.do === "getsockopt" || plan.do === "ioctl") {
    // SO_ERROR hands the pending error out; the engine reports it as the errno of the call.
    const held = plan.do === "getsockopt" && plan.option === "SO_ERROR" && returned.errno !== "EBADF";
    const value = held ? (returned.errno ?? 0) : returned.value;
    const result = held || returned.errno === null ? 0 : -1;
    const same = result === action.expect.value && (result === 0 || returned.errno === action.expect.errno);
    if (action.expect.value !== null && !same) wrong(returnedText({ ...returned, value: result }));
    if (result === 0 && plan.holds !== null && plan.holds !== value) wrong(`${result}, holding [${value}]`);
    return;
  }
  learn(state, action, plan, returned);
  const { expect } = action;
  if (expect.value === null) return;
  const descriptor = returnsDescriptor(plan) && returned.errno === null && expect.errno === null && expect.value >= 0;
  if (descriptor) return;
  const errno = (name: string | null): string | null => (name === "EWOULDBLOCK" ? "EAGAIN" : name);
  if (returned.value !== expect.value || errno(returned.errno) !== errno(expect.errno)) wrong(returnedText(returned));
}

function returnsDescriptor(plan: CallPlan): boolean {
  return plan.do === "socket" || (plan.do === "call" && plan.make(0).op === "accept");
}

function learn(state: Play, action: Extract<Action, { do: "call" }>, plan: CallPlan, returned: Returned): void {
  if (returned.errno !== null) return;
  const { host, descriptors } = state;
  if (returnsDescriptor(plan) && action.expect.value !== null) {
    descriptors.set(action.expect.value, returned.value);
    if (plan.do === "call") state.underTest = action.expect.value;
    else if (plan.do === "socket" && plan.nonblock) host.call({ op: "nonblock", fd: returned.value, on: true });
    return;
  }
  if (plan.do !== "call") return;
  const made = plan.make(0);
  if (made.op === "close") {
    descriptors.delete(plan.fd);
    if (state.underTest === plan.fd) state.underTest = null;
  } else if (made.op === "listen") {
    const live = descriptors.get(plan.fd);
    const row = host.sockets().find((one) => one.holder?.fd === live && one.state === "LISTEN");
    state.listening = row ? endpoint(row.local).port : null;
  }
}

function expectedText({ expect }: Extract<Action, { do: "call" }>): string {
  return returnedText({ value: expect.value ?? 0, errno: expect.errno });
}

function returnedText({ value, errno }: { readonly value: number; readonly errno: string | null }): string {
  return errno === null ? String(value) : `${value} ${errno}`;
}

function checkPending(state: Play): void {
  const { pending, host } = state;
  const returned = pending ? host.returned(pending.number) : null;
  if (!pending || !returned) return;
  state.pending = null;
  const { event, end, tolerance } = pending;
  const late = returned.at - end;
  if (Math.abs(late) > tolerance)
    throw new Mismatch(
      event,
      `the call returned too ${late < 0 ? "early" : "late"} (tolerance ${time(tolerance)})`,
      `${expectedText(pending.call)} at ${time(end)}`,
      `${returnedText(returned)} at ${time(returned.at)}`,
    );
  compare(state, event, pending.call, pending.plan, returned);
}

/** Lets time pass until the pending call has returned. */
function finishPending(state: Play): void {
  const { host } = state;
  while (state.pending) {
    const { event, call: action, end, tolerance } = state.pending;
    const next = host.nextTimer();
    if (next === null || next > end + tolerance)
      throw new Mismatch(event, "the call still waits", `${expectedText(action)} at ${time(end)}`, "nothing");
    advance(state, next);
    host.settle();
    checkPending(state);
  }
}

// Assertions

function check(state: Play, event: ScriptEvent, assertion: Assertion): void {
  const values = tcpInfo(state);
  const lookup = (name: string): number | null => values?.[name] ?? null;
  if (values === null)
    throw new Mismatch(
      event,
      "tcpi_* belong to an open descriptor, from accept() or connect(), and none is",
      assertion.text,
      null,
    );
  if (evaluate(assertion.test, lookup) !== 0) return;
  const got = [...new Set(namesIn(assertion.test))].map((name) => `${name} is ${lookup(name)}`).join(", ");
  throw new Mismatch(event, "the assertion does not hold", assertion.text, got);
}

/** TCP_INFO of the connection under test, as far as the engine knows it; times in microseconds. */
function tcpInfo(state: Play): Readonly<Record<string, number>> | null {
  const fd = state.underTest === null ? undefined : state.descriptors.get(state.underTest);
  const known = fd === undefined ? null : state.host.state(fd);
  if (fd === undefined || known === null) return null;
  const info = state.host.connection(fd);
  if (!info) return { tcpi_state: STATE_NUMBERS[known] };
  return {
    tcpi_state: STATE_NUMBERS[known],
    tcpi_unacked: info.unacked,
    tcpi_retransmits: info.retransmits,
    tcpi_backoff: info.backoff,
    tcpi_probes: info.probes,
    tcpi_rto: info.rto,
    tcpi_ato: info.ato,
    tcpi_rtt: info.srtt ?? 0,
    // The engine keeps four mean deviations, TCP_INFO one.
    tcpi_rttvar: Math.round(info.rttvar / 4),
    tcpi_snd_mss: info.snd_mss,
    tcpi_rcv_mss: info.rcv_mss,
    tcpi_options: (info.timestamps ? 1 : 0) | (info.sack ? 2 : 0) | (info.window_scaling ? 4 : 0),
    tcpi_notsent_bytes: info.unsent,
  };
}

function time(microseconds: number): string {
  return `${(microseconds / 1e6).toFixed(6)} s`;
}
