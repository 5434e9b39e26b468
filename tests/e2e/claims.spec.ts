import { expect, test } from "@playwright/test";

test.describe("the list of claims", () => {
  test("narrows by verdict, topic and words, and counts what is left", async ({ page }) => {
    await page.goto("/claims/");
    const room = page.locator("html");
    expect(await room.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
    const rows = page.locator(".claims > li:visible");
    const all = await rows.count();
    await page.getByRole("radio", { name: /^True/ }).check();
    await expect(rows.first().locator(".verdict")).toHaveText("True");
    expect(await rows.count()).toBeLessThan(all);
    await page.getByRole("radio", { name: /^All/ }).check();
    await page.getByRole("combobox", { name: "Topic" }).selectOption({ label: "RST and linger" });
    await expect(page.locator(".home section:visible h2")).toHaveText(["RST and linger"]);
    await page.getByRole("combobox", { name: "Topic" }).selectOption("");
    await page.getByRole("searchbox", { name: "Filter" }).fill("time-wait fin-timeout");
    await expect(rows.filter({ hasText: "Lowering tcp_fin_timeout makes TIME_WAIT shorter." })).toHaveCount(1);
    await expect(page.locator("form.filters output")).toHaveText(`${await rows.count()} of ${all}`);
  });

  test("shows what the reader has answered, and finds it", async ({ page }) => {
    await page.goto("/claims/fin-timeout-sets-time-wait/");
    const box = page.locator(".quiz-box");
    await box.scrollIntoViewIfNeeded();
    await expect(box.locator("astro-island")).not.toHaveAttribute("ssr");
    // One answer in every group: the question, its reason if it asks for one, the confidence.
    for (const group of await box.locator("form fieldset").all())
      if (await group.isVisible()) await group.getByRole("radio").first().check();
    await box.getByRole("button", { name: "Answer" }).click();
    await expect(box.getByText(/It was your answer/).first()).toBeVisible();
    await page.goto("/claims/");
    await page.getByRole("combobox", { name: "My answers" }).selectOption({ label: "not asked yet" });
    const row = page.locator(".claims > li", { hasText: "Lowering tcp_fin_timeout makes TIME_WAIT shorter." });
    await expect(row).toBeHidden();
    await page.getByRole("combobox", { name: "My answers" }).selectOption("");
    await expect(row.locator(".mine")).toHaveText(/right|not right yet/);
  });
});

test.describe("a claim", () => {
  test("shows its verdict to whoever comes from a search or a link", async ({ page }) => {
    await page.goto("/claims/fin-timeout-sets-time-wait/");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(
      "False: “Lowering tcp_fin_timeout makes TIME_WAIT shorter.”",
    );
    await expect(page.locator(".paste blockquote")).toContainText("/claims/fin-timeout-sets-time-wait/");
  });

  test("lets whoever comes from a chapter decide first", async ({ page }) => {
    await page.goto("/claims/fin-timeout-sets-time-wait/#decide");
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toHaveText("Someone says: “Lowering tcp_fin_timeout makes TIME_WAIT shorter.”");
    await expect(page.locator(".refute dl")).toBeHidden();
    await page.getByRole("button", { name: "Open the verdict" }).press("Enter");
    await expect(heading).toHaveText(/^False: /);
    await expect(heading).toBeFocused();
    await expect(page.locator(".refute dl")).toBeVisible();
  });

  test("gives its sentence to the clipboard", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/claims/fin-timeout-sets-time-wait/");
    await page.locator(".paste").getByRole("button", { name: "Copy" }).click();
    await expect(page.locator(".paste").getByRole("status")).toHaveText("Copied");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(
      /^False: “Lowering tcp_fin_timeout makes TIME_WAIT shorter\.” .+ http:\/\/127\.0\.0\.1:\d+\/claims\/fin-timeout-sets-time-wait\/$/,
    );
  });
});
