import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseScript } from "../../src/packetdrill/parse.ts";
import { runPacketdrill } from "../../src/packetdrill/run.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = `${ROOT}tests/packetdrill/`;
const scripts = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".pkt"))
  .map((name) => ({ name, text: readFileSync(FOLDER + name, "utf8") }));

describe("scripts about closing", () => {
  it.each(scripts)("$name passes", ({ text }) => {
    expect(runPacketdrill(text)).toBeNull();
  });

  it.each(scripts)("$name names its rule and the experiment that shows a kernel doing it", ({ text }) => {
    const [rule, ...rest] = text.split("\n");
    expect(rule).toMatch(/^\/\/ \S.{30,}/);
    const recorded = rest.find((line) => line.startsWith("// Recorded: ")) ?? "";
    const paths = [...recorded.matchAll(/content\/\S+?\.yaml/g)].map(([path]) => path);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(existsSync(ROOT + path), path).toBe(true);
  });

  // A comparison that cannot fail proves nothing.
  it.each(scripts)("$name fails if a line asks for something else", ({ text }) => {
    const lines = text.split("\n");
    for (const { action, place } of parseScript(text).events) {
      const at = place.line - 1;
      const line = lines[at] ?? "";
      const other =
        action.do === "outbound"
          ? line.replace(/(\d+):(\d+)\(/, (_, from: string, to: string) => `${Number(from) + 7}:${Number(to) + 7}(`)
          : action.do === "call" && action.expect.errno !== null
            ? line.replace(/= -1 E\w+/, "= -1 EXDEV")
            : null;
      // The first segment that names the host's ISN may name it as it likes.
      if (other === null || (action.do === "outbound" && action.packet.flags.startsWith("S"))) continue;
      expect(runPacketdrill(lines.with(at, other).join("\n")), line).toMatchObject({ line: place.line });
    }
  });
});
