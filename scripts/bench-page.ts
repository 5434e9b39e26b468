/**
 * `npm run -s bench:page [-- --json] [--no-lighthouse] [PAGE ...]`: what the built site in dist/ costs a reader.
 * `npm run build` comes first. docs/performance.md has the numbers and the bars.
 *
 * html, css, js, other: kilobytes (1,000 bytes) of a page after gzip, everything asked for until its first simulator was
 *   stepped through by keys and the page was scrolled to its end; jsAtFirst is the JavaScript before that.
 * hydrateMs: until the first simulator answers to keys, from the first paint where it is in reach at once, else from the
 *   moment it comes into reach.
 * stepMs: from a key until the step is rendered and laid out, ready for the next frame; the middle of 20. stepWorstMs: the
 *   slowest of them, which is as a rule the first. null where there is no picture to step through.
 * lighthouse: median of three runs, mobile, one after the other.
 */
import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { parseArgs } from "node:util";
import { chromium, type Browser, type Page } from "playwright";
import { ensureBrowser } from "./browser.ts";
import { serve } from "./serve.ts";

const PAGES = [
  "",
  "chapters/how-a-connection-ends/",
  "experiments/close-four/",
  "experiments/self-call-queue/",
  "crowds/ports-used-up/",
  "sandbox/",
  "claims/",
  "oncall/",
  "exam/",
  "embed/close-four/",
];
const RUNS = 3;
const STEPS = 20;

interface Weight {
  html: number;
  css: number;
  js: number;
  other: number;
}

interface Measured {
  readonly page: string;
  readonly weight: Weight;
  readonly jsAtFirst: number;
  /** null: no simulator on the page. */
  readonly hydrateMs: number | null;
  readonly stepMs: number | null;
  readonly stepWorstMs: number | null;
  readonly lighthouse: Readonly<Record<string, number>> | null;
}

/** A port nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

const kb = (bytes: number): number => Math.round(bytes / 100) / 10;

/** Adds up what the page asks for, as gzip would send it. */
function weigh(page: Page): { readonly weight: () => Promise<Weight> } {
  const bodies: Promise<readonly [keyof Weight, number]>[] = [];
  page.on("response", (response) => {
    bodies.push(
      response.body().then(
        (body) => {
          const type = response.headers()["content-type"] ?? "";
          const kind = /html/.test(type) ? "html" : /css/.test(type) ? "css" : /javascript/.test(type) ? "js" : "other";
          return [kind, gzipSync(body).length] as const;
        },
        () => ["other", 0] as const,
      ),
    );
  });
  return {
    weight: async () => {
      const sum: Weight = { html: 0, css: 0, js: 0, other: 0 };
      for (const [kind, bytes] of await Promise.all(bodies)) sum[kind] += bytes;
      return { html: kb(sum.html), css: kb(sum.css), js: kb(sum.js), other: kb(sum.other) };
    },
  };
}

/** Scrolls to the end, slowly enough for everything that waits for that to come. */
async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += 500) {
      scrollTo(0, y);
      await new Promise((done) => setTimeout(done, 60));
    }
    scrollTo(0, 0);
  });
  await page.waitForLoadState("networkidle");
}

/** Runs before the page's own scripts: notes when a simulator is there first. */
function noteReady(): void {
  new MutationObserver(() => {
    const { dataset } = document.documentElement;
    if (document.querySelector("figure.sim[data-ready]")) dataset["readyAt"] ??= String(performance.now());
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-ready"] });
}

async function simulator(page: Page): Promise<Pick<Measured, "hydrateMs" | "stepMs" | "stepWorstMs"> | null> {
  if ((await page.locator("figure.sim[data-live]").count()) === 0) return null;
  return page.evaluate(async (steps) => {
    const figure = document.querySelector<HTMLElement>("figure.sim[data-live]");
    if (!figure) throw new Error("the simulator is gone");
    const { dataset } = document.documentElement;
    const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    const begun = dataset["readyAt"] === undefined ? performance.now() : painted;
    figure.scrollIntoView();
    while (dataset["readyAt"] === undefined) await new Promise((done) => requestAnimationFrame(done));
    const hydrateMs = Math.max(0, Math.round(Number(dataset["readyAt"]) - begun));
    const stage = figure.querySelector<HTMLElement>(".pictures");
    if (!stage) return { hydrateMs, stepMs: null, stepWorstMs: null };
    stage.focus();
    const told = (): string | null => stage.querySelector("svg")?.getAttribute("aria-label") ?? null;
    const times: number[] = [];
    for (let i = 0; i < steps; i += 1) {
      const before = told();
      const key = i < steps / 2 ? "ArrowRight" : "ArrowLeft";
      const from = performance.now();
      stage.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      // The change is rendered in a microtask; asking for a size lays it out.
      await Promise.resolve();
      figure.getBoundingClientRect();
      times.push(Math.round(performance.now() - from));
      if (told() === before) throw new Error(`${key} did not step within a microtask`);
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    times.sort((a, b) => a - b);
    const middle = times[Math.floor(steps / 2)] ?? 0;
    return { hydrateMs, stepMs: middle, stepWorstMs: times.at(-1) ?? 0 };
  }, STEPS);
}

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
const TIMES = {
  lcpMs: "largest-contentful-paint",
  cls: "cumulative-layout-shift",
  tbtMs: "total-blocking-time",
} as const;

async function lighthouseOf(address: string, port: number): Promise<Readonly<Record<string, number>>> {
  const { default: lighthouse } = await import("lighthouse");
  const runs: Record<string, number>[] = [];
  for (let i = 0; i < RUNS; i += 1) {
    const result = await lighthouse(address, { port, logLevel: "error", onlyCategories: [...CATEGORIES] });
    if (!result) throw new Error(`Lighthouse gave no result for ${address}`);
    const { categories, audits } = result.lhr;
    runs.push({
      ...Object.fromEntries(CATEGORIES.map((name) => [name, Math.round((categories[name]?.score ?? 0) * 100)])),
      ...Object.fromEntries(Object.entries(TIMES).map(([name, audit]) => [name, audits[audit]?.numericValue ?? NaN])),
    });
  }
  const median = (name: string): number => {
    const sorted = runs.map((one) => one[name] ?? NaN).sort((a, b) => a - b);
    return Math.round((sorted[Math.floor(RUNS / 2)] ?? NaN) * 1000) / 1000;
  };
  return Object.fromEntries(Object.keys(runs[0] ?? {}).map((name) => [name, median(name)]));
}

async function measure(browser: Browser, base: string, page: string, port: number | null): Promise<Measured> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.addInitScript(noteReady);
  const tab = await context.newPage();
  const scale = weigh(tab);
  await tab.goto(base + page, { waitUntil: "networkidle" });
  const { js: jsAtFirst } = await scale.weight();
  const sim = await simulator(tab);
  await scrollThrough(tab);
  const weight = await scale.weight();
  await context.close();
  const lighthouse = port === null ? null : await lighthouseOf(base + page, port);
  return {
    ...{ page, weight, jsAtFirst, lighthouse },
    ...(sim ?? { hydrateMs: null, stepMs: null, stepWorstMs: null }),
  };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, "no-lighthouse": { type: "boolean" } },
});
const serving = await serve({ folder: "dist", port: 0 });
const port = values["no-lighthouse"] ? null : await freePort();
const how = ensureBrowser();
const browser = await chromium.launch({
  ...how,
  args: [...(how.args ?? []), ...(port === null ? [] : [`--remote-debugging-port=${port}`])],
});
const results: Measured[] = [];
for (const page of positionals.length > 0 ? positionals : PAGES) {
  const one = await measure(browser, serving.address, page, port);
  results.push(one);
  if (!values.json) console.log(JSON.stringify(one));
}
if (values.json) console.log(JSON.stringify(results, null, 2));
await browser.close();
await serving.close();
