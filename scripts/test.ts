/**
 * `npm test`: every check there is, what waits for timers beside what computes, and at the end one line that counts them.
 * `--full` opens every page, not a sample of those alike, answers every question in every way, and tries more seeds.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { ensureBrowser } from "./browser.ts";
import { ensureTools, findTool } from "./tools.ts";

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const full = process.argv.includes("--full");
const reports = ".cache/reports";
const total: Count = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

function title(text: string): void {
  console.log(`\n== ${text}`);
}

function execute(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  return spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } }).status === 0;
}

function add(name: string, count: Count): void {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  if (count.failed > 0) failures.push(name);
}

/** A check that passes or fails as one. */
function single(name: string, command: string, args: readonly string[]): boolean {
  title(name);
  const ok = execute(command, args);
  add(name, { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });
  return ok;
}

/** Checks of one core each, two at a time; what they print is kept together and comes in their order. */
async function sideBySide(checks: readonly (readonly [name: string, command: string, ...args: string[]])[]) {
  title(checks.map(([name]) => name).join(", "));
  const ended: Promise<readonly [number | null, string]>[] = [];
  for (const [at, [, command, ...args]] of checks.entries()) {
    await ended[at - 2];
    ended.push(
      new Promise((done) => {
        const child = spawn(command, args);
        let printed = "";
        child.stdout.on("data", (text: Buffer) => (printed += text.toString()));
        child.stderr.on("data", (text: Buffer) => (printed += text.toString()));
        child.on("error", (error) => done([null, `${error.message}\n`]));
        child.on("close", (status) => done([status, printed]));
      }),
    );
  }
  for (const [at, [name]] of checks.entries()) {
    const [status, printed] = (await ended[at]) ?? [null, ""];
    process.stdout.write(`${printed}${name}: ${status === 0 ? "ok" : "failed"}\n`);
    add(name, { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 });
  }
}

/** A program that runs while others do, and what it printed. */
function beside(command: string, args: readonly string[]): Promise<{ readonly ok: boolean; readonly printed: string }> {
  const file = `${reports}/beside.log`;
  const log = openSync(file, "w");
  const child = spawn(command, args, { stdio: ["ignore", log, log] });
  return new Promise((done) => {
    child.on("error", (error) => done({ ok: false, printed: `${error.message}\n` }));
    child.on("close", (status) => done({ ok: status === 0, printed: readFileSync(file, "utf8") }));
  });
}

/** A runner that writes a JSON report; one that dies without a report counts as one failure. */
function reported(name: string, file: string, runner: () => boolean, read: (report: unknown) => Count): void {
  title(name);
  const ok = runner();
  const count = existsSync(file) ? read(JSON.parse(readFileSync(file, "utf8"))) : { passed: 0, failed: 1, skipped: 0 };
  if (!ok && count.failed === 0) count.failed = 1;
  add(name, count);
}

rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const started = Date.now();

single("experiments", "node", ["scripts/build-experiments.ts"]);
await sideBySide([
  ["types", "node", "scripts/astro.ts", "check", "--minimumSeverity", "hint"],
  ["lint", "npx", "eslint", "."],
  ["format", "npx", "prettier", "--check", "--log-level", "warn", "."],
  ["spelling", "npx", "cspell", "lint", "--no-progress", "--no-summary"],
  ["unused code", "npx", "knip"],
]);

ensureTools();
// They wait for timers most of the time, and go first when they do not (lab/lastack_lab.py, hurry).
const labTests = "lab tests (python3 -I -S)";
const lab =
  findTool("python3") === null ? null : beside("python3", ["-I", "-S", "lab/tests/run.py", `${reports}/lab.json`]);
reported(
  "unit, property, conformance and content tests",
  `${reports}/vitest.json`,
  () =>
    execute(
      "npx",
      ["vitest", "run", "--reporter=dot", "--reporter=json", `--outputFile.json=${reports}/vitest.json`],
      full ? { FULL: "1" } : {},
    ),
  (report) => {
    const { numPassedTests, numFailedTests, numPendingTests } = report as Record<string, number>;
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0, skipped: numPendingTests ?? 0 };
  },
);

if (lab === null) {
  title(labTests);
  console.log("Skipped: python3 is not installed (Debian, Ubuntu: sudo apt-get install python3).");
  add(labTests, { passed: 0, failed: 0, skipped: 1 });
} else {
  const { ok, printed } = await lab;
  reported(
    labTests,
    `${reports}/lab.json`,
    () => {
      process.stdout.write(printed);
      return ok;
    },
    (report) => report as Count,
  );
}

if (single("build", "node", ["scripts/astro.ts", "build"])) {
  reported(
    "browser tests",
    `${reports}/playwright.json`,
    () => {
      try {
        ensureBrowser();
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
        return false;
      }
      return execute("npx", ["playwright", "test", "--reporter=dot,json"], {
        PLAYWRIGHT_JSON_OUTPUT_NAME: `${reports}/playwright.json`,
        ...(full ? { FULL: "1" } : {}),
      });
    },
    (report) => {
      const { stats } = report as { stats: { expected: number; unexpected: number; flaky: number; skipped: number } };
      return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped };
    },
  );
}

const notes = [
  `${Math.round((Date.now() - started) / 1000)} s`,
  ...(total.skipped > 0 ? [`${total.skipped} skipped`] : []),
  ...(failures.length > 0 ? [`failed: ${failures.join(", ")}`] : []),
];
console.log(`\n${notes.join("; ")}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
