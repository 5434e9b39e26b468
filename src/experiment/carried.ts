/**
 * An experiment as a page carries it to its simulator. The baseline is the larger part of the canonical form and the
 * same for every host of a version of Linux, and the page's engine knows it: only what differs goes over the wire. What
 * must come of the run is for tests and for the page about it; the run does not need it.
 */
import type { Experiment } from "./canonical.ts";
import { baselineOf } from "./sysctl.ts";

const sorted = (sysctl: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(sysctl).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The experiment as one line of text, without its expectations. */
export function carry(experiment: Experiment): string {
  const hosts = experiment.hosts.map((host) => {
    const baseline = baselineOf(host.kernel);
    return {
      ...host,
      sysctl: Object.fromEntries(Object.entries(host.sysctl).filter(([name, value]) => baseline[name] !== value)),
    };
  });
  return JSON.stringify({ ...experiment, hosts, expect: [] });
}

/** The canonical experiment back from `carry`, its expectations empty. */
export function unpack(text: string): Experiment {
  const carried = JSON.parse(text) as Experiment;
  const hosts = carried.hosts.map((host) => ({
    ...host,
    sysctl: sorted({ ...baselineOf(host.kernel), ...host.sysctl }),
  }));
  return { ...carried, hosts };
}
