import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keep } from "../../scripts/evidence.ts";
import { run } from "../../src/experiment/run.ts";
import { parseTrace, printTrace } from "../../src/experiment/trace-file.ts";
import { experiment } from "../experiments.ts";

const four = experiment("close-four");
/** Stands for a recording; without its last events it shows another behaviour. */
function sample(without = 0) {
  const { header, events } = run(four.experiment, [], { hash: four.hash });
  const trace = { header, events: events.slice(0, events.length - without) };
  return { text: printTrace(trace), trace, warned: "" };
}

let folder: string, scratch: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evidence-"));
  scratch = join(folder, "scratch");
  mkdirSync(scratch);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const files = () => readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
const header = (name: string) => parseTrace(readFileSync(join(folder, name), "utf8")).header;

describe("what was recorded is put in its place", () => {
  it("once, and not again while it shows the same", () => {
    expect(keep(four, [sample()], folder, scratch, false)).toBe("recorded");
    expect(files()).toEqual(["close-four.jsonl"]);
    expect(header("close-four.jsonl").outcomes).toBeUndefined();
    expect(keep(four, [sample()], folder, scratch, false)).toBe("as before, kept");
    expect(keep(four, [sample()], folder, scratch, true)).toBe("recorded again");
    expect(keep(four, [sample(20)], folder, scratch, false)).toBe("DIFFERS from the recording before");
  });

  it("every behaviour of what varies in a file of its own, with counts", () => {
    const samples = [sample(), sample(20), sample(), sample(40), sample(20)];
    expect(keep(four, samples, folder, scratch, false)).toBe("recorded; 2x, 2x, 1x");
    expect(files()).toEqual(["close-four.2.jsonl", "close-four.3.jsonl", "close-four.jsonl"]);
    for (const name of files())
      expect(header(name).outcomes?.map(({ count, first }) => [count, first])).toEqual([
        [2, 1],
        [2, 2],
        [1, 4],
      ]);
    expect(keep(four, [sample(20), sample(20)], folder, scratch, false)).toMatch(/^as before/);
    expect(keep(four, [sample(20), sample(20)], folder, scratch, true)).toBe("recorded again; 2x");
    expect(files()).toEqual(["close-four.jsonl"]);
  });
});
