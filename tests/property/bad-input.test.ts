import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NotModelled } from "../../src/engine/not-modelled.ts";
import type { Program, Step } from "../../src/engine/process/program.ts";
import type { Experiment } from "../../src/experiment/canonical.ts";
import { run } from "../../src/experiment/run.ts";
import { canonicalExperiment, ExperimentError } from "../../src/experiment/schema.ts";
import { runPacketdrill } from "../../src/packetdrill/run.ts";
import { experiment } from "../experiments.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const RUNS = process.env["FULL"] === undefined ? 300 : 5_000;

/** What authors wrote, of the small ones: a mutation is run, too, if it is still an experiment. */
const written = readdirSync(`${ROOT}content/experiments`)
  .map((file) => readFileSync(`${ROOT}content/experiments/${file}`, "utf8"))
  .filter((text) => /^class: quick$/m.test(text) && !/times:|nofile/.test(text))
  .map((text) => parse(text) as unknown);

/** Words that mean something somewhere, and values that mean nothing anywhere. */
const junk = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  0,
  1.5,
  65_536,
  1e300,
  "",
  "conn",
  "B:7000",
  "C:7000",
  "10.0.0.9:80",
  "5ms",
  "-5ms",
  "every",
  "rcv_nxt+",
  "tcp_no_such_thing",
  "TCP_CORK",
  [],
  {},
  ["FIN"],
  { close: "nobody" },
  { kill: "nobody" },
  { loop: { do: [] } },
  { accept: { fd: "conn", as: "conn" } },
);

/** The value with one thing in it replaced, left out or put elsewhere. `path` picks the place, step by step. */
function mutated(value: unknown, path: readonly number[], how: "replace" | "remove" | "rename", by: unknown): unknown {
  const [first = 0, ...rest] = path;
  if (typeof value !== "object" || value === null) return by;
  const entries = Object.entries(value);
  if (entries.length === 0) return by;
  const at = first % entries.length;
  const [key, inner] = entries[at] as [string, unknown];
  const deeper = rest.length > 0 && typeof inner === "object" && inner !== null;
  const changed: [string, unknown][] = deeper
    ? [[key, mutated(inner, rest, how, by)]]
    : how === "remove"
      ? []
      : how === "rename"
        ? [[`${key}x`, inner]]
        : [[key, by]];
  const all = entries.toSpliced(at, 1, ...changed);
  return Array.isArray(value) ? all.map(([, one]) => one) : Object.fromEntries(all);
}

const mutation = fc.record({
  base: fc.nat(written.length - 1),
  path: fc.array(fc.nat(50), { minLength: 1, maxLength: 9 }),
  how: fc.constantFrom("replace", "remove", "rename"),
  by: junk,
});

describe("an experiment with something wrong in it", () => {
  it("is refused with the place of every problem, or runs; nothing else is ever thrown", () => {
    let refused = 0;
    fc.assert(
      fc.property(mutation, ({ base, path, how, by }) => {
        let made: Experiment;
        try {
          made = canonicalExperiment("mutated", mutated(structuredClone(written[base]), path, how, by));
        } catch (error) {
          if (!(error instanceof ExperimentError)) throw error;
          refused += 1;
          expect(error.problems.length).toBeGreaterThan(0);
          for (const { message } of error.problems) expect(message).toMatch(/\w/);
          expect(error.message).toContain("content/experiments/mutated.yaml: ");
          return;
        }
        try {
          const { stopped } = run(made);
          if (stopped !== null) expect(stopped).toMatch(/steps without waiting|no connection|things happened/);
        } catch (error) {
          if (!(error instanceof NotModelled)) throw error;
          expect(error.message).toMatch(/^not modelled: \w/);
        }
      }),
      { numRuns: RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS / 4);
  });

  it("names an unknown sysctl, call, option and error by its place", () => {
    const problems = (change: (one: Record<string, never>) => void): string => {
      const one = structuredClone(written[0]) as Record<string, never>;
      change(one);
      try {
        canonicalExperiment("mutated", one);
      } catch (error) {
        if (error instanceof ExperimentError) return error.message;
        throw error;
      }
      return "none";
    };
    const main = (steps: unknown) => (one: Record<string, unknown>) => {
      one["programs"] = { client: { host: Object.keys(one["hosts"] as object)[0], routines: { main: steps } } };
      one["expect"] = [];
      one["events"] = [];
      one["faults"] = [];
    };
    const host = Object.keys((written[0] as { hosts: object }).hosts)[0] ?? "";
    expect(problems((one) => Object.assign(one, { hosts: { [host]: { sysctl: { tcp_nonsense: 1 } } } }))).toContain(
      `hosts.${host}.sysctl.tcp_nonsense`,
    );
    expect(problems(main([{ fly: "conn" }]))).toContain("programs.client.routines.main.0");
    expect(problems((one) => Object.assign(one, { hosts: { [host]: { sysctl: { tcp_sack: "B:7000" } } } }))).toContain(
      `hosts.${host}.sysctl.tcp_sack: tcp_sack is a whole number`,
    );
    expect(
      problems(main([{ socket: "conn" }, { setsockopt: { fd: "conn", option: "SO_NONSENSE", value: 1 } }])),
    ).toContain("programs.client.routines.main.1");
    expect(problems(main([{ socket: "conn" }, { loop: { do: [{ recv: { fd: "con", bytes: 1 } }] } }]))).toContain(
      "programs.client.routines.main.1.loop.do.0.recv: no step sets con; variables here: conn",
    );
    expect(problems(main(["break"]))).toContain("programs.client.routines.main.0");
  });
});

describe("a packetdrill script with something wrong in it", () => {
  const scripts = readdirSync(`${ROOT}tests/packetdrill`)
    .filter((file) => file.endsWith(".pkt"))
    .map((file) => readFileSync(`${ROOT}tests/packetdrill/${file}`, "utf8"));
  const bit = fc.oneof(
    fc.constantFrom("", "<", ">", "+", "*", "(", "{", "`", "%{", "TS val", "win", "= -1 E", "0.0.0.0", "~"),
    fc.string(),
  );

  it("is refused with line, column and message, or runs", () => {
    fc.assert(
      fc.property(fc.nat(scripts.length - 1), fc.nat(), fc.nat(12), bit, (which, from, length, by) => {
        const text = scripts[which] ?? "";
        const at = from % text.length;
        const failure = runPacketdrill(text.slice(0, at) + by + text.slice(at + length));
        if (failure === null) return;
        expect(failure.line).toBeGreaterThan(0);
        expect(failure.column).toBeGreaterThan(0);
        expect(failure.message).toMatch(/\w/);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a program that never ends", () => {
  const { experiment: base } = experiment("close-four");
  const looping = (body: readonly Step[]): Experiment => {
    const [first, ...others] = base.programs as [Program, ...Program[]];
    const main: Step[] = [{ op: "loop", times: null, body }];
    return { ...base, until: 1_800_000_000, programs: [{ ...first, routines: { main } }, ...others] };
  };

  it("is stopped if it does not wait, and the message names it", () => {
    const { stopped } = run(looping([{ op: "set", variable: "n", value: 1 }]));
    expect(stopped).toBe(
      `program ${base.programs[0]?.name ?? ""}, thread main: 1000000 steps without waiting; does a loop lack a wait?`,
    );
  });

  it("is stopped if it waits for next to nothing, too", () => {
    expect(run(looping([{ op: "sleep", time: 1 }])).stopped).toMatch(/^at \d+ us: 5000000 things happened/);
  });
});
