import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "last-ack-scripts-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const cli = (...files: readonly string[]) => {
  const { status, stdout } = spawnSync(process.execPath, ["scripts/packetdrill.ts", ...files], { encoding: "utf8" });
  return { status, lines: stdout.split("\n") };
};
const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

describe("npm run packetdrill", () => {
  const good = "tests/packetdrill/closed-port.pkt";

  it("prints one line a file and the count; the status is 0 if every script passed", () => {
    expect(cli(good)).toEqual({ status: 0, lines: [`ok ${good}`, "1 passed, 0 failed", ""] });
  });

  it("names the failing line, what was expected and what came, goes on, and the status is 1", () => {
    const wrong = written("wrong.pkt", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 close(3) = -1 EPIPE\n");
    const unread = written("unread.pkt", "0 < Q 0:0(0) win 100\n");
    const { status, lines } = cli(wrong, unread, good);
    expect(status).toBe(1);
    expect(lines[0]).toMatch(/^not ok .*wrong\.pkt:2:\d+: .+; expected .+; got .+$/);
    expect(lines[1]).toMatch(/^not ok .*unread\.pkt:1:\d+: .+$/);
    expect(lines.slice(2)).toEqual([`ok ${good}`, "1 passed, 2 failed", ""]);
  });
});
