/** From a trace to its normal form, event by event. What the form is for stands in `normal-form.ts`. */
import type { SocketRow } from "../engine/trace.ts";
import { Calls } from "./normal-calls.ts";
import { endpointNames } from "./normal-endpoints.ts";
import { type NormalForm, type NormalProbe, type NormalState, stateText } from "./normal-form.ts";
import { newStream, Segments, type Stream } from "./normal-segments.ts";
import type { Trace } from "./trace-file.ts";

interface Socket extends Stream {
  readonly name: string;
  readonly at: number;
  readonly host: string;
  local: string;
  remote: string;
  readonly states: { -readonly [K in Exclude<keyof NormalState, "lasts">]: NormalState[K] }[];
}

/** A socket's number on its host, from its name. */
const placeOf = (sock: string, host: string): number => Number(sock.slice(host.length));

function rowText(row: SocketRow): string {
  const timer = row.timer ? `${row.timer.name}/${row.timer.retries}` : "none";
  return `${stateText(row)} recvq ${row.recvq} sendq ${row.sendq} timer ${timer} holder ${row.holder?.program ?? "nobody"}`;
}

/** The normal form of a trace. Events after `header.until` are left out. */
export function normalForm({ header, events }: Trace): NormalForm {
  const sockets = new Map<string, Socket>();
  const count = new Map<string, number>();
  const segments = new Segments(header.hosts);
  const calls = new Calls();
  const probes: NormalProbe[] = [];

  const socketOf = (name: string, { host, t: at }: { readonly host: string; readonly t: number }): Socket => {
    const known = sockets.get(name);
    if (known) return known;
    const ordinal = (count.get(host) ?? 0) + 1;
    count.set(host, ordinal);
    const made = { name: `${host}${ordinal}`, at, host, local: "?:0", remote: "?:0", states: [], ...newStream() };
    sockets.set(name, made);
    return made;
  };

  for (const event of events) {
    if (event.t > header.until) break;
    switch (event.k) {
      case "sock": {
        const socket = socketOf(event.sock, event);
        socket.local = event.local;
        socket.remote = event.remote;
        if (!event.remote.endsWith(":0")) segments.own(event.host, event.local, event.remote, socket);
        break;
      }
      case "state": {
        const { states, at } = socketOf(event.sock, event);
        if (states.length === 0 && event.from !== "CLOSED") states.push({ state: event.from, mini: false, at });
        if (states.at(-1)?.state !== event.to)
          states.push({ state: event.to, mini: event.to === "TIME-WAIT", at: event.t });
        break;
      }
      case "mini": {
        // A full FIN-WAIT-2 always goes before its mini-socket, be it for no time. TIME-WAIT has no full socket.
        const { states } = socketOf(event.sock, event);
        const only = event.substate === "TIME-WAIT";
        if (states.at(-1)?.state !== event.substate) states.push({ state: event.substate, mini: only, at: event.t });
        if (states.at(-1)?.mini === false) states.push({ state: event.substate, mini: true, at: event.t });
        break;
      }
      case "send":
        // A listener has no two ends: what it sent would belong to its host.
        if (event.injected !== true && event.sock !== null) {
          const socket = socketOf(event.sock, event);
          if (socket.states.at(-1)?.state !== "LISTEN") segments.own(event.host, event.src, event.dst, socket);
        }
        segments.sent(event);
        break;
      case "arrive":
        segments.arrived(event.host, event.seg);
        break;
      case "lost":
        segments.lost(event.seg);
        break;
      case "call":
        calls.called(event);
        break;
      case "return":
        calls.returned(event);
        break;
      case "probe":
        probes.push({
          host: event.host,
          probe: event.probe,
          at: event.t,
          rows: event.sockets
            .map((row) => ({ sock: socketOf(row.sock, event).name, state: row.state, text: rowText(row) }))
            .sort((a, b) => placeOf(a.sock, event.host) - placeOf(b.sock, event.host)),
          counters: event.counters,
        });
        break;
      default:
        break;
    }
  }

  const all = [...sockets.values()];
  const order = new Map(header.hosts.map(({ name }, index) => [name, index]));
  all.sort((a, b) => (order.get(a.host) ?? 0) - (order.get(b.host) ?? 0));
  // Local ports get their numbers before any remote one can.
  const nameOf = endpointNames(header.hosts);
  const locals = new Map(all.map((socket) => [socket, nameOf(socket.local, socket.host)]));
  return {
    until: header.until,
    sockets: all.map((socket) => ({
      name: socket.name,
      at: socket.at,
      endpoints: `${locals.get(socket) ?? ""} ${nameOf(socket.remote, "*")}`,
      states: socket.states.map((entry, index) => ({
        ...entry,
        lasts: (socket.states[index + 1]?.at ?? header.until) - entry.at,
      })),
      segments: segments.of(socket),
      closing: socket.closing ?? socket.segments.length,
    })),
    hosts: segments.ofHosts(),
    threads: calls.threads(),
    probes,
  };
}
