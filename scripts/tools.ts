/** Programs of the system that some tests ask: found on the PATH, and installed where that is possible. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installPackage } from "./debian.ts";

/** Each is a package of Debian by the same name. */
const TOOLS = ["python3", "tcpdump", "tshark"] as const;

/** Path of a program; null if there is none. */
export function findTool(name: string): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Installs what is missing, as root on Debian. Tests that still lack a tool are skipped and say so. */
export function ensureTools(): void {
  for (const name of TOOLS) if (findTool(name) === null) installPackage(name);
}
