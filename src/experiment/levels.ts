/** What each level of detail compares of a normal form: as named streams of lines, as text, as counts. */
import type { Level } from "./canonical.ts";
import { type NormalForm, type NormalProbe, type NormalSegment, stateText } from "./normal-form.ts";

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
