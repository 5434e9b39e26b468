/** The life of a socket in each of two futures, to one scale. Times are microseconds. */
import type { State, TraceEvent } from "../engine/trace.ts";
import type { Run } from "./snapshot.ts";

export interface Stretch {
  readonly state: State;
  readonly from: number;
  readonly to: number;
}

export interface Life {
  readonly sock: string;
  readonly stretches: readonly Stretch[];
  /** The socket still stands when the run is cut. */
  readonly cut: boolean;
}

/** The states of a socket over time. */
export function life(run: Run, sock: string): Life {
  const stretches: Stretch[] = [];
  for (const event of run.events) {
    if (event.k !== "state" || event.sock !== sock) continue;
    const last = stretches.at(-1);
    if (last) stretches[stretches.length - 1] = { ...last, to: event.t };
    stretches.push({ state: event.to, from: event.t, to: run.until });
  }
  const cut = stretches.length > 0 && stretches.at(-1)?.state !== "CLOSED";
  return { sock, stretches: stretches.filter(({ state }) => state !== "CLOSED"), cut };
}

/** What of a life may be shown while the run was seen up to `t` only. */
export function livedUntil({ sock, stretches, cut }: Life, t: number): Life {
  const lived = stretches.filter(({ from }) => from <= t).map((one) => ({ ...one, to: Math.min(one.to, t) }));
  return { sock, stretches: lived, cut: cut || lived.length < stretches.length || lived.at(-1)?.to === t };
}

/** The socket that shows best how two runs differ: the first whose life does; null: none does. */
export function tellingSocket(a: Run, b: Run): string | null {
  const names = (run: Run): string[] =>
    run.events.flatMap((event: TraceEvent) => (event.k === "sock" && event.remote !== "0.0.0.0:0" ? [event.sock] : []));
  const all = [...new Set([...names(a), ...names(b)])];
  const differs = (sock: string, exactly: boolean): boolean => {
    const [one, other] = [life(a, sock), life(b, sock)];
    if (one.stretches.length !== other.stretches.length || one.cut !== other.cut) return true;
    return one.stretches.some(({ state, from, to }, i) => {
      const same = other.stretches[i];
      const far = Math.max(Math.abs(from - (same?.from ?? 0)), Math.abs(to - (same?.to ?? 0)));
      return state !== same?.state || far > (exactly ? 0 : 1000);
    });
  };
  return all.find((sock) => differs(sock, false)) ?? all.find((sock) => differs(sock, true)) ?? null;
}
