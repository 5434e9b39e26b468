/**
 * Reads the vector files of this folder. A file holds one run as the engine made it, with a name for
 * every event, and vectors: what the engine's and the kernel's run change in it, and the differences
 * that must come out. `lab/tests/test_compare.py` reads the same files.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { TraceEvent } from "../../src/engine/trace.ts";
import type { Expectation, Level } from "../../src/experiment/canonical.ts";
import type { Trace, TraceHeader } from "../../src/experiment/trace-file.ts";

export type Event = Record<string, unknown> & { t: number };

export type Edit =
  | { readonly header: Partial<TraceHeader> }
  /** Changes keys of one event. */
  | { readonly on: string; readonly set: Record<string, unknown> }
  /** Moves one event, or one and all after it, by microseconds. */
  | { readonly on: string; readonly by: number }
  | { readonly from: string; readonly by: number }
  | { readonly remove: readonly string[] }
  | { readonly after: string; readonly insert: readonly Event[] }
  /** Changes keys of the nth socket of a probe. */
  | { readonly row: readonly [string, number]; readonly set: Record<string, unknown> }
  /** Another text wherever the first one stands. */
  | { readonly replace: readonly [string, string] }
  /** Adds to the sequence numbers, and to the timestamps, of the hosts. */
  | { readonly renumber: Record<string, number>; readonly stamps: Record<string, number> };

interface Vector {
  readonly name: string;
  readonly why: string;
  readonly level: Level;
  readonly engine?: readonly Edit[];
  readonly kernel?: readonly Edit[];
  /** Code and place of each. */
  readonly differences: readonly (readonly [string, string])[];
}

interface ExpectationVector {
  readonly name: string;
  readonly expectation: Expectation;
  readonly holds: boolean;
  readonly code: string;
  readonly found?: string | number;
  /** Changes to a kernel's trace; left out, the engine's own trace is checked. */
  readonly kernel?: readonly Edit[];
}

export interface VectorFile {
  readonly about: string;
  readonly header: TraceHeader;
  readonly events: Readonly<Record<string, Event>>;
  readonly vectors: readonly Vector[];
  readonly expectations: readonly ExpectationVector[];
}

export const KERNEL: Partial<TraceHeader> = { world: "linux", hz: 250, watch: "tracepoint", tool: "lab" };

/** A vector file's run, changed. Events are sorted by time at the end; equal times keep their order. */
export function edited(file: VectorFile, edits: readonly Edit[] = [], header: Partial<TraceHeader> = {}): Trace {
  let head = { ...file.header, ...header };
  let entries = Object.entries(file.events).map(([name, event]) => ({ name, event: { ...event } }));
  const at = (name: string): number => {
    const index = entries.findIndex((entry) => entry.name === name);
    if (index < 0) throw new Error(`no event "${name}"`);
    return index;
  };
  const shift = (index: number, by: number): void => {
    const entry = entries[index];
    if (entry) entry.event.t += by;
  };
  for (const edit of edits) {
    if ("header" in edit) head = { ...head, ...edit.header };
    else if ("on" in edit && "set" in edit) Object.assign(entries[at(edit.on)]?.event ?? {}, edit.set);
    else if ("on" in edit) shift(at(edit.on), edit.by);
    else if ("from" in edit) {
      const first = at(edit.from);
      entries.forEach((_, index) => index >= first && shift(index, edit.by));
    } else if ("remove" in edit) {
      edit.remove.forEach(at);
      entries = entries.filter(({ name }) => !edit.remove.includes(name));
    } else if ("insert" in edit)
      entries.splice(at(edit.after) + 1, 0, ...edit.insert.map((event) => ({ name: "", event: { ...event } })));
    else if ("row" in edit) {
      const { event } = entries[at(edit.row[0])] ?? { event: {} as Event };
      event["sockets"] = (event["sockets"] as object[]).map((row, index) =>
        index === edit.row[1] ? { ...row, ...edit.set } : row,
      );
    } else if ("replace" in edit)
      entries = JSON.parse(JSON.stringify(entries).replaceAll(edit.replace[0], edit.replace[1])) as typeof entries;
    else
      for (const { event } of entries) {
        if (event["k"] !== "send") continue;
        const [own, peer] = event["host"] === "A" ? ["A", "B"] : ["B", "A"];
        const add = (key: string, amount: number | undefined): void => {
          if (event[key] !== null && (key !== "ack" || String(event["flags"]).includes(".")))
            event[key] = (Number(event[key]) + (amount ?? 0)) >>> 0;
        };
        add("seq", edit.renumber[own ?? ""]);
        add("ack", edit.renumber[peer ?? ""]);
        add("tsval", edit.stamps[own ?? ""]);
        add("tsecr", edit.stamps[peer ?? ""]);
      }
  }
  const events = entries.map(({ event }) => event).sort((a, b) => a.t - b.t) as unknown as TraceEvent[];
  return { header: head, events };
}

export const vectorFiles: readonly { readonly name: string; readonly file: VectorFile }[] = readdirSync(
  import.meta.dirname,
)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => ({
    name,
    file: JSON.parse(readFileSync(`${import.meta.dirname}/${name}`, "utf8")) as VectorFile,
  }));
