/**
 * Experiments side by side on the same two hosts: namespaces take longer to make than most of these experiments take
 * to run, and their long timers can pass at the same time. It needs equal settings, and addresses, ports and programs
 * of each one's own.
 */
import type { TraceEvent } from "../../src/engine/trace.ts";
import type { Experiment } from "../../src/experiment/canonical.ts";
import type { Trace } from "../../src/experiment/trace-file.ts";

/** All of them as one experiment. Their clients start one after the other, so the first connections have their places. */
export function together(experiments: readonly Experiment[]): Experiment {
  const [first] = experiments;
  if (!first) throw new Error("no experiments");
  return {
    ...first,
    id: `${first.id}-and-${experiments.length - 1}`,
    hosts: first.hosts.map((host, index) => ({
      ...host,
      addresses: experiments.flatMap(({ hosts }) => hosts[index]?.addresses ?? []),
    })),
    programs: experiments.flatMap(({ programs }) => programs),
    events: experiments
      .flatMap(({ events }, place) =>
        events.map((event) => (event.do === "inject" ? { ...event, connection: place + 1 } : event)),
      )
      .sort((a, b) => a.at - b.at),
    faults: experiments.flatMap(({ faults }) => faults),
  };
}

/** What belongs to one of them in the trace of all. Counters are of hosts, so they are left out. */
export function partOf(trace: Trace, experiment: Experiment): Trace {
  const addresses = new Set(experiment.hosts.flatMap((host) => host.addresses));
  const programs = new Set(experiment.programs.map(({ name }) => name));
  const sockets = new Set<string>();
  const segments = new Set<number>();
  const isOurs = (endpoint: string): boolean => addresses.has(endpoint.slice(0, endpoint.lastIndexOf(":")));
  const events = trace.events.flatMap((event): TraceEvent[] => {
    switch (event.k) {
      case "process":
      case "thread":
      case "call":
      case "return":
        return programs.has(event.program) ? [event] : [];
      case "sock":
        if (!isOurs(event.local)) return [];
        sockets.add(event.sock);
        return [event];
      case "state":
      case "mini":
      case "timer":
        return sockets.has(event.sock) ? [event] : [];
      case "send":
        if (!isOurs(event.src) && !isOurs(event.dst)) return [];
        segments.add(event.seg);
        return [event];
      case "arrive":
      case "lost":
        return segments.has(event.seg) ? [event] : [];
      case "probe":
        return [{ ...event, sockets: event.sockets.filter(({ local }) => isOurs(local)), counters: {} }];
      default:
        return [];
    }
  });
  return { header: { ...trace.header, experiment: experiment.id, hosts: experiment.hosts }, events };
}

/** The counters of each host at the end, added over the traces: "A TcpOutRsts" to 3. */
export function countersOf(traces: readonly Trace[], names: readonly string[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { events } of traces)
    for (const event of events)
      if (event.k === "probe" && event.probe === "end")
        for (const name of names) {
          const key = `${event.host} ${name}`;
          const sum = (sums.get(key) ?? 0) + (event.counters[name] ?? 0);
          if (sum > 0) sums.set(key, sum);
        }
  return sums;
}
