import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asked, keep, toRecord } from "../../scripts/evidence.ts";
import { isFromSource, run } from "../../src/experiment/run.ts";
import { parseTrace, printTrace } from "../../src/experiment/trace-file.ts";
import { readExperiments } from "../../scripts/build-experiments.ts";
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

describe("the command line", () => {
  it.each([
    ["close-four --force", { named: ["close-four"], force: true, long: false }],
    ["--long", { named: [], force: false, long: true }],
    ["", { named: [], force: false, long: false }],
  ])("%s", (line, meant) => {
    expect(asked(line.split(" ").filter((word) => word !== ""))).toEqual(meant);
  });

  it("names an option that there is not", () => {
    expect(() => asked(["close-four", "--froce"])).toThrow("'--froce'");
  });
});

describe("what is to be recorded", () => {
  const all = readExperiments();
  const ids = (line: string, without: readonly string[] = [], changed: readonly string[] = []): string[] =>
    toRecord(all, asked(line.split(" ").filter((word) => word !== "")), (id) => {
      if (without.includes(id)) return null;
      return changed.includes(id) ? "another" : (all.find((one) => one.experiment.id === id)?.hash ?? null);
    }).map((one) => one.experiment.id);
  const long = all.find((one) => one.experiment.class === "long")?.experiment.id ?? "";
  const fromSource = all.find((one) => isFromSource(one.experiment))?.experiment.id ?? "";

  it("is what has no recording, or one of another version", () => {
    expect(ids("")).toEqual([]);
    expect(ids("", ["close-four", fromSource], ["close-three"]).sort()).toEqual(["close-four", "close-three"]);
  });

  it("is a long one only where it is asked for", () => {
    expect(ids("", [long])).toEqual([]);
    expect(ids("--long", [long])).toEqual([long]);
    expect(ids(long)).toEqual([long]);
  });

  it("is what is named, recorded or not; with --force alone all that can be", () => {
    expect(ids("close-four")).toEqual(["close-four"]);
    expect(ids("--force --long")).toEqual(
      all.filter((one) => !isFromSource(one.experiment)).map((one) => one.experiment.id),
    );
  });

  it("is nothing where a name is none, or cannot be recorded", () => {
    expect(() => ids("close-fuor")).toThrow("No experiment is called close-fuor.");
    expect(() => ids(fromSource)).toThrow(`${fromSource} cannot be recorded`);
  });
});
