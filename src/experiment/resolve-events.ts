/** What happens to a run from outside: events at a moment, and the faults of the link. */
import type { z } from "zod";
import type { Program } from "../engine/process/program.ts";
import type { FaultSpec, OutsideEvent } from "./canonical.ts";
import { resolveSteps } from "./resolve-steps.ts";
import type { Resolver } from "./resolver.ts";
import { parseFlags, parseRelative } from "./words.ts";
import type { fault, outsideEvent } from "./written.ts";

export function resolveEvent(
  resolver: Resolver,
  raw: z.output<typeof outsideEvent>,
  path: string,
  programs: readonly Program[],
): OutsideEvent | null {
  const kinds = (["sysctl", "kill", "ss_kill", "link", "inject", "thread"] as const).filter(
    (kind) => raw[kind] !== undefined,
  );
  if (kinds.length !== 1) {
    resolver.problem(path, `an event has "at" and exactly one of sysctl, kill, ss_kill, link, inject, thread`);
    return null;
  }
  const { at } = raw;
  if (raw.sysctl) {
    return {
      at,
      do: "sysctl",
      host: resolver.hostName(raw.sysctl.host, `${path}.sysctl.host`),
      name: resolver.sysctl(raw.sysctl.name, `${path}.sysctl.name`, resolver.kernelOf(raw.sysctl.host)),
      value: resolver.sysctlValue(raw.sysctl.name, raw.sysctl.value, `${path}.sysctl.value`),
    };
  }
  if (raw.kill !== undefined) {
    if (!programs.some((one) => one.name === raw.kill))
      resolver.problem(`${path}.kill`, `no program is called ${raw.kill}`);
    return { at, do: "kill", program: raw.kill };
  }
  if (raw.ss_kill)
    return { at, do: "ss_kill", ...raw.ss_kill, host: resolver.hostName(raw.ss_kill.host, `${path}.ss_kill.host`) };
  if (raw.link) return { at, do: "link", host: resolver.hostName(raw.link.host, `${path}.link.host`), up: raw.link.up };
  if (raw.thread) return outsideThread(resolver, at, raw.thread, `${path}.thread`, programs);
  const inject = raw.inject;
  if (!inject) return null;
  const flags = parseFlags(inject.flags);
  const seq = parseRelative(String(inject.seq), ["rcv_nxt", "zero"] as const);
  const ack = inject.ack === null ? null : parseRelative(String(inject.ack), ["snd_nxt", "zero"] as const);
  const tsval = inject.tsval === null ? null : parseRelative(inject.tsval, ["last"] as const);
  if (!flags) resolver.problem(`${path}.inject.flags`, `write flags like SYN, RST or FIN+ACK`);
  if (!seq) resolver.problem(`${path}.inject.seq`, `write it relative to the target, as in rcv_nxt or rcv_nxt+1000`);
  if (inject.ack !== null && !ack)
    resolver.problem(`${path}.inject.ack`, `write it relative to the target, as in snd_nxt or snd_nxt-1`);
  if (inject.tsval !== null && !tsval)
    resolver.problem(`${path}.inject.tsval`, `write it relative to the last accepted one, as in last or last-1`);
  if (!flags || !seq) return null;
  return {
    at,
    do: "inject",
    to: resolver.hostName(inject.to, `${path}.inject.to`),
    connection: inject.connection,
    flags,
    seq,
    ack,
    tsval,
    bytes: inject.bytes,
  };
}

function outsideThread(
  resolver: Resolver,
  at: number,
  raw: NonNullable<z.output<typeof outsideEvent>["thread"]>,
  path: string,
  programs: readonly Program[],
): OutsideEvent {
  const target = programs.find((one) => one.name === raw.program);
  if (!target) resolver.problem(`${path}.program`, `no program is called ${raw.program}`);
  else if (at < target.start)
    resolver.problem(path, `${raw.program} starts at ${target.start} us; a thread in it can start then or later`);
  const steps = resolveSteps(resolver, raw.do, `${path}.do`, Object.keys(target?.routines ?? {}));
  resolver.checkDescriptors(raw.fd === null ? [] : ["fd"]);
  return { at, do: "thread", program: raw.program, fd: raw.fd, steps };
}

export function resolveFault(
  resolver: Resolver,
  raw: z.output<typeof fault>,
  index: number,
  path: string,
): FaultSpec | null {
  const kinds = (["drop", "delay", "duplicate", "hold"] as const).filter((kind) => raw[kind] !== undefined);
  if (kinds.length !== 1) {
    resolver.problem(path, `a fault has exactly one of drop: true, delay, duplicate, hold`);
    return null;
  }
  const act: FaultSpec["act"] =
    raw.delay !== undefined
      ? { do: "delay", by: raw.delay }
      : raw.duplicate !== undefined
        ? { do: "duplicate", after: raw.duplicate }
        : raw.hold !== undefined
          ? { do: "hold", release: raw.hold }
          : { do: "drop" };
  return {
    name: raw.name ?? `fault-${index + 1}`,
    from: resolver.hostName(raw.from, `${path}.from`),
    match: raw.match,
    nth: raw.nth === "every" ? null : raw.nth,
    after: raw.after,
    before: raw.before,
    act,
  };
}
