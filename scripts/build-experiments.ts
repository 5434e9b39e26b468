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
import { authorForm } from "../src/experiment/author-form.ts";
import { EXPERIMENT_FORMAT, type Experiment } from "../src/experiment/canonical.ts";
import { type CrowdFile, readCrowd } from "../src/experiment/crowd-file.ts";
import { authorJsonSchema, canonicalExperiment, canonicalText, ExperimentError } from "../src/experiment/schema.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
export const EXPERIMENT_SOURCES = `${root}content/experiments/`;
export const EXPERIMENT_OUTPUT = `${root}.cache/experiments/`;
const CROWD_SOURCES = `${root}content/crowds/`;
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

/** What the site saves and the lab runs, as an author would write it; anything else as it is. */
function asWritten(read: unknown, shown: string): unknown {
  const whole = read as Readonly<Record<string, unknown>> | null;
  // The download of an experiment holds it beside what the simulator predicts.
  const canonical = whole?.["format"] === "lastack-download/1" ? whole["experiment"] : whole;
  if ((canonical as { format?: unknown } | null)?.format !== EXPERIMENT_FORMAT) return read;
  try {
    return authorForm(canonical as Experiment);
  } catch {
    throw new ExperimentError(shown, [
      {
        path: "(file)",
        message: `has the form that the site saves, ${EXPERIMENT_FORMAT}, but not whole; save it again`,
      },
    ]);
  }
}

/** An experiment as an author writes it, or as the site saves it, in a file of any place. @throws ExperimentError naming file, place and fix */
export function readExperiment(file: string, shown: string = file): BuiltExperiment {
  const id = basename(file).replace(/\.(?:yaml|json)$/, "");
  if (!/^[a-z][a-z0-9-]*$/.test(id))
    throw new ExperimentError(shown, [{ path: "(file name)", message: "use small letters, digits and -" }]);
  const experiment = canonicalExperiment(id, asWritten(readYaml(file, shown), shown), shown);
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

/** Every run of many sockets, checked. @throws ExperimentError naming file, place and fix */
export function readCrowds(): CrowdFile[] {
  return readdirSync(CROWD_SOURCES).map((file) => {
    const read = readYaml(CROWD_SOURCES + file, `content/crowds/${file}`);
    return readCrowd(basename(file, ".yaml"), read as Readonly<Record<string, unknown>>);
  });
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
