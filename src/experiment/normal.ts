/**
 * The normal form of a trace: what is left when everything that may differ between two correct runs
 * is taken away. Addresses, ports, initial sequence numbers, timestamps and descriptor numbers are
 * renamed by first appearance; windows are zero or not; order is kept per socket and per thread, never
 * across hosts. `compare.ts` lays two normal forms side by side. `lab/lastack_lab.py` has the same
 * functions under the same names; `tests/compare/` holds both to the same results.
 *
 * A segment belongs to the last socket of its host that had its addresses and ports, even if that
 * socket is gone: whether a reset came from a socket or from none cannot be seen on a wire. Segments
 * whose addresses and ports no socket ever had stand in a stream of their host.
 */
import type { SocketRow, State, TraceEvent } from "../engine/trace.ts";
import type { Level } from "./canonical.ts";
import type { Trace, TraceHost } from "./trace-file.ts";

export interface NormalState {
  readonly state: State;
  /** True while a mini-socket stands for the socket. */
  readonly mini: boolean;
  readonly at: number;
  /** Microseconds, to the end of the run if the socket is still there. */
  readonly lasts: number;
}

export interface NormalSegment {
  readonly at: number;
  /** Everything that is compared, but for time and fate. */
  readonly text: string;
  readonly fate: "arrived" | "lost" | "duplicated" | "pending";
  /** Microseconds since its bytes were first sent; null if this is the first time. */
  readonly again: number | null;
}

export interface NormalSocket {
  /** Host and order of first appearance: "A1". */
  readonly name: string;
  readonly at: number;
  /** "A:p1 B:p2": host, or `*` for any address, and port by first appearance on that host. */
  readonly endpoints: string;
  readonly states: readonly NormalState[];
  readonly segments: readonly NormalSegment[];
  /** Index of the first segment after the connection's first FIN or RST was sent or received here. */
  readonly closing: number;
}

export interface NormalCall {
  readonly at: number;
  /** "recv fd1": descriptors are named by first appearance in the thread. */
  readonly call: string;
  /** Value, descriptor's name or errno's name; null while the call is blocked. */
  readonly result: string | null;
  readonly returned: number | null;
}

export interface NormalProbe {
  readonly host: string;
  readonly probe: string;
  readonly at: number;
  readonly rows: readonly { readonly sock: string; readonly state: State; readonly text: string }[];
  readonly counters: Readonly<Record<string, number>>;
}

export interface NormalForm {
  readonly until: number;
  readonly sockets: readonly NormalSocket[];
  /** Segments that no socket can have sent, by host. */
  readonly hosts: readonly { readonly name: string; readonly segments: readonly NormalSegment[] }[];
  readonly threads: readonly { readonly name: string; readonly calls: readonly NormalCall[] }[];
  readonly probes: readonly NormalProbe[];
}

type Sent = Extract<TraceEvent, { k: "send" }>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** First sending of the numbers from `seq` to before `end`. */
interface Span {
  readonly seq: number;
  readonly end: number;
  readonly at: number;
}

interface Stream {
  readonly segments: {
    readonly at: number;
    readonly text: string;
    readonly seg: number;
    readonly again: number | null;
  }[];
  lastTsval: number | null;
  readonly first: Span[];
  closing: number | null;
}

interface Socket extends Stream {
  readonly name: string;
  readonly at: number;
  readonly host: string;
  local: string;
  remote: string;
  readonly states: Mutable<Omit<NormalState, "lasts">>[];
}

const newStream = (): Stream => ({ segments: [], lastTsval: null, first: [], closing: null });

/** Signed distance of two 32-bit numbers. */
const distance = (a: number, b: number): number => (a - b) | 0;

/**
 * Numbers of one direction, relative to its initial sequence numbers. A direction has one per
 * connection that used its ports; a number counts from the one whose sent bytes lie nearest.
 */
class Numbers {
  readonly #isns: { readonly isn: number; edge: number }[] = [];

  syn(seq: number): void {
    if (!this.#isns.some(({ isn }) => isn === seq)) this.#isns.push({ isn: seq, edge: seq });
  }

  #nearest(value: number): { index: number; gap: number } {
    let best = { index: -1, gap: Infinity };
    for (let index = this.#isns.length - 1; index >= 0; index--) {
      const { isn, edge } = this.#isns[index] as { isn: number; edge: number };
      const from = distance(value, isn);
      const gap = from < 0 ? -from : Math.max(0, from - distance(edge, isn));
      if (gap < best.gap) best = { index, gap };
    }
    return best;
  }

  /** Widens what was sent. A segment without bytes, SYN or FIN may carry any number. */
  sent(seq: number, length: number): void {
    if (length === 0) return;
    const base = this.#isns[this.#nearest(seq).index];
    const end = (seq + length) >>> 0;
    if (base && distance(end, base.edge) > 0) base.edge = end;
  }

  /** "27" in the first connection, "2:27" in the second; "=0" is a literal zero, as resets carry. */
  text(value: number): string {
    const { index, gap } = this.#nearest(value);
    if (value === 0 && gap > 0) return "=0";
    const base = this.#isns[index];
    if (!base) {
      this.syn(value);
      return "0";
    }
    const offset = String(distance(value, base.isn));
    return index === 0 ? offset : `${index + 1}:${offset}`;
  }
}

const hostOf = (hosts: readonly TraceHost[], address: string): string | null =>
  hosts.find(({ addresses }) => addresses.includes(address))?.name ?? null;

const split = (endpoint: string): readonly [string, string] => {
  const colon = endpoint.lastIndexOf(":");
  return [endpoint.slice(0, colon), endpoint.slice(colon + 1)];
};

/** How a state is written in the normal form. TIME-WAIT is always a mini-socket. */
export function stateText({ state, mini }: { readonly state: State; readonly mini: boolean }): string {
  return mini && state !== "TIME-WAIT" ? `${state} mini` : state;
}

function rowText(row: SocketRow): string {
  const timer = row.timer ? `${row.timer.name}/${row.timer.retries}` : "none";
  return `${stateText(row)} recvq ${row.recvq} sendq ${row.sendq} timer ${timer} holder ${row.holder?.program ?? "nobody"}`;
}

/** The normal form of a trace. Events after `header.until` are left out. */
export function normalForm({ header, events }: Trace): NormalForm {
  const sockets = new Map<string, Socket>();
  const hosts = new Map(header.hosts.map(({ name }) => [name, newStream()]));
  const count = new Map<string, number>();
  const byTuple = new Map<string, Socket>();
  const numbers = new Map<string, Numbers>();
  const wire = new Map<number, { src: string; dst: string; closes: boolean; arrived: number; lost: boolean }>();
  const threads = new Map<string, { calls: Mutable<NormalCall>[]; fds: Map<number, string>; fd: number }>();
  const open = new Map<number, { call: Mutable<NormalCall>; all: boolean }>();
  const probes: NormalProbe[] = [];

  const socketOf = (name: string, host: string, at: number): Socket => {
    const known = sockets.get(name);
    if (known) return known;
    const ordinal = (count.get(host) ?? 0) + 1;
    count.set(host, ordinal);
    const made = { name: `${host}${ordinal}`, at, host, local: "?:0", remote: "?:0", states: [], ...newStream() };
    sockets.set(name, made);
    return made;
  };
  const directionOf = (src: string, dst: string): Numbers => {
    const key = `${src}>${dst}`;
    const known = numbers.get(key) ?? new Numbers();
    numbers.set(key, known);
    return known;
  };
  const threadOf = (program: string, thread: string) => {
    const name = `${program}/${thread}`;
    const known = threads.get(name) ?? { calls: [], fds: new Map<number, string>(), fd: 0 };
    threads.set(name, known);
    return known;
  };
  const nameFd = (thread: { fds: Map<number, string>; fd: number }, fd: number): string => {
    const name = `fd${++thread.fd}`;
    thread.fds.set(fd, name);
    return name;
  };

  const onSend = (event: Sent): void => {
    const injected = event.injected === true;
    const host = injected ? (hostOf(header.hosts, split(event.src)[0]) ?? event.host) : event.host;
    const tuple = `${host} ${event.src} ${event.dst}`;
    let socket = byTuple.get(tuple);
    if (!injected && event.sock !== null) {
      const named = socketOf(event.sock, host, event.t);
      if (named.states.at(-1)?.state !== "LISTEN") byTuple.set(tuple, (socket = named));
    }
    const stream: Stream | undefined = socket ?? hosts.get(host);
    if (!stream) return;
    const has = (letter: string): boolean => event.flags.includes(letter);
    const length = event.len + (has("S") ? 1 : 0) + (has("F") ? 1 : 0);
    const closes = has("F") || has("R");
    const direction = directionOf(event.src, event.dst);
    if (has("S") && !injected) direction.syn(event.seq);

    let again: number | null = null;
    if (!injected && length > 0) {
      const covers = ({ seq, end }: Span): boolean => distance(event.seq, seq) >= 0 && distance(event.seq, end) < 0;
      const last = stream.first.at(-1);
      const first = last && distance(event.seq, last.end) < 0 ? stream.first.find(covers) : undefined;
      if (first) again = event.t - first.at;
      else stream.first.push({ seq: event.seq, end: (event.seq + length) >>> 0, at: event.t });
    }
    let text = `${event.flags} seq ${direction.text(event.seq)}`;
    if (has(".")) text += ` ack ${directionOf(event.dst, event.src).text(event.ack)}`;
    text += ` len ${event.len}`;
    if (event.win === 0) text += " win 0";
    if (has("S")) {
      const options = [event.mss === null ? "" : "mss", event.ws === null ? "" : "ws", event.sack ? "sack" : ""];
      text += ` options ${options.filter(Boolean).join("+") || "none"}`;
    }
    if (event.tsval !== null) {
      const order =
        stream.lastTsval === null ? "first" : distance(event.tsval, stream.lastTsval) < 0 ? "older" : "newer";
      text += socket ? ` ts ${order}` : " ts";
      if (!injected) stream.lastTsval = event.tsval;
    }
    if (injected) text += " injected";
    if (again !== null) text += " again";
    if (!injected) direction.sent(event.seq, length);
    if (closes && !injected) stream.closing ??= stream.segments.length;
    stream.segments.push({ at: event.t, text, seg: event.seg, again });
    wire.set(event.seg, { src: event.src, dst: event.dst, closes, arrived: 0, lost: false });
  };

  for (const event of events) {
    if (event.t > header.until) break;
    switch (event.k) {
      case "sock": {
        const socket = socketOf(event.sock, event.host, event.t);
        socket.local = event.local;
        socket.remote = event.remote;
        if (!event.remote.endsWith(":0")) byTuple.set(`${event.host} ${event.local} ${event.remote}`, socket);
        break;
      }
      case "state": {
        const { states, at } = socketOf(event.sock, event.host, event.t);
        if (states.length === 0 && event.from !== "CLOSED") states.push({ state: event.from, mini: false, at });
        if (states.at(-1)?.state !== event.to)
          states.push({ state: event.to, mini: event.to === "TIME-WAIT", at: event.t });
        break;
      }
      case "mini": {
        // A full FIN-WAIT-2 always goes before its mini-socket, be it for no time. TIME-WAIT has no full socket.
        const { states } = socketOf(event.sock, event.host, event.t);
        const only = event.substate === "TIME-WAIT";
        if (states.at(-1)?.state !== event.substate) states.push({ state: event.substate, mini: only, at: event.t });
        if (states.at(-1)?.mini === false) states.push({ state: event.substate, mini: true, at: event.t });
        break;
      }
      case "send":
        onSend(event);
        break;
      case "arrive": {
        const segment = wire.get(event.seg);
        if (!segment) break;
        segment.arrived++;
        const socket = byTuple.get(`${event.host} ${segment.dst} ${segment.src}`);
        if (segment.closes && socket) socket.closing ??= socket.segments.length;
        break;
      }
      case "lost": {
        const segment = wire.get(event.seg);
        if (segment) segment.lost = true;
        break;
      }
      case "call": {
        const thread = threadOf(event.program, event.thread);
        const fd = event.fd === null ? "" : ` ${thread.fds.get(event.fd) ?? nameFd(thread, event.fd)}`;
        const call = { at: event.t, call: event.op + fd, result: null, returned: null };
        thread.calls.push(call);
        open.set(event.call, { call, all: event.args["all"] === true });
        break;
      }
      case "return": {
        const found = open.get(event.call);
        if (!found) break;
        open.delete(event.call);
        const thread = threadOf(event.program, event.thread);
        const makes = event.op === "socket" || event.op === "accept";
        found.call.returned = event.t;
        found.call.result = event.errno ?? (makes ? nameFd(thread, event.value) : String(event.value));
        // recv until all has arrived: how the bytes were cut into calls is the network's doing.
        const before = thread.calls.at(-2);
        if (found.all && event.value > 0 && before?.call === `${found.call.call} all`) {
          before.result = String(Number(before.result) + event.value);
          before.returned = event.t;
          thread.calls.pop();
        } else if (found.all && event.value > 0) found.call.call += " all";
        break;
      }
      case "probe":
        probes.push({
          host: event.host,
          probe: event.probe,
          at: event.t,
          rows: event.sockets
            .map((row) => ({
              sock: socketOf(row.sock, event.host, event.t).name,
              state: row.state,
              text: rowText(row),
            }))
            .sort((a, b) => placeOf(a.sock, event.host) - placeOf(b.sock, event.host)),
          counters: event.counters,
        });
        break;
      default:
        break;
    }
  }

  const ports = new Map<string, Map<string, number>>();
  const portText = (host: string, port: string): string => {
    const known = ports.get(host) ?? new Map<string, number>();
    ports.set(host, known);
    if (port === "0") return "0";
    const number = known.get(port) ?? known.size + 1;
    known.set(port, number);
    return `p${number}`;
  };
  const endpointText = (endpoint: string, own: string): string => {
    const [address, port] = split(endpoint);
    const host = address === "0.0.0.0" ? own : (hostOf(header.hosts, address) ?? address);
    const index = header.hosts.find(({ name }) => name === host)?.addresses.indexOf(address) ?? -1;
    const name = address === "0.0.0.0" ? "*" : index > 0 ? `${host}/${index + 1}` : host;
    return `${name}:${portText(host, port)}`;
  };
  const segmentsOf = (stream: Stream): NormalSegment[] =>
    stream.segments.map(({ at, text, seg, again }) => {
      const { arrived, lost } = wire.get(seg) ?? { arrived: 0, lost: false };
      return {
        at,
        text,
        fate: arrived > 1 ? "duplicated" : arrived === 1 ? "arrived" : lost ? "lost" : "pending",
        again,
      };
    });

  const all = [...sockets.values()];
  const order = new Map(header.hosts.map(({ name }, index) => [name, index]));
  all.sort((a, b) => (order.get(a.host) ?? 0) - (order.get(b.host) ?? 0));
  // Local ports get their numbers before any remote one can.
  const locals = new Map(all.map((socket) => [socket, endpointText(socket.local, socket.host)]));
  return {
    until: header.until,
    sockets: all.map((socket) => ({
      name: socket.name,
      at: socket.at,
      endpoints: `${locals.get(socket) ?? ""} ${endpointText(socket.remote, "*")}`,
      states: socket.states.map((entry, index) => ({
        ...entry,
        lasts: (socket.states[index + 1]?.at ?? header.until) - entry.at,
      })),
      segments: segmentsOf(socket),
      closing: socket.closing ?? socket.segments.length,
    })),
    hosts: [...hosts].map(([name, stream]) => ({ name, segments: segmentsOf(stream) })),
    threads: [...threads].map(([name, { calls }]) => ({ name, calls })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    probes,
  };
}

/** A socket's number on its host, from its name. */
const placeOf = (sock: string, host: string): number => Number(sock.slice(host.length));

/** Microseconds as seconds with three decimals, "2.062 s". */
export function seconds(us: number): string {
  const ms = Math.floor((Math.abs(us) + 500) / 1000);
  return `${us < 0 ? "-" : ""}${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")} s`;
}

export interface Line {
  /** null where a line stands for no one moment. */
  readonly at: number | null;
  readonly text: string;
}

/** What a level compares, as named streams of lines. Times are beside the text, not in it. */
export function streams(form: NormalForm, level: Level): Map<string, readonly Line[]> {
  const out = new Map<string, readonly Line[]>();
  const segment = ({ at, text, fate }: NormalSegment): Line => ({ at, text: `${text}, ${fate}` });
  if (level === "totals") {
    for (const [name, text] of callCounts(form)) out.set(name, [{ at: null, text }]);
    for (const probe of form.probes)
      out.set(`${probe.host} at ${probe.probe}`, [{ at: probe.at, text: stateCounts(probe) }]);
    return out;
  }
  for (const socket of form.sockets) {
    if (level !== "states") {
      const shown = level === "closing" ? socket.segments.slice(socket.closing) : socket.segments;
      out.set(`${socket.name} endpoints`, [{ at: socket.at, text: socket.endpoints }]);
      out.set(`${socket.name} segments`, shown.map(segment));
    }
    out.set(
      `${socket.name} states`,
      socket.states.map((entry) => ({ at: entry.at, text: stateText(entry) })),
    );
  }
  if (level !== "states")
    for (const { name, segments } of form.hosts) out.set(`${name} segments`, segments.map(segment));
  for (const { name, calls } of form.threads)
    out.set(
      `${name} calls`,
      calls.map(({ at, call, result }) => ({ at, text: `${call} = ${result ?? "blocked"}` })),
    );
  for (const probe of form.probes)
    out.set(
      `${probe.host} at ${probe.probe}`,
      probe.rows.map(({ sock, text }) => ({ at: probe.at, text: `${sock} ${text}` })),
    );
  return out;
}

/**
 * Counters that tell how connections ended. Others count what the model leaves out, or, as DelayedACKs
 * does, what a millisecond decides.
 */
export const COMPARED_COUNTERS = [
  "ListenDrops",
  "ListenOverflows",
  "PAWSActive",
  "PAWSEstab",
  "PAWSTimewait",
  "TCPAbortFailed",
  "TCPAbortOnClose",
  "TCPAbortOnData",
  "TCPAbortOnLinger",
  "TCPAbortOnMemory",
  "TCPAbortOnTimeout",
  "TCPChallengeACK",
  "TCPLossProbes",
  "TCPSYNChallenge",
  "TCPTimeWaitOverflow",
  "TCPTimeouts",
  "TW",
  "TWKilled",
  "TWRecycled",
  "TcpActiveOpens",
  "TcpAttemptFails",
  "TcpEstabResets",
  "TcpOutRsts",
  "TcpPassiveOpens",
  "TcpRetransSegs",
] as const;

/** The compared counters of each host at its last probe: "A counters" to "TCPTimeouts 1, TcpRetransSegs 1". */
function counterLines(form: NormalForm): Map<string, string> {
  return new Map(
    form.probes.map(({ host, counters }) => [
      `${host} counters`,
      COMPARED_COUNTERS.filter((name) => (counters[name] ?? 0) !== 0)
        .map((name) => `${name} ${counters[name] ?? 0}`)
        .join(", "),
    ]),
  );
}

/** The normal form of a level as text without times: two recordings with the same text show the same behaviour. */
export function shapeOf(form: NormalForm, level: Level): string {
  return [
    ...[...streams(form, level)].flatMap(([name, lines]) => [name, ...lines.map(({ text }) => `  ${text}`)]),
    ...[...counterLines(form)].flatMap(([name, text]) => [name, `  ${text}`]),
  ].join("\n");
}

const counted = (words: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, n]) => `${word} x${n}`)
    .join(", ");
};

/** Sockets at a probe, "LISTEN x1, TIME-WAIT x100". */
export function stateCounts({ rows }: NormalProbe): string {
  return counted(rows.map(({ state }) => state));
}

/** Results of every call of every program: "client connect" to "0 x100, EADDRNOTAVAIL x1". */
export function callCounts(form: NormalForm): Map<string, string> {
  const results = new Map<string, string[]>();
  for (const { name, calls } of form.threads)
    for (const { call, result } of calls) {
      const key = `${name.slice(0, name.indexOf("/"))} ${call.split(" ")[0] ?? ""}`;
      const found = results.get(key) ?? [];
      found.push((result ?? "blocked").replace(/^fd\d+$/, "fd"));
      results.set(key, found);
    }
  return new Map([...results].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, found]) => [key, counted(found)]));
}
