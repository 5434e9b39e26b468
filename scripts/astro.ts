/**
 * `node scripts/astro.ts build|dev|check [arguments]`: Astro as this project calls it. It sends nothing to
 * anybody, and a build prints what went wrong or, in one line, what was made.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const [command = "build", ...rest] = process.argv.slice(2);
const quiet = command === "build" && !rest.includes("--verbose");
const started = Date.now();
if (quiet) console.log("Building the site ...");

const { status } = spawnSync("npx", ["astro", command, ...(quiet ? ["--silent"] : []), ...rest], {
  stdio: "inherit",
  // npx is a script of the shell on Windows.
  shell: process.platform === "win32",
  env: { ...process.env, ASTRO_TELEMETRY_DISABLED: "1" },
});
process.exitCode = status ?? 1;

if (quiet && status === 0) {
  const at = rest.indexOf("--outDir");
  const folder = (at >= 0 && rest[at + 1]) || "dist";
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
  console.log(`${pages.length} pages in ${folder}, ${Math.round((Date.now() - started) / 1000)} s`);
}
