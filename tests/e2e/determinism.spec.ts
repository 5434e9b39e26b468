import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import ts from "typescript";
import { experiments } from "../experiments.ts";
import { fingerprints, type Fingerprints } from "../fingerprints.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TYPES_OFF: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ESNext,
  verbatimModuleSyntax: true,
};

/**
 * The engine's own source in the page, module by module with its types taken off: what is compared is the language of
 * the browser with that of Node, and nothing is added to the site.
 */
test("every experiment runs byte for byte as in Node, straight, sought and branched @once", async ({ page }) => {
  test.setTimeout(180_000);
  await page.route("**/*", (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/blank")
      return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>.</title>" });
    if (!/^\/(src|tests)\/[\w/-]+\.ts$/.test(pathname)) return route.abort();
    const source = readFileSync(join(ROOT, pathname), "utf8");
    const { outputText } = ts.transpileModule(source, { compilerOptions: TYPES_OFF });
    return route.fulfill({ contentType: "text/javascript", body: outputText });
  });
  await page.goto("/blank");
  const differing: string[] = [];
  const all = experiments().map(({ experiment }) => experiment);
  expect(all.length).toBeGreaterThan(100);
  for (const experiment of all) {
    const there = await page.evaluate(async (one): Promise<Fingerprints> => {
      const address = "/tests/fingerprints.ts";
      const module = (await import(address)) as { fingerprints: typeof fingerprints };
      return module.fingerprints(one);
    }, experiment);
    if (JSON.stringify(there) !== JSON.stringify(await fingerprints(experiment))) differing.push(experiment.id);
  }
  expect(differing).toEqual([]);
});
