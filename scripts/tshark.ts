/** Finds tshark for the test of the captures. `ensureTshark` also tries to get it. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Path of tshark; null if there is none. */
export function findTshark(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "tshark")).find((path) => existsSync(path)) ?? null;
}

/** As `findTshark`; as root on Debian it installs the package first. Without it the test is skipped and says so. */
export function ensureTshark(): string | null {
  const found = findTshark();
  if (found !== null || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return found;
  const quietly = (args: readonly string[], seconds: number): void => {
    spawnSync("apt-get", args, {
      stdio: "ignore",
      timeout: seconds * 1000,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  quietly(["update"], 240);
  quietly(["install", "-y", "--no-install-recommends", "tshark"], 300);
  return findTshark();
}
