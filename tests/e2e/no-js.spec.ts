import { expect, test } from "@playwright/test";

test.use({ javaScriptEnabled: false });

test("controls that need a script are not shown", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Search" })).toBeHidden();
  await expect(page.getByRole("button", { name: "Switch between light and dark" })).toBeHidden();
});

test("the home page's question, run and answer work", async ({ page }) => {
  await page.goto("/");
  await page.locator("label", { hasText: "3 How long?" }).click();
  await expect(page.getByText("Sixty seconds.")).toBeVisible();
  await page.getByText("The answer, without the run").click();
  await expect(page.getByText("“tcp_fin_timeout sets how long TIME_WAIT lasts.”")).toBeVisible();
});

test("lists are whole, and facts show what they rest on", async ({ page }) => {
  await page.goto("/facts/");
  await expect(page.getByLabel("Filter")).toBeHidden();
  await page.getByRole("link", { name: /^A FIN takes one sequence number/ }).click();
  await expect(page.getByText("Seen in")).toBeVisible();
  await expect(page.getByRole("link", { name: "A close in three segments" })).toBeVisible();
});

test("the drawer opens", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/lab/");
  await page.getByRole("button", { name: "Contents" }).click();
  await expect(page.getByRole("link", { name: "How a connection ends" })).toBeVisible();
});
