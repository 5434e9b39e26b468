import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";

/** The rules that hold the architecture, shown to catch what they are for. */
describe("lint", () => {
  const eslint = new ESLint();
  const messages = async (filePath: string, code: string): Promise<string[]> => {
    const [result] = await eslint.lintText(code, { filePath });
    return (result?.messages ?? []).map(({ ruleId }) => ruleId ?? "");
  };

  it.each([
    ["src/engine/x.ts", 'import { run } from "../experiment/run.ts";\nrun;'],
    ["src/engine/tcp/x.ts", 'import { format } from "../../i18n/format.ts";\nformat;'],
    ["src/experiment/x.ts", 'import { steps } from "../views/steps.ts";\nsteps;'],
    ["src/views/x.ts", 'import { Island } from "../ui/simulator/Island.tsx";\nIsland;'],
    ["src/quiz/x.ts", 'import { merge } from "../progress/merge.ts";\nmerge;'],
    ["src/engine/x.ts", 'import { readFileSync } from "node:fs";\nreadFileSync;'],
    ["src/ui/quiz/x.tsx", 'import Page from "../../pages/index.astro";\nPage;'],
  ])("%s may not import %s", async (file, code) => {
    expect(await messages(file, code)).toContain("no-restricted-imports");
  });

  it.each([
    "Date.now()",
    "setTimeout(() => 0, 1)",
    "document.title",
    "process.env",
    "console.log(1)",
    "performance.now()",
  ])("the engine may not use %s", async (code) => {
    expect(await messages("src/engine/x.ts", `${code};`)).toContain("no-restricted-globals");
  });

  it("the engine may not use Math.random", async () => {
    expect(await messages("src/engine/x.ts", "Math.random();")).toContain("no-restricted-properties");
  });

  it("lets a room import from the rooms below it", async () => {
    expect(await messages("src/views/x.ts", 'import { run } from "../experiment/run.ts";\nrun;')).not.toContain(
      "no-restricted-imports",
    );
  });
});
