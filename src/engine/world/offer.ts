/**
 * A segment meets a listener: what the host knows of its sender is gathered, `tcp/listen.ts` decides, and a connection,
 * an answer or nothing comes of it.
 */
import { addCounter, type Host } from "../kernel/host.ts";
import { isProven } from "../kernel/peers.ts";
import { cookiePeriod, cookiePeriods, cookieSent, synQueueOf } from "../kernel/syn-queue.ts";
import { transmit } from "../network/link.ts";
import { ACK, RST, type Segment, SYN } from "../segment.ts";
import { seqAdd } from "../seq.ts";
import { isQueueFull, type Offer, onListenSegment } from "../tcp/listen.ts";
import { onSegment } from "../tcp/segment-arrives.ts";
import type { ListenSocket } from "../tcp/socket.ts";
import { acknowledgesCookie, connectionFromCookie } from "../tcp/syn-cookie.ts";
import { addConnection, commit, environment, nameOf } from "./apply.ts";
import { cookieHash, initialSequence, record, type Run, timestampOffset } from "./world.ts";

/** A segment goes to a listener. `iss` null: what the clock says. */
export function offerToListener(
  run: Run,
  host: Host,
  listener: ListenSocket,
  segment: Segment,
  iss: number | null,
): void {
  const { world } = run;
  const { src, dst } = segment;
  const offer: Offer = {
    id: world.nextSocket,
    iss: iss ?? initialSequence(world, dst, src),
    tsOffset: timestampOffset(world, host, dst, src),
    cookie: cookieHash(world, dst, src, segment.seq, cookiePeriod(world.now)),
    fromTimeWait: iss !== null,
    proven: isProven(host, dst, src, segment.ts?.val ?? null, world.now),
    halfOpen: synQueueOf(host, listener.id).length,
  };
  if (answersCookie(run, host, listener, segment)) {
    takeCookie(run, host, listener, segment, offer);
    return;
  }
  const { child, effects } = onListenSegment(listener, segment, environment(run, host), offer);
  if (child) {
    world.nextSocket += 1;
    addConnection(host, child);
    commit(run, host, { next: child, effects });
    return;
  }
  for (const effect of effects) {
    if (effect.do === "send") {
      transmit(run, host, null, effect.segment, effect.rule);
      if (effect.rule === "listen.cookie") cookieSent(host, listener.id, world.now);
    } else if (effect.do === "count") addCounter(host, effect.counter);
    else if (effect.do === "note")
      record(run, {
        k: "note",
        host: host.name,
        sock: nameOf(run, host, listener),
        t: run.world.now,
        cause: run.cause,
        rule: effect.rule,
      });
  }
}

/** Whether a segment acknowledges a SYN cookie of the last two minutes (cookie_v4_check). */
function answersCookie(run: Run, host: Host, listener: ListenSocket, segment: Segment): boolean {
  if ((segment.flags & (SYN | RST | ACK)) !== ACK || host.settings.tcp_syncookies === 0) return false;
  const { src, dst, seq } = segment;
  const periods = cookiePeriods(host, listener.id, run.world.now);
  if (periods.length === 0) return false;
  const irs = seqAdd(seq, -1);
  const valid = periods.some((one) => acknowledgesCookie(segment, cookieHash(run.world, dst, src, irs, one)));
  addCounter(host, valid ? "SyncookiesRecv" : "SyncookiesFailed");
  return valid;
}

/** The connection a cookie stood for begins, and takes the segment that brought it. */
function takeCookie(run: Run, host: Host, listener: ListenSocket, segment: Segment, offer: Offer): void {
  if (isQueueFull(listener)) {
    addCounter(host, "ListenOverflows");
    addCounter(host, "ListenDrops");
    const sock = nameOf(run, host, listener);
    const rule = "listen.cookie-no-room";
    record(run, { k: "note", host: host.name, sock, t: run.world.now, cause: run.cause, rule });
    return;
  }
  const env = environment(run, host);
  const { child, effects } = connectionFromCookie(listener, segment, env, offer);
  run.world.nextSocket += 1;
  addConnection(host, child);
  commit(run, host, onSegment(commit(run, host, { next: child, effects }), segment, env));
}
