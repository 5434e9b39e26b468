/**
 * Finds a Chromium for the tests, the diagrams and the measurements: CHROMIUM_PATH, then Playwright's own,
 * then the system's. `ensureBrowser` also tries to get one.
 *
 * The headless shell comes first where there is a choice: it has no toolbar, which in the whole browser costs a
 * test three processes more than its page.
 */
import { existsSync } from "node:fs";
import { chromium, type LaunchOptions } from "playwright";
import { installPackage, quietly } from "./debian.ts";
import { findTool } from "./tools.ts";

const SYSTEM_NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
];

/** Arguments for every start: root needs --no-sandbox, the rest keeps Chromium off the network and screenshots stable. */
const ARGUMENTS: readonly string[] = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--font-render-hinting=none",
];

/** How Playwright starts a Chromium that is there; null if there is none. @throws Error if CHROMIUM_PATH names no file */
export function findBrowser(): LaunchOptions | null {
  const chosen = process.env["CHROMIUM_PATH"];
  if (chosen !== undefined && chosen !== "") {
    if (!existsSync(chosen)) throw new Error(`CHROMIUM_PATH is ${chosen}, which does not exist`);
    return { executablePath: chosen, args: [...ARGUMENTS] };
  }
  // Without a path Playwright starts the shell that it installs beside its own Chromium.
  if (existsSync(chromium.executablePath())) return { args: [...ARGUMENTS] };
  const path = SYSTEM_NAMES.map(findTool).find((found) => found !== null);
  return path == null ? null : { executablePath: path, args: [...ARGUMENTS] };
}

/**
 * The same, installing one if none is there: Playwright's own, else, as root on Debian, the package.
 * @throws Error that says what to install
 */
export function ensureBrowser(): LaunchOptions {
  const found = findBrowser();
  if (found !== null) return found;
  console.log("No browser found; getting one for the tests.");
  quietly("npx", ["playwright", "install", "chromium"], 240);
  for (const name of ["chromium-headless-shell", "chromium"]) {
    const installed = findBrowser();
    if (installed !== null) return installed;
    installPackage(name);
  }
  const installed = findBrowser();
  if (installed !== null) return installed;
  throw new Error(
    "The browser tests need Chromium and none could be installed. Install it (Debian, Ubuntu: sudo apt-get install chromium), or set CHROMIUM_PATH to one.",
  );
}
