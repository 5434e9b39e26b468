/**
 * Finds a Chromium for the tests and the diagrams: CHROMIUM_PATH, then Playwright's own, then the
 * system's. `ensureBrowser` also tries to get one.
 */
import { existsSync } from "node:fs";
import { chromium } from "playwright";
import { installPackage, quietly } from "./debian.ts";
import { findTool } from "./tools.ts";

const SYSTEM_NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Path of a usable Chromium; null if there is none. @throws Error if CHROMIUM_PATH names no file */
export function findBrowser(): string | null {
  const chosen = process.env["CHROMIUM_PATH"];
  if (chosen !== undefined && chosen !== "") {
    if (!existsSync(chosen)) throw new Error(`CHROMIUM_PATH is ${chosen}, which does not exist`);
    return chosen;
  }
  const own = chromium.executablePath();
  if (existsSync(own)) return own;
  return SYSTEM_NAMES.map(findTool).find((path) => path !== null) ?? null;
}

/**
 * Path of a usable Chromium, installing one if none is there: Playwright's own, else, as root on
 * Debian, the package. @throws Error that says what to install
 */
export function ensureBrowser(): string {
  const found = findBrowser();
  if (found !== null) return found;
  console.log("No browser found; getting one for the tests.");
  quietly("npx", ["playwright", "install", "chromium"], 240);
  const own = findBrowser();
  if (own !== null) return own;
  installPackage("chromium");
  const installed = findBrowser();
  if (installed !== null) return installed;
  throw new Error(
    "The browser tests need Chromium and none could be installed. Install it (Debian, Ubuntu: sudo apt-get install chromium), or set CHROMIUM_PATH to one.",
  );
}

/** Arguments for every start: root needs --no-sandbox, the rest keeps Chromium off the network and screenshots stable. */
export const BROWSER_ARGUMENTS: readonly string[] = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--font-render-hinting=none",
];
