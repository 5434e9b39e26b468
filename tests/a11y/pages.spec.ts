import { expect, test } from "@playwright/test";
import { visited } from "../e2e/pages.ts";
import { violations } from "./axe.ts";

/** A theme changes colours and nothing else; `npm run test:full` does not rely on that. */
const only = process.env["FULL"] === undefined ? "colours" : undefined;

for (const address of visited())
  test(`axe finds nothing on ${address}, light and dark`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(address);
    expect(await violations(page), "light").toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, { only }), "dark").toEqual([]);
  });

test("axe finds nothing in the open search dialog and the open drawer", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/lab/");
  await page.getByRole("button", { name: "Contents" }).click();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("searchbox").fill("kernel");
  await expect(page.locator(".search .hits a").first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test("axe sees what is wrong, in either theme", async ({ page }) => {
  await page.goto("/lab/");
  await page.evaluate(() => {
    document.querySelector("main")?.insertAdjacentHTML("beforeend", '<img src="data:,"><p style="color:#777">grey</p>');
    document.body.style.background = "#888";
  });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const found = (await violations(page)).join();
    expect(found).toContain("image-alt");
    expect(found).toMatch(/color-contrast.*grey/);
    expect((await violations(page, { only: "colours" })).join()).toMatch(/^color-contrast.*grey/);
  }
});
