/**
 * Recordings of real kernels, at build time. `content/evidence/linux-<release>/<experiment>.jsonl`
 * holds one header line and then one event a line.
 */
import { parseTrace, TraceFileError, type Trace } from "../experiment/trace-file.ts";

export interface Recording extends Trace {
  /** `6.18.44`, from the directory. */
  readonly release: string;
}

const FILES = import.meta.glob<string>("../../content/evidence/*/*.jsonl", { query: "?raw", import: "default" });

/** The experiments that have a recording. */
export const recorded: ReadonlySet<string> = new Set(
  Object.keys(FILES).map((path) => path.replace(/^.*\/|\.jsonl$/g, "")),
);

/** Compares releases number by number: 6.9 before 6.18. */
function byRelease(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number));
  for (let i = 0; i < 3; i++) if ((left?.[i] ?? 0) !== (right?.[i] ?? 0)) return (left?.[i] ?? 0) - (right?.[i] ?? 0);
  return 0;
}

const known = new Map<string, Promise<Recording | null>>();

/** The recording of an experiment on the newest kernel there is one of; null if there is none. */
export function recordingOf(experiment: string): Promise<Recording | null> {
  const recording = known.get(experiment) ?? readRecording(experiment);
  known.set(experiment, recording);
  return recording;
}

async function readRecording(experiment: string): Promise<Recording | null> {
  const found = Object.keys(FILES)
    .map((path) => ({ path, name: /\/linux-([^/]+)\/([^/]+)\.jsonl$/.exec(path) }))
    .filter(({ name }) => name?.[2] === experiment)
    .sort((a, b) => byRelease(a.name?.[1] ?? "", b.name?.[1] ?? ""))
    .at(-1);
  const text = await FILES[found?.path ?? ""]?.();
  if (text === undefined) return null;
  try {
    return { ...parseTrace(text), release: found?.name?.[1] ?? "" };
  } catch (error) {
    if (error instanceof TraceFileError) throw new Error(`${found?.path.replace("../../", "")}: ${error.message}`);
    throw error;
  }
}
