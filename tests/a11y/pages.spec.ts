import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { visited } from "../e2e/pages.ts";

for (const address of visited())
  test(`axe finds nothing on ${address}, light and dark`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.goto(address);
    const found = async (axe: AxeBuilder): Promise<readonly string[]> =>
      (await axe.analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    expect(await found(new AxeBuilder({ page })), "light").toEqual([]);
    // A theme is a set of colours and nothing else.
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await found(new AxeBuilder({ page }).withRules(["color-contrast"])), "dark").toEqual([]);
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
