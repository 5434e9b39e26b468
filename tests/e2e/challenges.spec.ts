import { expect, type Locator, test } from "@playwright/test";

test("a challenge follows the run that is open, by mouse, and is remembered once it is reached", async ({ page }) => {
  await page.goto("/challenges/two-seconds-with-a-bigger-timeout/");
  const conditions = page.locator(".goal ul > li");
  await expect(conditions.first()).toContainText(/holds|not yet/);
  await expect(page.locator(".goal .learned")).toBeHidden();
  await expect(page.locator("astro-island:has(.goal)")).not.toHaveAttribute("ssr");
  await page.getByRole("button", { name: "A hint" }).click();
  await expect(page.locator(".goal .hints li")).toHaveCount(1);
  const change = async (value: string) => {
    await page.getByRole("combobox", { name: "Setting" }).selectOption("tcp_fin_timeout");
    await page.getByRole("textbox", { name: "Value" }).fill(value);
    await page.getByRole("button", { name: "Run it" }).click();
  };
  await page.getByRole("button", { name: /^What if/ }).click();
  await change("90");
  await expect(page.locator(".goal .still").first()).toBeVisible();
  await expect(page.locator(".goal .learned")).toBeHidden();
  await change("61");
  await expect(page.locator(".goal .learned")).toContainText("Reached.");
  await page.goto("/challenges/");
  await expect(page.locator("[data-challenge=two-seconds-with-a-bigger-timeout] .mine")).toHaveText("reached");
  await expect(page.locator("[data-challenge=both-in-time-wait] .mine")).toHaveText("");
});

test("a challenge is reached by keyboard alone", { tag: "@once" }, async ({ page }) => {
  await page.goto("/challenges/two-seconds-with-a-bigger-timeout/");
  await expect(page.locator(".goal ul > li").first()).toContainText(/holds|not yet/);
  /** Tab until the focus is there. */
  const tabTo = async (target: Locator): Promise<void> => {
    for (let tabs = 0; !(await target.evaluate((one) => one === document.activeElement)); tabs++) {
      expect(tabs, `${String(target)} is not reached by Tab`).toBeLessThan(120);
      await page.keyboard.press("Tab");
    }
  };
  await tabTo(page.getByRole("button", { name: "A hint" }));
  await page.keyboard.press("Enter");
  await expect(page.locator(".goal .hints li")).toHaveCount(1);
  await tabTo(page.getByRole("button", { name: /^What if/ }));
  await page.keyboard.press("Enter");
  const setting = page.getByRole("combobox", { name: "Setting" });
  await tabTo(setting);
  // A list is chosen from by typing the beginning of a name.
  await page.keyboard.type("tcp_fin_timeout");
  await expect(setting).toHaveValue("tcp_fin_timeout");
  await tabTo(page.getByRole("textbox", { name: "Value" }));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("61");
  await tabTo(page.getByRole("button", { name: "Run it" }));
  await page.keyboard.press("Enter");
  await expect(page.locator(".goal .learned")).toContainText("Reached.");
});

test("a change that does not count is named", async ({ page }) => {
  await page.goto("/challenges/both-in-time-wait/");
  await page.getByRole("button", { name: /^What if/ }).click();
  await page.getByRole("combobox", { name: "What" }).selectOption("kernel");
  await page.getByRole("button", { name: "Run it" }).click();
  await expect(page.getByText("You have made one that does not count: another kernel.")).toBeVisible();
});

test("a browser that has no room is named once the challenge is reached", { tag: "@once" }, async ({ page }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  await page.goto("/challenges/two-seconds-with-a-bigger-timeout/");
  await page.getByRole("button", { name: /^What if/ }).click();
  await page.getByRole("combobox", { name: "Setting" }).selectOption("tcp_fin_timeout");
  await page.getByRole("textbox", { name: "Value" }).fill("61");
  await page.getByRole("button", { name: "Run it" }).click();
  await expect(page.locator(".goal .learned")).toContainText("Reached.");
  await expect(page.locator(".goal").getByText("The browser has no room left for this site.")).toHaveCount(1);
  await expect(page.locator(".goal").getByRole("button", { name: "Download answers" })).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("goal, conditions and a solution are there", async ({ page }) => {
    await page.goto("/challenges/both-in-time-wait/");
    await expect(page.locator(".goal-picture")).toBeVisible();
    await expect(page.locator(".goal ul > li").first()).toBeVisible();
    await page.locator(".ways summary").click();
    await expect(page.locator(".ways ol").first().locator("li").first()).toBeVisible();
  });
});
