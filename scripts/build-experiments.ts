/**
 * Checks every experiment under content/experiments and writes its canonical JSON to
 * .cache/experiments/<id>.json, the JSON Schema to docs/experiment.schema.json. Importing `buildExperiments` does the
 * first without a command line.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";
import type { Experiment } from "../src/experiment/canonical.ts";
import { authorJsonSchema, canonicalExperiment, canonicalText, ExperimentError } from "../src/experiment/schema.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
export const EXPERIMENT_SOURCES = `${root}content/experiments/`;
export const EXPERIMENT_OUTPUT = `${root}.cache/experiments/`;
const SCHEMA_FILE = `${root}docs/experiment.schema.json`;

export interface BuiltExperiment {
  readonly experiment: Experiment;
  readonly text: string;
  /** SHA-256 of `text`, hexadecimal. */
  readonly hash: string;
}

function readYaml(file: string, shown: string): unknown {
  const document = parseDocument(readFileSync(file, "utf8"), { version: "1.2", strict: true });
  const problem = document.errors[0];
  if (problem)
    throw new ExperimentError(shown, [{ path: `line ${problem.linePos?.[0].line ?? 1}`, message: problem.message }]);
  return document.toJS();
}

/** An experiment as an author writes it, in a file of any place. @throws ExperimentError naming file, place and fix */
export function readExperiment(file: string, shown: string = file): BuiltExperiment {
  const id = basename(file).replace(/\.(?:yaml|json)$/, "");
  if (!/^[a-z][a-z0-9-]*$/.test(id))
    throw new ExperimentError(shown, [{ path: "(file name)", message: "use small letters, digits and -" }]);
  const experiment = canonicalExperiment(id, readYaml(file, shown), shown);
  const text = canonicalText(experiment);
  return { experiment, text, hash: createHash("sha256").update(text).digest("hex") };
}

/** Every experiment, checked, in order of id. @throws ExperimentError naming file, place and fix */
export function readExperiments(folder: string = EXPERIMENT_SOURCES): BuiltExperiment[] {
  const built: BuiltExperiment[] = [];
  const failures: string[] = [];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()) {
    try {
      built.push(readExperiment(folder + file, `content/experiments/${file}`));
    } catch (error) {
      if (!(error instanceof ExperimentError)) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return built;
}

/** Checks and writes all canonical files; leaves files that did not change alone. */
export function buildExperiments(): BuiltExperiment[] {
  const built = readExperiments();
  mkdirSync(EXPERIMENT_OUTPUT, { recursive: true });
  const wanted = new Set(built.map(({ experiment }) => `${experiment.id}.json`));
  for (const old of readdirSync(EXPERIMENT_OUTPUT)) if (!wanted.has(old)) rmSync(EXPERIMENT_OUTPUT + old);
  for (const { experiment, text } of built) writeIfChanged(`${EXPERIMENT_OUTPUT}${experiment.id}.json`, text);
  return built;
}

function writeIfChanged(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/** Text of docs/experiment.schema.json. */
export function schemaText(): string {
  return `${JSON.stringify(authorJsonSchema(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const built = buildExperiments();
    writeIfChanged(SCHEMA_FILE, schemaText());
    console.log(`${built.length} experiments written to .cache/experiments`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
