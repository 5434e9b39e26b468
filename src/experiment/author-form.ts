/**
 * A canonical experiment as an author writes it: the way back through `schema.ts`. What equals a default is left out.
 * JSON within YAML is YAML, so only the outer lines are broken.
 */
import type { Endpoint, Step } from "../engine/process/program.ts";
import type { Experiment, FaultSpec, OutsideEvent, Relative } from "./canonical.ts";
import { BASELINE } from "./sysctl.ts";
import { parseSegmentWord, SEGMENT_WORDS } from "./words.ts";

/** A time as written: the largest unit that leaves a whole number. */
export function durationText(us: number): string {
  if (us === 0) return "0s";
  if (us % 1_000_000 === 0) return `${us / 1_000_000}s`;
  return us % 1000 === 0 ? `${us / 1000}ms` : `${us}us`;
}

const endpoint = ({ address, port }: Endpoint): string => `${address}:${port}`;
const relative = ({ base, plus }: Relative<string>): string | number =>
  base === "zero" ? plus : `${base}${plus === 0 ? "" : plus > 0 ? `+${plus}` : plus}`;
const condition = (step: Extract<Step, { op: "if" | "while" }>): string =>
  `${step.test.variable} ${step.test.comparison} ${step.test.value}`;

type Written = Readonly<Record<string, unknown>>;

function written(step: Step): unknown {
  switch (step.op) {
    case "at":
    case "sleep":
      return { [step.op]: durationText(step.time) };
    case "pause":
    case "break":
    case "exit":
      return step.op;
    case "set":
    case "add": {
      const { variable, value } = step;
      return { [step.op]: { variable, value: typeof value === "number" ? value : value.variable } };
    }
    case "loop":
      return { loop: { ...(step.times === null ? {} : { times: step.times }), do: step.body.map(written) } };
    case "while":
      return { while: { test: condition(step), do: step.body.map(written) } };
    case "if":
      return {
        if: {
          test: condition(step),
          then: step.then.map(written),
          ...(step.otherwise.length === 0 ? {} : { else: step.otherwise.map(written) }),
        },
      };
    case "spawn":
      return { spawn: { routine: step.routine, name: step.name, times: step.times } };
    case "kill":
      return { kill: step.program };
    case "put":
      return {
        put: { queue: step.queue, value: typeof step.value === "number" ? step.value : step.value.variable },
      };
    case "get": {
      const { queue, as, timeout, on_error } = step;
      return { get: { queue, as, ...(timeout === null ? {} : { timeout: durationText(timeout) }), on_error } };
    }
    default:
      return writtenCall(step);
  }
}

function writtenCall(step: Extract<Step, { as: string | null; on_error: string }>): unknown {
  const { op, as, on_error, ...rest } = step as Extract<typeof step, { fd: string }>;
  const fields: Record<string, unknown> = { ...rest };
  if ("to" in step) {
    delete fields["to"];
    if (step.op === "bind") {
      if (step.to.address !== "0.0.0.0") fields["address"] = step.to.address;
      fields["port"] = step.port ?? step.to.port;
    } else fields["to"] = endpoint(step.to);
  }
  if ("timeout" in step && step.timeout !== null) fields["timeout"] = durationText(step.timeout as number);
  if (step.op === "setsockopt" && (step.option === "SO_RCVTIMEO" || step.option === "SO_SNDTIMEO"))
    fields["value"] = durationText(step.value as number);
  if (step.op === "recv" && !step.all) delete fields["all"];
  if (as !== null) fields["as"] = as;
  if (on_error !== "stop") fields["on_error"] = on_error;
  const names = Object.keys(fields);
  const brief = op === "close" ? "fd" : (op as string) === "socket" ? "as" : null;
  return { [op]: brief !== null && names.length === 1 && names[0] === brief ? fields[brief] : fields };
}

function event({ at, ...one }: OutsideEvent): Written {
  const when = { at: durationText(at) };
  switch (one.do) {
    case "sysctl":
      return { ...when, sysctl: { host: one.host, name: one.name, value: one.value } };
    case "kill":
      return { ...when, kill: one.program };
    case "link":
      return { ...when, link: { host: one.host, up: one.up } };
    case "ss_kill": {
      const { host, state, local_port, peer_port } = one;
      return { ...when, ss_kill: { host, state, local_port, peer_port } };
    }
    case "thread":
      return {
        ...when,
        thread: {
          program: one.program,
          ...(one.fd === null ? {} : { fd: one.fd }),
          do: one.steps.map(written),
        },
      };
    case "inject": {
      const { to, connection, flags, seq, ack, tsval, bytes } = one;
      return {
        ...when,
        inject: {
          to,
          connection,
          flags: flags.join("+"),
          seq: relative(seq),
          ...(ack === null ? {} : { ack: relative(ack) }),
          ...(tsval === null ? {} : { tsval: relative(tsval) }),
          bytes,
        },
      };
    }
  }
}

function fault({ name, from, match, nth, after, before, act }: FaultSpec): Written {
  const word = SEGMENT_WORDS.find((one) => JSON.stringify(parseSegmentWord(one)) === JSON.stringify(match));
  return {
    name,
    from,
    match: word ?? match,
    nth: nth ?? "every",
    ...(after === 0 ? {} : { after: durationText(after) }),
    ...(before === null ? {} : { before: durationText(before) }),
    ...(act.do === "drop"
      ? { drop: true }
      : act.do === "delay"
        ? { delay: durationText(act.by) }
        : act.do === "duplicate"
          ? { duplicate: durationText(act.after) }
          : { hold: durationText(act.release) }),
  };
}

/** The file an author would write, without its expectations. */
export function authorForm(experiment: Experiment): Written {
  const { title, summary, level, until, hosts, link, programs, events, faults, probes } = experiment;
  return {
    title,
    summary,
    class: experiment.class,
    level,
    until: durationText(until),
    hosts: Object.fromEntries(
      hosts.map(({ name, addresses, sysctl, uptime, ...more }) => [
        name,
        {
          addresses,
          ...more,
          ...(uptime === undefined ? {} : { uptime: durationText(uptime) }),
          sysctl: Object.fromEntries(Object.entries(sysctl).filter(([key, value]) => BASELINE[key] !== value)),
        },
      ]),
    ),
    link: { kind: link.kind, delay: durationText(link.delay) },
    programs: Object.fromEntries(
      programs.map(({ name, host, start, nofile, routines }) => [
        name,
        {
          host,
          ...(start === 0 ? {} : { start: durationText(start) }),
          ...(nofile === 1024 ? {} : { nofile }),
          routines: Object.fromEntries(
            Object.entries(routines).map(([routine, steps]) => [routine, steps.map(written)]),
          ),
        },
      ]),
    ),
    ...(events.length === 0 ? {} : { events: events.map(event) }),
    ...(faults.length === 0 ? {} : { faults: faults.map(fault) }),
    ...(probes.length === 0
      ? {}
      : {
          probes: Object.fromEntries(probes.map(({ name, at, capture }) => [name, { at: durationText(at), capture }])),
        }),
  };
}

/** The author's file as YAML text. */
export function yamlText(experiment: Experiment): string {
  const lines = (value: unknown, depth: number): string[] => {
    const pad = "  ".repeat(depth);
    if (Array.isArray(value)) return value.map((one) => `${pad}- ${flow(one)}`);
    return Object.entries(value as Record<string, unknown>).flatMap(([key, one]) => {
      const nested = typeof one === "object" && one !== null && depth < 4 && Object.keys(one).length > 0;
      return nested ? [`${pad}${key}:`, ...lines(one, depth + 1)] : [`${pad}${key}: ${flow(one)}`];
    });
  };
  return `${lines(authorForm(experiment), 0).join("\n")}\n`;
}

/** One line of flow style; a word stands without quotes where YAML reads it as itself. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, one]) => `${key}: ${flow(one)}`);
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  }
  const plain = typeof value === "string" && /^[A-Za-z][A-Za-z0-9_+ -]*$|^\d+(us|ms|s)$/.test(value);
  const reserved = typeof value === "string" && /^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return plain && !reserved ? value : JSON.stringify(value);
}
