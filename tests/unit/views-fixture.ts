/**
 * A close in four segments, written by hand with the numbers of a recording: what the views are tested
 * on when no engine is wanted.
 */
import type { TraceEvent, WireSegment } from "../../src/engine/trace.ts";
import type { Run } from "../../src/views/snapshot.ts";

const A = "10.0.0.1:40000";
const B = "10.0.0.2:7000";
const ISN_A = 3636822589;
const ISN_B = 1147252347;

function wire(
  from: "A" | "B",
  flags: string,
  seq: number,
  ack: number,
  len = 0,
  more: Partial<WireSegment> = {},
): WireSegment {
  const syn = flags.includes("S");
  return {
    src: from === "A" ? A : B,
    dst: from === "A" ? B : A,
    flags,
    seq: ((from === "A" ? ISN_A : ISN_B) + seq) >>> 0,
    ack: flags.includes(".") ? ((from === "A" ? ISN_B : ISN_A) + ack) >>> 0 : 0,
    win: syn ? 64240 : 64256,
    len,
    mss: syn ? 1460 : null,
    ws: syn ? 7 : null,
    sack: syn,
    tsval: from === "A" ? 1000 : 2000,
    tsecr: syn && from === "A" ? 0 : from === "A" ? 2000 : 1000,
    ...more,
  };
}

const server = { host: "B", program: "server", thread: "main" };
const client = { host: "A", program: "client", thread: "main" };

type Draft = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, "t"> : never) : never;

/** [time, event]; `cause` by index, as the engine would write it. */
const EVENTS: readonly (readonly [number, Draft])[] = [
  [0, { k: "process", host: "B", program: "server", act: "start", cause: null }],
  [0, { k: "thread", ...server, act: "start", why: null, cause: 0 }],
  [0, { k: "call", ...server, call: 1, op: "socket", fd: null, sock: null, args: {}, cause: 1 }],
  [0, { k: "return", ...server, call: 1, op: "socket", value: 3, errno: null, cause: 2 }],
  [0, { k: "call", ...server, call: 2, op: "bind", fd: 3, sock: null, args: { port: 7000 }, cause: 3 }],
  [0, { k: "return", ...server, call: 2, op: "bind", value: 0, errno: null, cause: 4 }],
  [0, { k: "call", ...server, call: 3, op: "listen", fd: 3, sock: null, args: { backlog: 16 }, cause: 5 }],
  [0, { k: "sock", host: "B", sock: "B1", local: "0.0.0.0:7000", remote: "0.0.0.0:0", cause: 6 }],
  [0, { k: "state", host: "B", sock: "B1", from: "CLOSED", to: "LISTEN", cause: 6, rule: "listen.start" }],
  [0, { k: "return", ...server, call: 3, op: "listen", value: 0, errno: null, cause: 6 }],
  [0, { k: "call", ...server, call: 4, op: "accept", fd: 3, sock: "B1", args: {}, cause: 9 }],
  [100000, { k: "process", host: "A", program: "client", act: "start", cause: null }],
  [100000, { k: "call", ...client, call: 5, op: "socket", fd: null, sock: null, args: {}, cause: 11 }],
  [100000, { k: "return", ...client, call: 5, op: "socket", value: 3, errno: null, cause: 12 }],
  [100000, { k: "call", ...client, call: 6, op: "connect", fd: 3, sock: null, args: { to: B }, cause: 13 }],
  [100000, { k: "sock", host: "A", sock: "A1", local: A, remote: B, cause: 14 }],
  [100000, { k: "state", host: "A", sock: "A1", from: "CLOSED", to: "SYN-SENT", cause: 14, rule: "connect.syn" }],
  [100000, { k: "send", host: "A", sock: "A1", seg: 1, cause: 14, rule: "connect.syn", ...wire("A", "S", 0, 0) }],
  [
    100000,
    { k: "timer", host: "A", sock: "A1", timer: "retransmit", act: "arm", due: 1100000, cause: 17, rule: "rto.armed" },
  ],
  [100050, { k: "arrive", host: "B", seg: 1, cause: 17 }],
  [100050, { k: "sock", host: "B", sock: "B2", local: B, remote: A, cause: 19 }],
  [100050, { k: "state", host: "B", sock: "B2", from: "CLOSED", to: "SYN-RECEIVED", cause: 19, rule: "listen.syn" }],
  [100050, { k: "send", host: "B", sock: "B2", seg: 2, cause: 19, rule: "listen.syn", ...wire("B", "S.", 0, 1) }],
  [100100, { k: "arrive", host: "A", seg: 2, cause: 22 }],
  [
    100100,
    { k: "state", host: "A", sock: "A1", from: "SYN-SENT", to: "ESTABLISHED", cause: 23, rule: "connect.established" },
  ],
  [100100, { k: "timer", host: "A", sock: "A1", timer: "retransmit", act: "cancel", due: 1100000, cause: 23 }],
  [100100, { k: "send", host: "A", sock: "A1", seg: 3, cause: 23, ...wire("A", ".", 1, 1) }],
  [100100, { k: "return", ...client, call: 6, op: "connect", value: 0, errno: null, cause: 23 }],
  [100150, { k: "arrive", host: "B", seg: 3, cause: 26 }],
  [
    100150,
    { k: "state", host: "B", sock: "B2", from: "SYN-RECEIVED", to: "ESTABLISHED", cause: 28, rule: "listen.child" },
  ],
  [100150, { k: "return", ...server, call: 4, op: "accept", value: 4, errno: null, cause: 28 }],
  [100150, { k: "call", ...server, call: 7, op: "recv", fd: 4, sock: "B2", args: { bytes: 1024 }, cause: 30 }],
  [200100, { k: "call", ...client, call: 8, op: "send", fd: 3, sock: "A1", args: { bytes: 26 }, cause: 27 }],
  [200100, { k: "send", host: "A", sock: "A1", seg: 4, cause: 32, rule: "data.send", ...wire("A", "P.", 1, 1, 26) }],
  [200100, { k: "timer", host: "A", sock: "A1", timer: "retransmit", act: "arm", due: 401100, cause: 33 }],
  [200100, { k: "return", ...client, call: 8, op: "send", value: 26, errno: null, cause: 32 }],
  [200150, { k: "arrive", host: "B", seg: 4, cause: 33 }],
  [200150, { k: "return", ...server, call: 7, op: "recv", value: 26, errno: null, cause: 36 }],
  [200150, { k: "send", host: "B", sock: "B2", seg: 5, cause: 36, rule: "ack.at-once", ...wire("B", ".", 1, 27) }],
  [200150, { k: "call", ...server, call: 9, op: "recv", fd: 4, sock: "B2", args: { bytes: 1024 }, cause: 37 }],
  [200200, { k: "arrive", host: "A", seg: 5, cause: 38 }],
  [
    200200,
    {
      k: "timer",
      host: "A",
      sock: "A1",
      timer: "retransmit",
      act: "cancel",
      due: 401100,
      cause: 40,
      rule: "ack.of-our-data",
    },
  ],
  [300100, { k: "call", ...client, call: 10, op: "close", fd: 3, sock: "A1", args: {}, cause: 35 }],
  [300100, { k: "state", host: "A", sock: "A1", from: "ESTABLISHED", to: "FIN-WAIT-1", cause: 42, rule: "close.fin" }],
  [300100, { k: "send", host: "A", sock: "A1", seg: 6, cause: 42, rule: "close.fin", ...wire("A", "F.", 27, 1) }],
  [300100, { k: "timer", host: "A", sock: "A1", timer: "retransmit", act: "arm", due: 501100, cause: 44 }],
  [300100, { k: "return", ...client, call: 10, op: "close", value: 0, errno: null, cause: 42 }],
  [300150, { k: "arrive", host: "B", seg: 6, cause: 44 }],
  [
    300150,
    { k: "state", host: "B", sock: "B2", from: "ESTABLISHED", to: "CLOSE-WAIT", cause: 47, rule: "fin.passive-close" },
  ],
  [
    300150,
    { k: "timer", host: "B", sock: "B2", timer: "delack", act: "arm", due: 340150, cause: 47, rule: "ack.delayed" },
  ],
  [300150, { k: "return", ...server, call: 9, op: "recv", value: 0, errno: null, cause: 47 }],
  [
    340150,
    { k: "timer", host: "B", sock: "B2", timer: "delack", act: "fire", due: 340150, cause: 49, rule: "ack.delay-over" },
  ],
  [340150, { k: "send", host: "B", sock: "B2", seg: 7, cause: 51, rule: "ack.delay-over", ...wire("B", ".", 1, 28) }],
  [340200, { k: "arrive", host: "A", seg: 7, cause: 52 }],
  [340200, { k: "timer", host: "A", sock: "A1", timer: "retransmit", act: "cancel", due: 501100, cause: 53 }],
  [340200, { k: "state", host: "A", sock: "A1", from: "FIN-WAIT-1", to: "FIN-WAIT-2", cause: 53, rule: "fin.acked" }],
  [340200, { k: "mini", host: "A", sock: "A1", substate: "FIN-WAIT-2", cause: 53, rule: "fw2.mini" }],
  [340200, { k: "timer", host: "A", sock: "A1", timer: "timewait", act: "arm", due: 60340200, cause: 56 }],
  [400150, { k: "call", ...server, call: 11, op: "close", fd: 4, sock: "B2", args: {}, cause: 50 }],
  [400150, { k: "state", host: "B", sock: "B2", from: "CLOSE-WAIT", to: "LAST-ACK", cause: 58, rule: "close.fin" }],
  [400150, { k: "send", host: "B", sock: "B2", seg: 8, cause: 58, rule: "close.fin", ...wire("B", "F.", 1, 28) }],
  [400150, { k: "timer", host: "B", sock: "B2", timer: "retransmit", act: "arm", due: 601150, cause: 60 }],
  [400150, { k: "return", ...server, call: 11, op: "close", value: 0, errno: null, cause: 58 }],
  [400200, { k: "arrive", host: "A", seg: 8, cause: 60 }],
  [400200, { k: "state", host: "A", sock: "A1", from: "FIN-WAIT-2", to: "TIME-WAIT", cause: 63, rule: "fin.second" }],
  [400200, { k: "mini", host: "A", sock: "A1", substate: "TIME-WAIT", cause: 63, rule: "tw.start" }],
  [400200, { k: "timer", host: "A", sock: "A1", timer: "timewait", act: "arm", due: 60400200, cause: 65 }],
  [400200, { k: "send", host: "A", sock: "A1", seg: 9, cause: 63, ...wire("A", ".", 28, 2) }],
  [400250, { k: "arrive", host: "B", seg: 9, cause: 67 }],
  [400250, { k: "timer", host: "B", sock: "B2", timer: "retransmit", act: "cancel", due: 601150, cause: 68 }],
  [400250, { k: "state", host: "B", sock: "B2", from: "LAST-ACK", to: "CLOSED", cause: 68, rule: "fin.acked-last" }],
  [
    60400200,
    { k: "timer", host: "A", sock: "A1", timer: "timewait", act: "fire", due: 60400200, cause: 66, rule: "tw.expired" },
  ],
  [60400200, { k: "state", host: "A", sock: "A1", from: "TIME-WAIT", to: "CLOSED", cause: 71, rule: "tw.expired" }],
];

export const closeFour: Run = {
  hosts: [
    { name: "A", addresses: ["10.0.0.1"] },
    { name: "B", addresses: ["10.0.0.2"] },
  ],
  until: 66_000_000,
  events: EVENTS.map(([t, event]) => ({ t, ...event }) as TraceEvent),
};

/** The same run as a recording would hold it: no causes, no rules, timers only seen. */
export const recordedCloseFour: Run = {
  ...closeFour,
  events: closeFour.events.flatMap((event): TraceEvent[] => {
    const { cause: _cause, rule: _rule, ...rest } = event;
    if (rest.k !== "timer") return [rest as TraceEvent];
    return rest.act === "arm" && rest.timer !== "delack" ? [{ ...rest, act: "seen" } as TraceEvent] : [];
  }),
};
