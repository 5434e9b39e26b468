/**
 * What authors write, checked, and turned into the canonical form. Every error names the place in
 * the file and what would be right there. `docs/experiments.md` gives the meaning.
 */
import { z } from "zod";
import type { Program } from "../engine/process/program.ts";
import { EXPERIMENT_FORMAT, type Experiment } from "./canonical.ts";
import { resolveEvent, resolveFault } from "./resolve-events.ts";
import { resolveExpectation } from "./resolve-expectations.ts";
import { resolveSteps } from "./resolve-steps.ts";
import { ExperimentError, Resolver } from "./resolver.ts";
import { baselineOf } from "./sysctl.ts";
import { experimentFile } from "./written.ts";

export { ExperimentError } from "./resolver.ts";

const LONGEST: Readonly<Record<Experiment["class"], number>> = {
  quick: 5_000_000,
  normal: 150_000_000,
  long: 1_800_000_000,
};

/**
 * Checks one experiment as written and returns its canonical form.
 * @param id file name without its ending
 * @param written what the YAML parser returned
 * @param file named in errors
 * @throws ExperimentError listing every problem with its place and fix
 */
export function canonicalExperiment(
  id: string,
  written: unknown,
  file: string = `content/experiments/${id}.yaml`,
): Experiment {
  const resolver = new Resolver();
  const parsed = resolver.parse(experimentFile, written, "");
  if (!parsed) throw new ExperimentError(file, resolver.problems);

  const hostNames = Object.keys(parsed.hosts);
  resolver.hosts = Object.entries(parsed.hosts).map(([hostName, spec], index) => ({
    name: hostName,
    addresses: spec.addresses ?? [spec.address ?? `10.0.0.${index + 1}`],
    sysctl: Object.fromEntries(
      Object.entries({
        ...baselineOf(spec.kernel),
        ...Object.fromEntries(
          Object.entries(spec.sysctl).map(([key, value]) => [
            resolver.sysctl(key, `hosts.${hostName}.sysctl.${key}`, spec.kernel),
            resolver.sysctlValue(key, value, `hosts.${hostName}.sysctl.${key}`),
          ]),
        ),
      }).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    // Left out where they are not written, so that a file says no more than its author did.
    ...(spec.kernel === undefined ? {} : { kernel: spec.kernel }),
    ...(spec.uptime === undefined ? {} : { uptime: spec.uptime }),
    ...(spec.nat === undefined ? {} : { nat: spec.nat }),
  }));
  for (const [natName, { nat = [] }] of Object.entries(parsed.hosts)) {
    nat.forEach((inside, index) => {
      const path = `hosts.${natName}.nat.${index}`;
      resolver.hostName(inside, path);
      const others = Object.entries(parsed.hosts).filter(([, other]) => other.nat?.includes(inside));
      if (inside === natName || parsed.hosts[inside]?.nat !== undefined || others.length > 1)
        resolver.problem(path, `${inside} is behind another NAT or is one; a host is behind at most one`);
    });
  }
  if (hostNames.length < 1 || hostNames.length > 8) resolver.problem("hosts", "an experiment has one to eight hosts");
  const taken = resolver.hosts.flatMap((one) => one.addresses);
  if (new Set(taken).size !== taken.length) resolver.problem("hosts", "two hosts share an address");

  const programNames = Object.keys(parsed.programs);
  const programs: Program[] = Object.entries(parsed.programs).map(([programName, spec]) => {
    const path = `programs.${programName}`;
    const routines = Object.keys(spec.routines);
    if (!routines.includes("main"))
      resolver.problem(`${path}.routines`, "a program starts in the routine main, which is missing");
    const program = {
      name: programName,
      host: resolver.hostName(spec.host, `${path}.host`),
      start: spec.start,
      nofile: spec.nofile,
      routines: Object.fromEntries(
        Object.entries(spec.routines).map(([routine, steps]) => [
          routine,
          resolveSteps(resolver, steps, `${path}.routines.${routine}`, routines),
        ]),
      ),
    };
    resolver.checkDescriptors([]);
    return program;
  });

  const probeNames = Object.keys(parsed.probes);
  if (parsed.until > LONGEST[parsed.class]) {
    resolver.problem(
      "until",
      `a ${parsed.class} experiment ends within ${LONGEST[parsed.class] / 1_000_000}s; choose another class or an earlier end`,
    );
  }
  for (const [probeName, probe] of Object.entries(parsed.probes)) {
    if (probe.at > parsed.until) resolver.problem(`probes.${probeName}.at`, "this is after the end of the run (until)");
  }
  if (parsed.link.kind === "direct" && parsed.faults.length > 0)
    resolver.problem("faults", "a direct link has no faults; use link: { kind: relay }");

  const experiment: Experiment = {
    format: EXPERIMENT_FORMAT,
    id,
    title: parsed.title,
    summary: parsed.summary,
    class: parsed.class,
    level: parsed.level,
    until: parsed.until,
    hosts: resolver.hosts,
    link: parsed.link,
    programs,
    events: parsed.events
      .flatMap((raw, index) => resolveEvent(resolver, raw, `events.${index}`, programs) ?? [])
      .sort((a, b) => a.at - b.at),
    faults: parsed.faults.flatMap((raw, index) => resolveFault(resolver, raw, index, `faults.${index}`) ?? []),
    probes: probeNames
      .map((probe) => ({
        name: probe,
        at: parsed.probes[probe]?.at ?? 0,
        capture: parsed.probes[probe]?.capture ?? false,
      }))
      .sort((a, b) => a.at - b.at),
    expect: parsed.expect.flatMap((raw, index) =>
      resolveExpectation(resolver, raw, `expect.${index}`, probeNames, programNames),
    ),
    varies: parsed.varies,
  };
  if (resolver.problems.length > 0) throw new ExperimentError(file, resolver.problems);
  return experiment;
}

/** The canonical JSON text of an experiment. Its SHA-256 is the experiment's hash. */
export function canonicalText(experiment: Experiment): string {
  return `${JSON.stringify(experiment, null, 1)}\n`;
}

/** JSON Schema of the file authors write, for editors. */
export function authorJsonSchema(): unknown {
  return z.toJSONSchema(experimentFile, { unrepresentable: "any", io: "input" });
}
