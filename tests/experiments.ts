/** Experiments and recordings as tests read them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BuiltExperiment } from "../scripts/build-experiments.ts";
import { readExperiments } from "../scripts/build-experiments.ts";
import { parseTrace, type Trace } from "../src/experiment/trace-file.ts";

export const EVIDENCE = fileURLToPath(new URL("../content/evidence/", import.meta.url));

let built: readonly BuiltExperiment[] | null = null;

/** Every experiment, checked and canonical. */
export function experiments(): readonly BuiltExperiment[] {
  built ??= readExperiments();
  return built;
}

export function experiment(id: string): BuiltExperiment {
  const found = experiments().find((one) => one.experiment.id === id);
  if (!found) throw new Error(`no experiment ${id}`);
  return found;
}

export interface Recording {
  readonly kernel: string;
  /** Of the experiment. */
  readonly id: string;
  /** 1, or more for the further behaviours of an experiment that varies. */
  readonly outcome: number;
  readonly trace: Trace;
  readonly bytes: number;
}

/** Every committed recording of every kernel. */
export function recordings(): readonly Recording[] {
  if (!existsSync(EVIDENCE)) return [];
  return readdirSync(EVIDENCE).flatMap((kernel) =>
    readdirSync(EVIDENCE + kernel).flatMap((file): Recording[] => {
      const [, id, outcome = "1"] = /^([^.]+)(?:\.(\d+))?\.jsonl$/.exec(file) ?? [];
      if (id === undefined) return [];
      const text = readFileSync(`${EVIDENCE}${kernel}/${file}`, "utf8");
      return [{ kernel, id, outcome: Number(outcome), trace: parseTrace(text), bytes: Buffer.byteLength(text) }];
    }),
  );
}
