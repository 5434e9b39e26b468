/**
 * `npm run packetdrill -- FILE...`: plays packetdrill scripts against the simulated host. One line a
 * file, then the count; the exit status is 1 if any failed.
 */
import { readFileSync } from "node:fs";
import { type Failure, runPacketdrill } from "../src/packetdrill/run.ts";

function textOf({ line, column, message, expected, got }: Failure): string {
  const pair = [expected === null ? null : `expected ${expected}`, got === null ? null : `got ${got}`];
  return [`:${line}:${column}: ${message}`, ...pair.filter((part) => part !== null)].join("; ");
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: npm run packetdrill -- FILE...");
  process.exit(2);
}
let failed = 0;
for (const file of files) {
  let problem: string | null;
  try {
    const failure = runPacketdrill(readFileSync(file, "utf8"));
    problem = failure ? textOf(failure) : null;
  } catch (error) {
    problem = `: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (problem !== null) failed += 1;
  console.log(problem === null ? `ok ${file}` : `not ok ${file}${problem}`);
}
console.log(`${files.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
