/** Installing a package of Debian that tests need, where that is possible without asking: as root. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Runs a command without a word; false if it failed or took too long. */
export function quietly(command: string, args: readonly string[], seconds: number): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return spawnSync(command, args, { stdio: "ignore", timeout: seconds * 1000, env }).status === 0;
}

/** Installs the package, if this is Debian and we are root. Whether it worked shows in what is there afterwards. */
export function installPackage(name: string): void {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  quietly("apt-get", ["update"], 240);
  quietly("apt-get", ["install", "-y", "--no-install-recommends", name], 600);
}
