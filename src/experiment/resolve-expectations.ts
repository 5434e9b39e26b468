/** What an experiment expects of both worlds. */
import { z } from "zod";
import { STATES } from "../engine/trace.ts";
import type { Expectation } from "./canonical.ts";
import type { Resolver } from "./resolver.ts";
import { parseSegmentWord } from "./words.ts";
import { name, time } from "./written.ts";

/** One expectation line; see the table in docs/experiments.md. */
export function resolveExpectation(
  resolver: Resolver,
  raw: unknown,
  path: string,
  probes: readonly string[],
  programs: readonly string[],
): Expectation[] {
  if (typeof raw === "string") {
    const sends = /^(\S+) sends (\d+) of (\S+)$/.exec(raw);
    const match = parseSegmentWord(sends?.[3] ?? "");
    if (sends && match)
      return [{ expect: "segments", from: resolver.hostName(sends[1] ?? "", path), match, count: Number(sends[2]) }];
    const counts = /^(\S+) counts (\S+) (\d+)$/.exec(raw);
    if (counts)
      return [
        {
          expect: "counter",
          host: resolver.hostName(counts[1] ?? "", path),
          name: counts[2] ?? "",
          value: Number(counts[3]),
        },
      ];
  } else if (typeof raw === "object" && raw !== null && Object.keys(raw).length === 1) {
    const [key = "", value] = Object.entries(raw)[0] ?? [];
    const goes = /^(\S+) goes$/.exec(key);
    if (goes) {
      const states = resolver.parse(z.array(z.enum(STATES)).min(1), value, path);
      return states ? [{ expect: "path", sock: goes[1] ?? "", states }] : [];
    }
    const stays = /^(\S+) in (\S+)$/.exec(key);
    if (stays) {
      const bounds = resolver.parse(z.strictObject({ at_least: time, at_most: time }), value, path);
      const state = resolver.parse(z.enum(STATES), stays[2], path);
      return bounds && state ? [{ expect: "spends", sock: stays[1] ?? "", state, ...bounds }] : [];
    }
    const at = /^at (\S+)$/.exec(key);
    if (at) return socketExpectations(resolver, at[1] ?? "", value, path, probes);
    const call = /^(\S+) (socket|bind|listen|accept|connect|send|recv|shutdown|close|setsockopt|getsockopt|poll)$/.exec(
      key,
    );
    if (call) {
      if (!programs.includes(call[1] ?? "")) resolver.problem(path, `no program is called ${call[1]}`);
      const shape = z.strictObject({
        thread: name.nullable().default(null),
        nth: z.int().min(1).default(1),
        returns: z.union([z.int(), z.string().regex(/^E[A-Z0-9]+$/)]),
        at_least: time.nullable().default(null),
        at_most: time.nullable().default(null),
      });
      const parsed = resolver.parse(shape, value, path);
      return parsed ? [{ expect: "call", program: call[1] ?? "", op: call[2] ?? "", ...parsed }] : [];
    }
  }
  resolver.problem(
    path,
    `${JSON.stringify(raw)} is not an expectation; docs/experiments.md, "Expectations", lists the six forms`,
  );
  return [];
}

function socketExpectations(
  resolver: Resolver,
  probe: string,
  value: unknown,
  path: string,
  probes: readonly string[],
): Expectation[] {
  if (!probes.includes(probe))
    resolver.problem(path, `no probe is called ${probe}; probes here: ${probes.join(", ") || "none"}`);
  const row = z.strictObject({
    state: z.enum(STATES),
    count: z.int().min(0).default(1),
    timer: z
      .enum(["on", "keepalive", "timewait", "persist", "none"] as const)
      .nullable()
      .default(null),
    recvq: z.int().min(0).nullable().default(null),
    held: z.boolean().nullable().default(null),
  });
  const parsed = resolver.parse(z.record(name, z.union([row.transform((one) => [one]), z.array(row)])), value, path);
  if (!parsed) return [];
  return Object.entries(parsed).flatMap(([hostName, rows]) =>
    rows.map((one): Expectation => ({ expect: "sockets", probe, host: resolver.hostName(hostName, path), ...one })),
  );
}
