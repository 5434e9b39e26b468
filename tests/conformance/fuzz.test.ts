import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Experiment } from "../../src/experiment/canonical.ts";
import { compare } from "../../src/experiment/compare.ts";
import { sideBySide } from "../../src/experiment/side-by-side.ts";
import { run } from "../../src/experiment/run.ts";
import { parseTrace } from "../../src/experiment/trace-file.ts";

const FOLDER = fileURLToPath(new URL("../fuzz/", import.meta.url));
const names = readdirSync(FOLDER).flatMap((file) => /^(.+)\.jsonl$/.exec(file)?.[1] ?? []);

/** What `npm run fuzz:kernel` found, with what the kernel did; docs/fuzzing.md says which rule was wrong. */
describe("experiments in which engine and kernel once differed", () => {
  it.each(names)("%s agrees", (name) => {
    const text = readFileSync(`${FOLDER}${name}.json`, "utf8");
    const kernel = parseTrace(readFileSync(`${FOLDER}${name}.jsonl`, "utf8"));
    const hash = createHash("sha256").update(text).digest("hex");
    expect(kernel.header.hash).toBe(hash);
    const experiment = JSON.parse(text) as Experiment;
    const engine = run(experiment, [], { hash });
    const [first] = compare(engine, kernel, experiment.level);
    if (first) expect.fail(sideBySide(engine, kernel, experiment.level, first));
  });
});
