/** What the parts of a file need to be checked against each other, and the problems that are found. */
import type { z } from "zod";
import type { Endpoint, Step } from "../engine/process/program.ts";
import { RECORDED_KERNEL } from "../engine/kernel/kernel-version.ts";
import type { HostSpec } from "./canonical.ts";
import { BASELINE, baselineOf, fullSysctlName, isKnownSysctl, OF_THE_MACHINE } from "./sysctl.ts";
import { isModelled, sysctlProblem } from "./sysctl-values.ts";

/** One thing wrong with a file: where in it, what is wrong, and what would be right. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

export class ExperimentError extends Error {
  readonly problems: readonly Problem[];
  constructor(file: string, problems: readonly Problem[]) {
    super(problems.map((problem) => `${file}: ${problem.path || "(top)"}: ${problem.message}`).join("\n"));
    this.name = "ExperimentError";
    this.problems = problems;
  }
}

/** Collects problems with their paths while the file is resolved. */
export class Resolver {
  readonly problems: Problem[] = [];
  hosts: HostSpec[] = [];
  /** Of the program being resolved: the variables that a step sets, and those that a call takes its descriptor from. */
  readonly #set = new Set<string>();
  readonly #descriptors: Problem[] = [];

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  /** Parses one value with a zod shape; problems get this path. */
  parse<T extends z.ZodType>(shape: T, value: unknown, path: string): z.output<T> | null {
    const result = shape.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      this.problem([path, ...issue.path].filter((part) => part !== "").join("."), issue.message);
    return null;
  }

  /** Notes what a step sets and uses. */
  noteStep(step: Step, path: string): void {
    if ("as" in step && step.as !== null) this.#set.add(step.as);
    if ("variable" in step) this.#set.add(step.variable);
    if ("fd" in step) this.#descriptors.push({ path: `${path}.${step.op}`, message: step.fd });
  }

  /** The program is complete: each descriptor must come from somewhere. */
  checkDescriptors(given: readonly string[]): void {
    for (const { path, message: name } of this.#descriptors.splice(0))
      if (!this.#set.has(name) && !given.includes(name))
        this.problem(path, `no step sets ${name}; variables here: ${[...given, ...this.#set].join(", ") || "none"}`);
    this.#set.clear();
  }

  hostName(value: string, path: string): string {
    if (!this.hosts.some((candidate) => candidate.name === value)) {
      this.problem(
        path,
        `no host is called ${value}; hosts here: ${this.hosts.map((candidate) => candidate.name).join(", ")}`,
      );
    }
    return value;
  }

  kernelOf(hostName: string): string | undefined {
    return this.hosts.find((candidate) => candidate.name === hostName)?.kernel;
  }

  address(text: string, path: string): string {
    if (text === "any") return "0.0.0.0";
    const byName = this.hosts.find((candidate) => candidate.name === text)?.addresses[0];
    if (byName !== undefined) return byName;
    if (this.hosts.some((candidate) => candidate.addresses.includes(text)) || /^127\.\d+\.\d+\.\d+$/.test(text))
      return text;
    this.problem(path, `${text} is neither a host of this experiment nor one of their addresses`);
    return "0.0.0.0";
  }

  endpoint(text: string, path: string): Endpoint {
    const cut = text.lastIndexOf(":");
    const portNumber = Number(text.slice(cut + 1));
    if (portNumber > 65_535) this.problem(path, `port ${portNumber} is above 65535`);
    return { address: this.address(text.slice(0, cut), path), port: portNumber };
  }

  sysctlValue(short: string, value: number | string, path: string): string {
    const full = fullSysctlName(short);
    const wrong = isModelled(full, String(value))
      ? sysctlProblem(full, String(value))
      : `is not modelled: no rule of the engine reads it, and it stays at ${BASELINE[full] ?? ""}`;
    if (wrong !== null) this.problem(path, `${short} ${wrong}; this is ${JSON.stringify(value)}`);
    return String(value);
  }

  sysctl(short: string, path: string, kernel?: string): string {
    const full = fullSysctlName(short);
    if (!isKnownSysctl(full))
      this.problem(path, `${full} is not a sysctl an experiment may set; the list is in src/experiment/sysctl.ts`);
    else if (!Object.hasOwn(baselineOf(kernel), full) && !OF_THE_MACHINE.includes(full))
      this.problem(
        path,
        `Linux ${kernel ?? RECORDED_KERNEL} has no ${full}; leave it out, or say kernel: for a version that has it`,
      );
    return full;
  }
}
