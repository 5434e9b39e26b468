/** Prints which claims are asked about, and in which guises: `npm run content:report`. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { parseClaim } from "../src/quiz/claims.ts";
import { coverage } from "../src/quiz/coverage.ts";
import { KINDS } from "../src/quiz/model.ts";
import { parseQuestion } from "../src/quiz/schema.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every file of a folder of YAML, by id. */
function readAll<T>(folder: string, read: (file: string, data: unknown) => T): ReadonlyMap<string, T> {
  const names = readdirSync(root + folder).filter((name) => name.endsWith(".yaml") && name !== "retired.yaml");
  return new Map(
    names.sort().map((name) => {
      const file = `${folder}/${name}`;
      return [name.slice(0, -".yaml".length), read(file, parse(readFileSync(root + file, "utf8")))];
    }),
  );
}

const claims = readAll("content/claims", parseClaim);
const questions = readAll("content/questions", parseQuestion);
const rows = coverage(claims.values(), questions);
const short = rows.filter(({ missing }) => missing > 0);

for (const chapter of [...new Set(rows.map(({ claim }) => claim.chapters[0] ?? ""))].sort()) {
  console.log(`\n${chapter || "(no chapter)"}`);
  for (const { claim, guises, needed, missing } of rows.filter((row) => (row.claim.chapters[0] ?? "") === chapter)) {
    console.log(`  ${claim.id}: ${guises.size} of ${needed}${missing > 0 ? `  ${missing} MISSING` : ""}`);
    for (const [guise, ids] of guises) console.log(`    ${guise}: ${ids.join(", ")}`);
  }
}
const kinds = [...questions.values()].map(({ kind }) => kind);
console.log(`\n${claims.size} claims, ${questions.size} questions, ${short.length} claims with too few guises`);
console.log(KINDS.map((kind) => `${kind} ${kinds.filter((one) => one === kind).length}`).join(", "));
