import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { visited } from "../e2e/pages.ts";

for (const address of visited())
  test(`axe finds nothing on ${address}, light and dark`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(address);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      expect(found, colorScheme).toEqual([]);
    }
  });

test("axe finds nothing in the open search dialog and the open drawer", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/lab/");
  await page.getByRole("button", { name: "Contents" }).click();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("searchbox").fill("kernel");
  await expect(page.locator(".search .hits a").first()).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});
