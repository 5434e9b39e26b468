/**
 * Segments in the normal form: what each says, whether it came again, what became of it.
 *
 * A segment belongs to the last socket of its host that had its addresses and ports, even if that
 * socket is gone: whether a reset came from a socket or from none cannot be seen on a wire. Segments
 * whose addresses and ports no socket ever had stand in a stream of their host.
 */
import type { TraceEvent } from "../engine/trace.ts";
import type { NormalSegment } from "./normal-form.ts";
import { hostOf } from "./normal-endpoints.ts";
import { distance, Numbers } from "./normal-numbers.ts";
import type { TraceHost } from "./trace-file.ts";

type Sent = Extract<TraceEvent, { k: "send" }>;

/** First sending of the numbers from `seq` to before `end`. */
interface Span {
  readonly seq: number;
  readonly end: number;
  readonly at: number;
}

/** What one socket sent, or a host without one. */
export interface Stream {
  readonly segments: (Omit<NormalSegment, "fate"> & { readonly seg: number })[];
  lastTsval: number | null;
  readonly first: Span[];
  /** Number of segments sent when the connection's first FIN or RST was sent or came. */
  closing: number | null;
}

export const newStream = (): Stream => ({ segments: [], lastTsval: null, first: [], closing: null });

interface OnWire {
  readonly src: string;
  readonly dst: string;
  readonly closes: boolean;
  arrived: number;
  lost: boolean;
}

export class Segments {
  readonly #hosts: readonly TraceHost[];
  readonly #streams: ReadonlyMap<string, Stream>;
  /** The socket that had a host's two ends last: "A 10.0.0.1:40000 10.0.0.2:80". */
  readonly #owners = new Map<string, Stream>();
  readonly #numbers = new Map<string, Numbers>();
  readonly #wire = new Map<number, OnWire>();

  constructor(hosts: readonly TraceHost[]) {
    this.#hosts = hosts;
    this.#streams = new Map(hosts.map(({ name }) => [name, newStream()]));
  }

  /** From here on, segments of these ends belong to this socket. */
  own(host: string, local: string, remote: string, socket: Stream): void {
    this.#owners.set(`${host} ${local} ${remote}`, socket);
  }

  #direction(src: string, dst: string): Numbers {
    const key = `${src}>${dst}`;
    const known = this.#numbers.get(key) ?? new Numbers();
    this.#numbers.set(key, known);
    return known;
  }

  /** An injected segment is the one whose address it bears. */
  sent(event: Sent): void {
    const injected = event.injected === true;
    const host = injected ? (hostOf(this.#hosts, event.src) ?? event.host) : event.host;
    const socket = this.#owners.get(`${host} ${event.src} ${event.dst}`);
    const stream = socket ?? this.#streams.get(host);
    if (!stream) return;
    const has = (letter: string): boolean => event.flags.includes(letter);
    const length = event.len + (has("S") ? 1 : 0) + (has("F") ? 1 : 0);
    const closes = has("F") || has("R");
    const direction = this.#direction(event.src, event.dst);
    if (has("S") && !injected) direction.syn(event.seq);
    const again = injected || length === 0 ? null : sentBefore(stream, event, length);
    let text = `${event.flags} seq ${direction.text(event.seq)}`;
    if (has(".")) text += ` ack ${this.#direction(event.dst, event.src).text(event.ack)}`;
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
    this.#wire.set(event.seg, { src: event.src, dst: event.dst, closes, arrived: 0, lost: false });
  }

  arrived(host: string, seg: number): void {
    const segment = this.#wire.get(seg);
    if (!segment) return;
    segment.arrived++;
    const socket = this.#owners.get(`${host} ${segment.dst} ${segment.src}`);
    if (segment.closes && socket) socket.closing ??= socket.segments.length;
  }

  lost(seg: number): void {
    const segment = this.#wire.get(seg);
    if (segment) segment.lost = true;
  }

  /** Once all has been told. */
  of(stream: Stream): NormalSegment[] {
    return stream.segments.map(({ at, text, seg, again }) => {
      const { arrived, lost } = this.#wire.get(seg) ?? { arrived: 0, lost: false };
      const fate = arrived > 1 ? "duplicated" : arrived === 1 ? "arrived" : lost ? "lost" : "pending";
      return { at, text, fate, again };
    });
  }

  /** Segments that no socket can have sent, by host. */
  ofHosts(): { readonly name: string; readonly segments: readonly NormalSegment[] }[] {
    return [...this.#streams].map(([name, stream]) => ({ name, segments: this.of(stream) }));
  }
}

/** Microseconds since these bytes were first sent; null: this is the first time, which is remembered. */
function sentBefore(stream: Stream, { t, seq }: Sent, length: number): number | null {
  const last = stream.first.at(-1);
  const covers = (span: Span): boolean => distance(seq, span.seq) >= 0 && distance(seq, span.end) < 0;
  const first = last && distance(seq, last.end) < 0 ? stream.first.find(covers) : undefined;
  if (first) return t - first.at;
  stream.first.push({ seq, end: (seq + length) >>> 0, at: t });
  return null;
}
