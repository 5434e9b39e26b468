import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { serve, type Serving } from "../../scripts/serve.ts";
import { crawl, pages } from "./pages.ts";

/** The whole site once more, built for /x/y/ with a site address, in a folder of its own. */
test.describe("under /x/y/", () => {
  test.describe.configure({ mode: "serial" });
  let folder: string;
  let site: Serving;

  test.beforeAll(async () => {
    test.setTimeout(240_000);
    folder = await mkdtemp(join(tmpdir(), "last-ack-"));
    await promisify(execFile)("node", ["scripts/astro.ts", "build", "--outDir", folder], {
      env: {
        ...process.env,
        BASE_PATH: "/x/y/",
        SITE_URL: "https://example.org",
        REPORT_URL: "https://example.org/new?body={text}",
      },
    });
    site = await serve({ folder, base: "/x/y/", port: 0 });
  });

  test.afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("every link, asset and anchor answers", async () => {
    const { visited, broken } = await crawl(site.address);
    expect(broken).toEqual([]);
    // Pages for iframes are linked from other sites only.
    const linked = pages(folder).filter((page) => !page.startsWith("/embed/"));
    for (const page of linked) expect(visited).toContain(new URL(`.${page}`, site.address).href);
  });

  test("search finds and opens a page", async ({ page }) => {
    await page.goto(site.address);
    await page.keyboard.press("/");
    await page.getByRole("searchbox").fill("CLOSE_WAIT while the network is restarted");
    await page.locator(".search .hits a").first().click();
    await expect(page).toHaveURL(/\/x\/y\/experiments\/close-wait-link-down\//);
  });

  test("a crowd finds its worker and its scene", async ({ page }) => {
    await page.goto(new URL("experiments/port-exhaustion/", site.address).href);
    const island = page.locator("astro-island").filter({ has: page.locator(".crowd") });
    await island.scrollIntoViewIfNeeded();
    await expect(island).not.toHaveAttribute("ssr");
    await page.getByRole("button", { name: "Start" }).click();
    await expect(island).toContainText("Computed here, at 4 s: 50.");
  });

  test("the 404 page is styled at any depth", async ({ page }) => {
    await page.goto(new URL("no/such/place/", site.address).href);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing here");
    expect(await page.evaluate(() => getComputedStyle(document.querySelector("h1")!).fontWeight)).toBe("600");
  });

  test("a mistake is reported where the host of the site says", async ({ page }) => {
    await page.goto(new URL("facts/half-close/", site.address).href);
    await page.getByText("Something wrong here?").click();
    await expect(page.getByRole("link", { name: "Report it" })).toHaveAttribute(
      "href",
      /^https:\/\/example\.org\/new\?body=%2Ffacts%2Fhalf-close%2F%20\([0-9a-f]{8}\)$/,
    );
  });

  test("a mistake in a question too", async ({ page }) => {
    await page.goto(new URL("claims/fin-timeout-sets-time-wait/", site.address).href);
    const box = page.locator(".quiz-box");
    await box.scrollIntoViewIfNeeded();
    await expect(box.locator("astro-island")).not.toHaveAttribute("ssr");
    for (const group of await box.locator("form fieldset").all())
      if (await group.isVisible()) await group.getByRole("radio").first().check();
    await box.getByRole("button", { name: "Answer" }).click();
    await box.getByText("Something wrong with this question?").click();
    await expect(box.getByRole("link", { name: "Report it" })).toHaveAttribute(
      "href",
      /^https:\/\/example\.org\/new\?body=question%20[a-z0-9-]+%20\([0-9a-f]{8}\)$/,
    );
  });

  test("pages name their canonical address, and the sitemap lists them", async ({ page, request }) => {
    await page.goto(new URL("lab/", site.address).href);
    await expect(page.locator('link[rel="canonical"]')).toHaveAttribute("href", "https://example.org/x/y/lab/");
    // The picture beside a shared link.
    const card = await page.locator('meta[property="og:image"]').getAttribute("content");
    expect(card).toBe("https://example.org/x/y/social-card.png");
    expect((await request.get(new URL("social-card.png", site.address).href)).headers()["content-type"]).toBe(
      "image/png",
    );
    const sitemap = await (await request.get(new URL("sitemap-0.xml", site.address).href)).text();
    expect(sitemap).toContain("<loc>https://example.org/x/y/facts/</loc>");
    expect(sitemap).not.toContain("404");
    // Pages for iframes say noindex themselves.
    expect(sitemap).not.toContain("/embed/");
  });
});
