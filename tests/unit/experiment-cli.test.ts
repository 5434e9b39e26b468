import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "last-ack-stopped-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A server whose thread loops for ever; `wait` is what it does each time. */
const looping = (wait: string): string => `title: A loop without an end
summary: A thread that never waits.
class: quick
until: 5s
hosts: { A: {} }
programs:
  server:
    host: A
    routines:
      main:
        - socket: listener
        - loop: { do: [${wait}] }
`;

const MESSAGE = "program server, thread main: 1000000 steps without waiting; does a loop lack a wait?";

describe("a program that loops for ever, on the command line", () => {
  const cli = (name: string, text: string): SpawnSyncReturns<string> => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return spawnSync(process.execPath, ["scripts/experiment.ts", file], { encoding: "utf8", timeout: 60_000 });
  };

  it("is stopped; the last line says which thread and why, and the status is 1", () => {
    const { status, stdout, stderr } = cli("loops.yaml", looping("set: { variable: n, value: 1 }"));
    expect([stderr, status]).toEqual([`The run was stopped before its time: ${MESSAGE}\n`, 1]);
    // What happened until then is shown all the same.
    expect(stdout).toContain('"op":"socket"');
  });

  it("a file that is no experiment is refused with its name and place, not a stack", () => {
    const { status, stdout, stderr } = cli("broken.yaml", looping("sett: { n: 1 }"));
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).not.toContain("content/experiments");
    expect(stderr).toMatch(/broken\.yaml: programs\.server\.routines\.main/);
    expect(stderr).not.toMatch(/at .*\.ts:/);
  });
});
