/**
 * The segments of a script: an inbound line is injected, an outbound line takes the next segment the host sent and says
 * what it must be.
 */
import type { Emitted } from "../engine/single-host.ts";
import { seqAdd } from "../engine/seq.ts";
import { LOCAL, REMOTE } from "./calls.ts";
import { type Connection, newConnection, optionText, packetText, type Seen, toLive, toScript } from "./connections.ts";
import { endpoint, Mismatch, moment, type Play, time } from "./play.ts";
import { advance, checkPending } from "./returns.ts";
import type { Packet, ScriptEvent } from "./script.ts";

/** `*` waits this long, one day, for a segment: longer than any timer of TCP. */
const LONGEST_WAIT = 86_400_000_000;

export function inbound(state: Play, event: ScriptEvent, packet: Packet): void {
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

/** A segment the host sent, in the script's numbers. */
function seen(state: Play, segment: Emitted, expected: Packet | null): Seen {
  const [host, peer] = [endpoint(segment.src), endpoint(segment.dst)];
  return toScript(connectionOf(state, host.port, peer.port, host.address, peer.address), segment, expected);
}

export function seenText(state: Play, segment: Emitted, expected: Packet | null): string {
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

export function outbound(state: Play, event: ScriptEvent, expected: Packet): void {
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
