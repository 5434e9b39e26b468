/** "Look closer" under a run, what can be taken away from it, and the page for iframes. */
import { readFileSync } from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";

async function open(page: Page, address = "experiments/close-four/"): Promise<Locator> {
  await page.goto(address);
  const run = page.locator("[data-simulator]").first();
  await run.scrollIntoViewIfNeeded();
  await expect(run.locator("[data-ready]")).toBeAttached();
  return run;
}
const tool = (run: Locator, name: string) => run.locator(".closer").getByRole("button", { name, exact: true });
const shown = (run: Locator) => run.locator(".closer .tool");

test("every tool opens and tells about the step", async ({ page }) => {
  const run = await open(page);
  await run.locator(".pictures").focus();
  for (let i = 0; i < 11; i += 1) await page.keyboard.press("ArrowRight");
  await tool(run, "States").click();
  await expect(shown(run).getByRole("img", { name: /A in FIN-WAIT-2/ })).toBeVisible();
  await tool(run, "Header").click();
  await expect(shown(run).getByRole("row", { name: /Acknowledgement number/ })).toContainText("relative 28");
  await tool(run, "netstat").click();
  await expect(shown(run)).toContainText("FIN_WAIT2   -");
  await tool(run, "lsof").click();
  await expect(shown(run)).toContainText("10.0.0.2:7000->10.0.0.1");
  await tool(run, "Counters").click();
  await expect(shown(run)).toContainText("TcpInSegs");
  await tool(run, "Threads").click();
  await expect(shown(run)).toContainText("No cycle");
  await expect(tool(run, "Threads")).toHaveAttribute("aria-expanded", "true");
  await tool(run, "Threads").click();
  await expect(shown(run)).toBeEmpty();
});

test("the cycle of the server that calls itself is named", async ({ page }) => {
  const run = await open(page, "experiments/self-call-queue/");
  await run.locator(".pictures").focus();
  await page.keyboard.press("End");
  await tool(run, "Threads").click();
  await expect(shown(run).getByRole("img", { name: /worker-1 .* worker-4/ })).toBeVisible();
});

test("a capture, the trace and the picture can be taken away", async ({ page }) => {
  const run = await open(page);
  await tool(run, "Take away").click();
  const take = async (name: string): Promise<Buffer> => {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      shown(run).getByRole("button", { name, exact: true }).click(),
    ]);
    return readFileSync(await file.path());
  };
  for (const host of ["A", "B"]) {
    const capture = await take(`Capture on ${host} (pcapng)`);
    expect(capture.readUInt32LE(0)).toBe(0x0a0d0d0a);
    // Every block says its length at either end.
    let at = 0;
    for (; at < capture.length; at += capture.readUInt32LE(at + 4))
      expect(capture.readUInt32LE(at + capture.readUInt32LE(at + 4) - 4)).toBe(capture.readUInt32LE(at + 4));
    expect(at).toBe(capture.length);
  }
  expect((await take("Trace (JSON lines)")).toString("utf8").split("\n")[0]).toContain('"k":');
  const svg = (await take("Picture (SVG)")).toString("utf8");
  expect(svg).toContain("<svg");
  expect(svg).not.toContain("var(--");
  const size = await page.evaluate((text) => {
    const drawing = new DOMParser().parseFromString(text, "image/svg+xml");
    if (drawing.querySelector("parsererror")) throw new Error(drawing.documentElement.textContent);
    const missing = [...drawing.querySelectorAll("use")].filter(
      (use) => !drawing.querySelector(use.getAttribute("href") ?? ""),
    );
    if (missing.length > 0) throw new Error(`no ${missing[0]?.getAttribute("href") ?? ""} in it`);
    return ["width", "height"].map((name) => Number(drawing.documentElement.getAttribute(name)));
  }, svg);
  const png = await take("Picture (PNG)");
  expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
  expect([png.readUInt32BE(16) / 2, png.readUInt32BE(20) / 2].map(Math.floor)).toEqual(size.map(Math.floor));
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    shown(run).getByRole("link", { name: "Lab file (JSON)" }).click(),
  ]);
  const lab = JSON.parse(readFileSync(await file.path(), "utf8")) as { experiment: { id: string } };
  expect(lab.experiment.id).toBe("close-four");
});

test("keys lead to the next segment and the next state change, and back", async ({ page }) => {
  const run = await open(page);
  const step = async () => Number(/\d+/.exec((await run.locator(".now .count b").first().textContent()) ?? "")?.[0]);
  await run.locator(".pictures").focus();
  await page.keyboard.press("s");
  expect(await step()).toBe(2);
  await page.keyboard.press("c");
  const change = await step();
  expect(change).toBeGreaterThan(2);
  await page.keyboard.press("Shift+C");
  expect(await step()).toBeLessThan(change);
});

test("the page for iframes has one heading, no overflow, and tells its height", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("embed/close-four/");
  await expect(page.locator("figure[data-ready]")).toBeAttached();
  await expect(page.locator("h1")).toHaveCount(1);
  await expect(page).toHaveTitle(/close in four/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const address = page.url();
  await page.goto("404.html");
  const height = await page.evaluate(
    (src) =>
      new Promise<number>((resolve) => {
        addEventListener("message", ({ data }: MessageEvent<{ lastack?: string; height?: number }>) => {
          if (data.lastack === "height") resolve(data.height ?? 0);
        });
        const frame = document.createElement("iframe");
        frame.src = src;
        document.body.append(frame);
      }),
    address,
  );
  expect(height).toBeGreaterThan(300);
});
