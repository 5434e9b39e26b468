/** What `nstat -a 'Tcp*'` prints on a host since the start of a run, and what a step added to it. */

/** Its first line, which says where the counts come from. */
export const NSTAT_HEADING = "#kernel";

export interface CounterLine {
  /** As `nstat` prints it, "TcpExtTCPTimeouts". */
  readonly name: string;
  /** As the trace and the experiments name it. */
  readonly key: string;
  readonly value: number;
  readonly added: number;
}

type Counters = Readonly<Record<string, number>>;

/** The counters of /proc/net/snmp, which `nstat` prints under their own table's name; all others are of TcpExt. */
const OF_TCP = /^Tcp[A-Z]/;

/** Those of Tcp, then those of TcpExt, as `nstat` has them; within, by the alphabet, where the kernel has its own order. */
export function counterLines(now: Counters, before: Counters): readonly CounterLine[] {
  const line = (key: string): CounterLine => ({
    key,
    name: OF_TCP.test(key) ? key : `TcpExt${key}`,
    value: now[key] ?? 0,
    added: (now[key] ?? 0) - (before[key] ?? 0),
  });
  const keys = Object.keys(now).sort();
  return [...keys.filter((key) => OF_TCP.test(key)), ...keys.filter((key) => !OF_TCP.test(key))].map(line);
}

/** A line as `nstat` prints it: the name, the count, the rate it does not know yet. */
export function counterText({ name, value }: CounterLine): string {
  return `${name.padEnd(31)} ${String(value).padEnd(18)} 0.0`;
}
