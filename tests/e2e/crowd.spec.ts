import { type Browser, expect, type Page, test } from "@playwright/test";
import { violations } from "../a11y/axe.ts";

interface Task {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Processor time, microseconds. */
  readonly tdur?: number;
}

/**
 * Milliseconds of processor time that the longest task of the page's own thread took while `work` went on. Time by the
 * clock would measure what else the machine does.
 */
async function longestTask(browser: Browser, page: Page, work: () => Promise<void>): Promise<number> {
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly Task[] };
  const thread = ({ pid, tid }: Task): string => `${pid} ${tid}`;
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread),
  );
  const tasks = traceEvents.filter((task) => task.ph === "X" && mains.has(thread(task)) && task.tdur !== undefined);
  expect(tasks.length).toBeGreaterThan(100);
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}

/** A page with a crowd whose script has come. */
async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator(".crowd").scrollIntoViewIfNeeded();
  await expect(page.locator("astro-island").filter({ has: page.locator(".crowd") })).not.toHaveAttribute("ssr");
}

async function runToEnd(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("progressbar", { name: "Progress" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Start again" })).toBeVisible({ timeout: 240_000 });
}

const crowd = (page: Page) => page.getByRole("group", { name: /^Simulation/ });

test("28,232 ports are used up, to the number that a kernel came to, and the page stays awake", async ({
  browser,
  page,
}) => {
  test.setTimeout(300_000);
  await open(page, "/crowds/ports-used-up/");
  await expect(crowd(page)).toContainText("28,232 sockets in TIME-WAIT on Linux");
  await expect(crowd(page)).toContainText("Not computed here yet.");
  expect(await longestTask(browser, page, () => runToEnd(page)), "milliseconds of a task").toBeLessThanOrEqual(100);
  await expect(crowd(page)).toContainText("Computed here, at 45 s: 28,232.");
  await expect(page.getByRole("status")).toHaveText("Done. Most at once on A: 28,232 TIME-WAIT.");
  // The text twin of the map: all ports of both halves wait.
  const map = page.getByRole("table", { name: /^The ports of 10\.0\.0\.1, 32768 to 60999/ });
  await expect(map.getByRole("row").nth(1)).toHaveText(/even ports\s*0\s*0\s*14,116/);
  await expect(map.getByRole("row").nth(2)).toHaveText(/odd ports\s*0\s*0\s*14,116/);
  await page.getByText("The same as numbers").first().click();
  await expect(page.getByRole("group", { name: "The same as numbers" }).getByRole("row")).toHaveCount(16);
});

test("112,452 TIME-WAIT stand on one server port @once", async ({ browser, page }) => {
  test.setTimeout(300_000);
  await open(page, "/crowds/one-server-port/");
  expect(await longestTask(browser, page, () => runToEnd(page)), "milliseconds of a task").toBeLessThanOrEqual(100);
  await expect(crowd(page)).toContainText("Computed here, at 45 s: 112,452.");
});

test("the pool hangs with as many CLOSE-WAIT as on a kernel @once", async ({ page }) => {
  test.setTimeout(300_000);
  await open(page, "/crowds/pool-deadlock/");
  await runToEnd(page);
  await expect(crowd(page)).toContainText("4,093 sockets in CLOSE-WAIT on Linux");
  await expect(crowd(page)).toContainText("Computed here, at 70 s: 4,093.");
});

test("is started, cancelled and started again by keyboard, and what was computed stays", async ({ page }) => {
  await open(page, "/crowds/one-server-port/");
  await page.getByRole("button", { name: "Start" }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByRole("progressbar").getAttribute("value").then(Number)).toBeGreaterThan(1);
  // The button stays the same one, so the focus stays on it.
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toHaveText(/^Cancelled at \d+ per cent\. What was computed stays\.$/);
  const value = await page.getByRole("progressbar").getAttribute("value");
  expect(Number(value)).toBeLessThan(100);
  await expect(page.getByRole("img", { name: /^Sockets of B by state/ })).toBeVisible();
  await page.waitForTimeout(500);
  expect(await page.getByRole("progressbar").getAttribute("value")).toBe(value);
  await expect(page.getByRole("button", { name: "Start again" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
});

test("an experiment of many sockets is counted on its page, and leads to the full size", async ({ page }) => {
  await open(page, "/experiments/port-exhaustion/");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(crowd(page)).toContainText("Computed here, at 4 s: 50.");
  await page.getByRole("link", { name: "28,232 ports, one destination" }).click();
  await expect(page).toHaveURL(/\/crowds\/ports-used-up\/$/);
});

for (const colorScheme of ["light", "dark"] as const)
  test(`axe finds nothing in a crowd that is done, ${colorScheme} @once`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await open(page, "/experiments/port-exhaustion/");
    await page.getByRole("button", { name: "Start" }).click();
    await expect(crowd(page)).toContainText("Computed here");
    expect(await violations(page, { within: ".crowd" })).toEqual([]);
  });

/** Red, green, blue in the middle of a picture. */
async function middle(blank: Page, picture: Buffer): Promise<readonly number[]> {
  return blank.evaluate(
    async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
      canvas?.drawImage(image, 0, 0);
      return [...(canvas?.getImageData(image.width >> 1, image.height >> 1, 1, 1).data ?? [])].slice(0, 3);
    },
    `data:image/png;base64,${picture.toString("base64")}`,
  );
}

for (const colorScheme of ["light", "dark"] as const)
  test(`in forced colours, ${colorScheme}, axes can be read and the progress can be seen @once`, async ({
    page,
    context,
  }) => {
    await page.emulateMedia({ forcedColors: "active", colorScheme });
    await open(page, "/experiments/port-exhaustion/");
    await page.getByRole("button", { name: "Start" }).click();
    await expect(crowd(page)).toContainText("Computed here");
    const texts = await page
      .locator(".plot text")
      .evaluateAll((all) =>
        all.map((one) => [getComputedStyle(one).fill, getComputedStyle(one).stroke, getComputedStyle(one).paintOrder]),
      );
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(texts.length).toBeGreaterThan(5);
    for (const [fill, stroke, order] of texts) {
      expect(fill).not.toBe(ground);
      // An outline over the letters eats them.
      expect(stroke === "none" || order?.startsWith("stroke"), `${stroke}, ${order}`).toBe(true);
    }
    const progress = page.getByRole("progressbar");
    await expect(progress).toHaveAttribute("value", "100");
    const blank = await context.newPage();
    expect(`rgb(${(await middle(blank, await progress.screenshot())).join(", ")})`).not.toBe(ground);
  });

test("says so if the run cannot be loaded @once", async ({ page }) => {
  await page.route("**/crowds/*.json", (route) => route.abort());
  await open(page, "/crowds/pool-deadlock/");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("status")).toContainText("could not be loaded");
  await expect(page.getByRole("button", { name: "Start again" })).toBeVisible();
});

test("the full size leads to a run of few sockets that steps", async ({ page }) => {
  await page.goto("/crowds/ports-used-up/");
  await page.getByRole("link", { name: "The same with few sockets, step by step" }).click();
  await expect(page.getByRole("button", { name: "Step", exact: true })).toBeEnabled();
});

test("one connection is no crowd, however many steps it has @once", async ({ page }) => {
  for (const id of ["zero-window-fin", "linger-peer-not-reading", "reconnect-after-fast-transfer"]) {
    await page.goto(`/experiments/${id}/`);
    await expect(page.locator("[data-simulator]")).toHaveAttribute("data-simulator", id);
    await expect(page.getByText("many sockets at once")).toHaveCount(0);
  }
});

test.describe("without a script", () => {
  test.use({ javaScriptEnabled: false });
  test("an experiment that is counted has all its steps as a table", async ({ page }) => {
    await page.goto("/experiments/port-exhaustion/");
    await expect(page.locator("noscript tr").last()).toContainText("connect() EADDRNOTAVAIL");
  });

  test("what a kernel came to stands there, and nothing to click", async ({ page }) => {
    await page.goto("/crowds/ports-used-up/");
    await expect(page.getByText("28,232 sockets in TIME-WAIT on Linux")).toBeVisible();
    await expect(page.locator("noscript p")).toHaveText(/^The run needs a script, which is off\./);
    await expect(page.getByRole("button", { name: "Start" })).toBeHidden();
  });
});
