/** "Look closer" under a run, what can be taken away from it, and the page for iframes. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { expect, type FrameLocator, type Locator, type Page, test } from "@playwright/test";
import { parseTrace } from "../../src/experiment/trace-file.ts";

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

/** Clicks the button in the open tool and reads the file that it gives. */
async function take(page: Page, run: Locator, name: string): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    shown(run).getByRole("button", { name, exact: true }).click(),
  ]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

test("a capture, the trace and the picture can be taken away", async ({ page }) => {
  const run = await open(page);
  await tool(run, "Take away").click();
  for (const host of ["A", "B"]) {
    const { bytes: capture, name } = await take(page, run, `Capture on ${host} (pcapng)`);
    expect(name).toBe(`close-four.simulated.${host}.pcapng`);
    expect(capture.toString("latin1")).toMatch(/experiment close-four, host [AB], simulated as Linux [\d.]+[^,\d.]/);
    expect(capture.readUInt32LE(0)).toBe(0x0a0d0d0a);
    // Every block says its length at either end.
    let at = 0;
    for (; at < capture.length; at += capture.readUInt32LE(at + 4))
      expect(capture.readUInt32LE(at + capture.readUInt32LE(at + 4) - 4)).toBe(capture.readUInt32LE(at + 4));
    expect(at).toBe(capture.length);
  }
  const trace = await take(page, run, "Trace (JSON lines)");
  expect(trace.name).toBe("close-four.simulated.jsonl");
  const { header, events } = parseTrace(trace.bytes.toString("utf8"));
  expect([header.world, header.experiment, header.hash.length]).toEqual(["engine", "close-four", 64]);
  expect(events.some(({ k }) => k === "send")).toBe(true);
  const svg = (await take(page, run, "Picture (SVG)")).bytes.toString("utf8");
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
  const { bytes: png } = await take(page, run, "Picture (PNG)");
  expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
  expect([png.readUInt32BE(16) / 2, png.readUInt32BE(20) / 2].map(Math.floor)).toEqual(size.map(Math.floor));
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    shown(run).getByRole("link", { name: "Lab file (JSON)" }).click(),
  ]);
  const lab = JSON.parse(readFileSync(await file.path(), "utf8")) as { experiment: { id: string } };
  expect(lab.experiment.id).toBe("close-four");
});

test("what is taken of a changed run, or of a recording, says so", async ({ page }) => {
  await page.goto("experiments/close-four/#x=close-four@20&c=fd131");
  const run = page.locator("[data-simulator]").first();
  await expect(run.locator(".future")).toHaveCount(2);
  await tool(run, "Take away").click();
  const capture = await take(page, run, "Capture on A (pcapng)");
  expect(capture.name).toBe("close-four-changed.simulated.A.pcapng");
  expect(capture.bytes.toString("latin1")).toMatch(/simulated as Linux [\d.]+, with changes: FIN 1 from B is lost/);
  const trace = await take(page, run, "Trace (JSON lines)");
  expect(trace.name).toBe("close-four-changed.simulated.jsonl");
  expect(parseTrace(trace.bytes.toString("utf8")).events.some(({ k }) => k === "lost")).toBe(true);
  const lab = JSON.parse((await take(page, run, "Lab file of this run (JSON)")).bytes.toString("utf8")) as {
    readonly id: string;
    readonly faults: readonly unknown[];
  };
  expect([lab.id, lab.faults.length]).toEqual(["close-four-changed", 1]);
  await expect(run.locator(".sim-head").getByRole("link", { name: "Lab file, as written" })).toBeVisible();
  await run.getByRole("radio", { name: /^Recorded on Linux/ }).check();
  await expect(run.getByRole("status").filter({ hasText: "Loading the recording" })).toHaveCount(0);
  const recorded = await take(page, run, "Capture on A (pcapng)");
  expect(recorded.name).toMatch(/^close-four\.linux-6\.[\w.-]+\.A\.pcapng$/);
  expect(recorded.bytes.toString("latin1")).toMatch(/experiment close-four, host A, recorded on Linux 6\.[\w.-]+(?!,)/);
  expect(parseTrace((await take(page, run, "Trace (JSON lines)")).bytes.toString("utf8")).header.world).toBe("linux");
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

test.describe("in a frame of another site, which does as docs/hosting.md says", () => {
  // A true server: Chromium lets no page that a test made up itself frame one of this machine.
  let wiki: Server;
  let own: string;
  test.beforeAll(async ({ baseURL }) => {
    own = new URL("embed/close-four/", baseURL).href;
    const html = `<!doctype html><title>Wiki</title><iframe id="run" src="${own}" width="900" height="600"></iframe>
      <script>
        addEventListener("message", ({ data, source }) => {
          const frame = document.getElementById("run");
          if (source === frame.contentWindow && data?.lastack === "height") frame.height = data.height;
        });
      </script>`;
    wiki = createServer((_, response) => response.setHeader("Content-Type", "text/html").end(html));
    await new Promise<void>((listens) => wiki.listen(0, "127.0.0.1", listens));
  });
  test.afterAll(() => wiki.close());
  let frame: FrameLocator;
  test.beforeEach(async ({ page }) => {
    const address = wiki.address();
    await page.goto(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`);
    frame = page.frameLocator("#run");
    await expect(frame.locator("figure[data-ready]")).toBeAttached();
  });

  test("it grows with the run, and shrinks with it again", async ({ page }) => {
    const height = async () => Number(await page.locator("#run").getAttribute("height"));
    await expect.poll(height).toBeGreaterThan(700);
    const before = await height();
    const states = frame.getByRole("button", { name: "States" });
    await states.click();
    await expect.poll(height).toBeGreaterThan(before + 200);
    await states.click();
    await expect.poll(height).toBe(before);
  });

  test("a link to a step leads to the experiment's page, and is shown: the clipboard is refused", async ({ page }) => {
    await frame.locator(".pictures").press("ArrowRight");
    await frame.getByRole("button", { name: "Copy link to this step" }).click();
    const field = frame.getByLabel("Link to step 2");
    await expect(field).toHaveValue(/\/experiments\/close-four\/#x=close-four@\d+&/);
    await expect(field).toBeFocused();
    const { value, selected } = await field.evaluate((input: HTMLInputElement) => ({
      value: input.value,
      selected: input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0),
    }));
    expect(selected).toBe(value);
    await expect(frame.getByText("The address bar now holds the link.")).toHaveCount(0);
    // The frame stays where it is.
    expect(page.frames()[1]?.url()).toBe(own);
    await page.goto(value);
    await expect(page.locator("figure[data-ready] section.now")).toContainText("Step 2");
  });

  test("the sandbox opens in a tab of its own", async ({ page }) => {
    const opened = page.waitForEvent("popup");
    await frame.getByRole("link", { name: "Drive it by hand in the sandbox" }).click();
    await expect(await opened).toHaveURL(/\/sandbox\/\?from=close-four$/);
  });
});
