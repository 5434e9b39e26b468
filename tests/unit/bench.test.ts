import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the bench prints JSON and nothing else, and may write nothing", () => {
  // Under the permission model a write would be an error.
  const permissions = ["--permission", "--allow-fs-read=*", "--allow-worker"];
  const bench = [...permissions, "--expose-gc", "scripts/bench.ts", "--json", "--scale", "0.002"];
  const text = execFileSync(process.execPath, bench, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const result = JSON.parse(text) as Record<string, unknown>;
  for (const key of ["heapRatio", "bytesPerTimeWait", "seekP95Ms", "chapterMs"])
    expect(result[key], key).toEqual(expect.any(Number));
  const scene = { ms: expect.any(Number), peakMb: expect.any(Number), keptMb: expect.any(Number) };
  expect(result.scenes).toEqual({ exhaustion: scene, timeWait: { count: 200, ...scene } });
  expect(Object.keys(result.growth as object)).toEqual(["2", "20", "200"]);
}, 120_000);
