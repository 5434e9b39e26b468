import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";
import { MAY_IMPORT, PURE } from "../../eslint.config.js";

/** The rules that hold the architecture, shown to catch what they are for. */
describe("lint", () => {
  const eslint = new ESLint();
  const problems = async (filePath: string, code: string) => {
    const [result] = await eslint.lintText(code, { filePath });
    return (result?.messages ?? []).map(({ ruleId, line, message }) => ({ rule: ruleId ?? message, line }));
  };
  /** Those of the lines in which the rule finds something. */
  const caught = async (file: string, rule: string, lines: readonly string[]): Promise<string[]> => {
    const code = file.endsWith(".astro") ? `---\n${lines.join("\n")}\n---\n` : lines.join("\n");
    const first = file.endsWith(".astro") ? 2 : 1;
    const found = new Set((await problems(file, code)).filter((one) => one.rule === rule).map(({ line }) => line));
    return lines.filter((_, index) => found.has(index + first));
  };

  const rooms = [...Object.keys(MAY_IMPORT), "styles"];
  const isPure = (room: string): boolean => room in PURE;

  describe.each(Object.entries(MAY_IMPORT))("src/%s", (room, allowed) => {
    const forbidden = rooms.filter((other) => other !== room && !allowed.includes(other));
    const endings = isPure(room) ? ["ts"] : room === "ui" ? ["ts", "tsx"] : ["ts", "astro"];
    // A file of the room, and one in a folder of it.
    const files = endings.flatMap((ending) => [
      [`src/${room}/x.${ending}`, "../"] as const,
      [`src/${room}/deep/x.${ending}`, "../../"] as const,
    ]);

    it.each(files)("%s imports from the rooms it may and from no other", async (file, up) => {
      const from = (other: string): string => `import "${up}${other}/x.ts";`;
      expect(await caught(file, "no-restricted-imports", rooms.map(from))).toEqual(
        rooms.filter((other) => forbidden.includes(other)).map(from),
      );
      const again = (other: string): string => `export * from "${up}../src/${other}/x.ts";`;
      expect(await caught(file, "no-restricted-imports", rooms.map(again))).toEqual(
        rooms.filter((other) => forbidden.includes(other)).map(again),
      );
    });

    it.each(files)("%s does so with import() neither", async (file, up) => {
      const later = rooms.flatMap((other) => [
        `void import("${up}${other}/x.ts");`,
        `export type T${other} = typeof import("${up}${other}/x.ts");`,
      ]);
      expect(await caught(file, "no-restricted-syntax", later)).toEqual(
        isPure(room) ? later : later.filter((line) => forbidden.some((other) => line.includes(`${up}${other}/`))),
      );
    });
  });

  it.each(Object.entries(PURE))(
    "src/%s imports no package but %j, nothing of Node, nothing outside src",
    async (room, packages) => {
      const impure = [
        ...["node:fs", "fs", "fs/promises", "preact", "preact/hooks", "@preact/signals", "astro:content", "playwright"],
        ...["zod", "ts-fsrs", "yaml", "zodiac"].filter((name) => !packages.includes(name)),
        ...["../../scripts/site.ts", "../../tests/experiments.ts", "../../content/topics.yaml?raw", "../../lab/x.ts"],
      ].map((name) => `import "${name}";`);
      expect(await caught(`src/${room}/x.ts`, "no-restricted-imports", impure)).toEqual(impure);
      const fine = [...packages, "./y.ts", "../" + room + "/y.ts"].map((name) => `import "${name}";`);
      expect(await caught(`src/${room}/x.ts`, "no-restricted-imports", fine)).toEqual([]);
    },
  );

  it.each(Object.keys(PURE))("src/%s has no DOM, Node, clock, timers or chance", async (room) => {
    const lines = [
      ...["Date.now();", "setTimeout(() => 0, 1);", "document.title;", "process.env;", "console.log(1);"],
      ...["performance.now();", "globalThis.name;"],
    ];
    expect(await caught(`src/${room}/x.ts`, "no-restricted-globals", lines)).toEqual(lines);
    const chance = ["Math.random();"];
    expect(await caught(`src/${room}/x.ts`, "no-restricted-properties", chance)).toEqual(chance);
  });
});
