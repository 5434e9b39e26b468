/**
 * Recordings of real kernels, at build time. `content/evidence/linux-<release>/<experiment>.jsonl`
 * holds one header line and then one event a line.
 */
import { parseTrace, TraceFileError, type Trace } from "../experiment/trace-file.ts";

export interface Recording extends Trace {
  /** Of an experiment that varies: recordings of the other behaviours, in the order of the header's `outcomes`. */
  readonly others: readonly Trace[];
  /** `6.18.44`, from the directory. */
  readonly release: string;
}

const FILES = import.meta.glob<string>("../../content/evidence/*/*.jsonl", { query: "?raw", import: "default" });

/** The experiments that have a recording. */
export const recorded: ReadonlySet<string> = new Set(
  Object.keys(FILES).map((path) => path.replace(/^.*\/|(\.\d+)?\.jsonl$/g, "")),
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
  if (found === undefined || text === undefined) return null;
  try {
    const first = parseTrace(text);
    const further = (first.header.outcomes ?? []).slice(1).map(async (_, index) => {
      const other = await FILES[found.path.replace(/jsonl$/, `${index + 2}.jsonl`)]?.();
      return parseTrace(other ?? "");
    });
    return { ...first, others: await Promise.all(further), release: found.name?.[1] ?? "" };
  } catch (error) {
    if (error instanceof TraceFileError) throw new Error(`${found.path.replace("../../", "")}: ${error.message}`);
    throw error;
  }
}
