/** Finds tshark for the test of the captures. `ensureTshark` also tries to get it. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installPackage } from "./debian.ts";

/** Path of tshark; null if there is none. */
export function findTshark(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "tshark")).find((path) => existsSync(path)) ?? null;
}

/** Installs tshark where that is possible. Without it the test of the captures is skipped and says so. */
export function ensureTshark(): void {
  if (findTshark() === null) installPackage("tshark");
}
