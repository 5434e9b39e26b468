import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { experiment as built } from "../experiments.ts";

const folder = mkdtempSync(join(tmpdir(), "last-ack-stopped-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const run = (...args: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, ["scripts/experiment.ts", ...args], { encoding: "utf8", timeout: 60_000 });
const cli = (name: string, text: string): SpawnSyncReturns<string> => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return run(file);
};

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

describe("what is asked for, on the command line", () => {
  const { experiment, text } = built("close-four");

  it("a name that is nobody's is answered with all that there are, runs of many sockets too", () => {
    const { status, stderr } = run("no-such-run");
    expect(status).toBe(1);
    expect(stderr).toMatch(/no experiment is called no-such-run\nThere are: .*close-four.*ports-used-up/);
  });

  it("a capture that cannot be written is one line", () => {
    const file = join(folder, "no-folder", "x.pcapng");
    const { status, stdout, stderr } = run("close-four", "--pcap", file);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^\S+x\.A\.pcapng cannot be written: ENOENT.*\n$/);
  });

  it("what the site saves runs like the file it was made from", () => {
    const written = run("close-four").stdout;
    expect(written).toContain("FIN-WAIT-2");
    expect(cli("saved.json", text).stdout).toBe(written);
    const download = JSON.stringify({ format: "lastack-download/1", experiment });
    expect(cli("download.json", download).stdout).toBe(written);
  }, 60_000);

  it("what the site saved and somebody broke is refused by its name, not with forty places of the other form", () => {
    const broken = cli("saved.json", JSON.stringify({ ...experiment, hosts: null }));
    expect(broken.status).toBe(1);
    expect(broken.stderr).toMatch(/saved\.json: \(file\): has the form that the site saves, .* but not whole/);
    const wrong = cli("saved.json", JSON.stringify({ ...experiment, link: { kind: "wire", delay: 1 } }));
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(/saved\.json: link/);
  }, 60_000);
});
