/** Which socket stands in which lane of its host's lifeline, and when. */
import type { Story } from "./steps.ts";

/** More sockets than this at one time share the last lane: no picture holds them, and the table lists them all. */
const MOST_LANES = 12;

/**
 * Lane 0 is next to the wire. A listener lends its lane to the connections of its port, one at a time;
 * others take the first lane that is free.
 * @param only sockets of the connection that is followed; listeners keep a lane if one of them came from theirs
 */
export function assignLanes(story: Story, only?: readonly string[]): Map<string, number> {
  const lanes = new Map<string, number>();
  const sockets = new Map((story.after.at(-1)?.sockets ?? []).map((socket) => [socket.sock, socket]));
  const port = (sock: string): string => sockets.get(sock)?.local.split(":").at(-1) ?? "";
  const listeners: { host: string; port: string; lane: number; until: number }[] = [];
  const busy: { host: string; lane: number; until: number }[] = [];
  const drawn = ({ sock, host, listener }: Life): boolean =>
    !only ||
    only.includes(sock) ||
    (listener && only.some((one) => sockets.get(one)?.host === host && port(one) === port(sock)));
  const lives = socketLives(story).filter(drawn);
  for (const life of lives.sort((a, b) => a.from - b.from)) {
    const { host, from, sock } = life;
    const until = life.to ?? Infinity;
    const taken = (lane: number): boolean =>
      busy.some((other) => other.host === host && other.lane === lane && other.until > from);
    const lent = (lane: number): boolean =>
      listeners.some((other) => other.host === host && other.lane === lane && other.until > from);
    const all = Array.from({ length: MOST_LANES }, (_, lane) => lane);
    const own = listeners.find((other) => other.host === host && other.port === port(sock) && other.until > from)?.lane;
    const free = all.find((lane) => !taken(lane) && !lent(lane)) ?? all.find((lane) => !taken(lane)) ?? MOST_LANES - 1;
    if (life.listener) {
      const lane = all.find((one) => !lent(one) && !taken(one)) ?? MOST_LANES - 1;
      listeners.push({ host, port: port(sock), lane, until });
      lanes.set(sock, lane);
    } else {
      const lane = own !== undefined && !taken(own) ? own : free;
      busy.push({ host, lane, until });
      lanes.set(sock, lane);
    }
  }
  return lanes;
}

/** Steps in which a socket is in a state. `to` null: it outlives the run. */
interface Life {
  sock: string;
  host: string;
  from: number;
  to: number | null;
  listener: boolean;
}

function socketLives(story: Story): Life[] {
  const lives = new Map<string, Life>();
  for (const step of story.steps)
    for (const change of step.changes) {
      const life = lives.get(change.sock) ?? {
        sock: change.sock,
        host: hostOfSock(story, change.sock),
        from: step.n,
        to: null,
        listener: false,
      };
      life.to = change.to === "CLOSED" ? step.n : null;
      life.listener ||= change.to === "LISTEN";
      lives.set(change.sock, life);
    }
  return [...lives.values()];
}

export const hostOfSock = (story: Story, sock: string): string =>
  story.after.at(-1)?.sockets.find((socket) => socket.sock === sock)?.host ?? "";
