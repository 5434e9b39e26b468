import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { coverage } from "../../scripts/coverage.ts";
import { schemaText } from "../../scripts/build-experiments.ts";

// It runs every experiment, which takes a busy machine longer than tests have by default.
it("docs/coverage.md is up to date: node scripts/coverage.ts writes it", { timeout: 60_000 }, () => {
  expect(readFileSync("docs/coverage.md", "utf8")).toBe(coverage());
});

it("docs/experiment.schema.json is up to date: npm run build:experiments writes it", () => {
  expect(readFileSync("docs/experiment.schema.json", "utf8")).toBe(schemaText());
});
