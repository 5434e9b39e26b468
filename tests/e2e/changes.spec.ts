import { expect, type Locator, type Page, test } from "@playwright/test";
import { violations } from "../a11y/axe.ts";

const PAGE = "experiments/close-four/";

async function open(page: Page, fragment = ""): Promise<Locator> {
  await page.goto(PAGE + fragment);
  const run = page.locator('[data-simulator="close-four"]');
  await run.scrollIntoViewIfNeeded();
  await expect(run.locator("[data-ready]")).toBeAttached();
  return run;
}
const picture = (run: Locator) => run.locator(".pictures svg.fig").filter({ visible: true });
const futures = (run: Locator) => run.locator(".future");

test("a click on a segment opens its menu; losing it opens a branch, and the old future stays", async ({ page }) => {
  const run = await open(page);
  await picture(run).locator(".seglab", { hasText: "FIN+ACK seq 1" }).last().click();
  const menu = run.getByRole("group", { name: "What happens to FIN+ACK seq 1 from B" });
  await menu.getByRole("button", { name: "Lose it" }).click();
  await expect(menu).toBeHidden();
  await expect(picture(run)).toContainText("lost");
  await expect(run.getByRole("status").filter({ hasText: "equal up to step" })).toContainText("is lost on the way");
  await expect(futures(run)).toHaveCount(2);
  await run.getByRole("radio", { name: /As written/ }).check();
  await expect(picture(run)).not.toContainText("lost");
  await run.getByRole("radio", { name: /FIN 1 from B is lost/ }).check();
  await expect(picture(run)).toContainText("lost");
});

test("a link of another version says so, with changes in it and without", async ({ page }) => {
  const said = { hasText: "This link was made by a newer version of this site." };
  await expect((await open(page, "#x=close-four@20&v=99&h=ffffffff")).getByRole("status").filter(said)).toBeVisible();
  await page.goto("about:blank");
  const run = await open(page, "#x=close-four@20&v=99&h=ffffffff&c=fd131");
  await expect(futures(run)).toHaveCount(2);
  await expect(run.getByRole("status").filter(said)).toBeVisible();
});

test("by keyboard alone: step to a segment, Enter, choose, go back", async ({ page }) => {
  const run = await open(page);
  await run.locator(".pictures").focus();
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(run.getByRole("button", { name: "Lose it" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(run.locator(".pictures")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(run.getByRole("button", { name: "Lose it" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(run.getByRole("button", { name: "Delay it" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(futures(run).nth(1)).toContainText("FIN 1 from A takes 500 ms longer");
  await run.getByRole("radio", { name: /takes 500 ms longer/ }).focus();
  await page.keyboard.press("ArrowUp");
  await expect(run.getByRole("radio", { name: /As written/ })).toBeChecked();
});

test("who moves on before the menu of a segment has come keeps the focus", async ({ page }) => {
  const run = await open(page);
  await page.route("**/_astro/*.js", async (route) => {
    await new Promise((done) => setTimeout(done, 1_000));
    await route.continue();
  });
  await run.locator(".pictures").focus();
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowRight");
  const loaded = page.waitForResponse(/_astro\/.*\.js/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await loaded;
  await expect(run.getByRole("button", { name: /What if/ })).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expect(run.locator(".seg-menu")).toHaveCount(0);
  await expect(run.locator(".pictures")).toBeFocused();
  await expect(run.locator(".now .count").first()).toContainText("16 of 16");
});

test("a sysctl, a call and another kernel by form; what makes no sense is explained", async ({ page }) => {
  const run = await open(page);
  await run.getByRole("button", { name: /What if/ }).click();
  const form = run.getByRole("form", { name: "Change one thing" });
  await form.getByRole("textbox", { name: "Value", exact: true }).fill("soon");
  await form.getByRole("button", { name: "Run it" }).click();
  await expect(form.getByRole("alert")).toContainText("cannot be “soon”: it is a whole number from 0 to 8589934");
  await expect(futures(run)).toHaveCount(0);

  await form.getByRole("combobox", { name: "What", exact: true }).selectOption({ label: "A program ends" });
  await form.getByRole("combobox", { name: "Program", exact: true }).selectOption("server");
  await form.getByRole("textbox", { name: "At", exact: true }).fill("350ms");
  await form.getByRole("button", { name: "Run it" }).click();
  await expect(futures(run).nth(1)).toContainText("kill -9 server at 0.350 s");

  await form.getByRole("combobox", { name: "What", exact: true }).selectOption({ label: "A program calls" });
  await form.getByRole("textbox", { name: "At", exact: true }).fill("soon");
  await form.getByRole("button", { name: "Run it" }).click();
  await expect(form.getByRole("alert")).toContainText("is not a time");

  await form.getByRole("combobox", { name: "What", exact: true }).selectOption({ label: "A socket option" });
  await expect(form.getByRole("combobox", { name: "On the socket in" })).toBeVisible();
  await form.getByRole("radio", { name: "At", exact: true }).check();
  await expect(form.getByRole("combobox", { name: "On the socket in" })).toBeHidden();
  await form.getByRole("combobox", { name: "Program", exact: true }).selectOption("client");
  await form.getByRole("textbox", { name: "At", exact: true }).fill("250ms");
  await form.getByRole("button", { name: "Run it" }).click();
  await expect(futures(run).last()).toContainText("setsockopt(3, SO_LINGER, 0 s) at 0.250 s");
});

test("two futures stand side by side on a wide page and are switched on a phone", async ({ page, isMobile }) => {
  const run = await open(page);
  await picture(run).locator(".seglab", { hasText: "FIN+ACK seq 1" }).last().click();
  await run.getByRole("button", { name: "Lose it" }).click();
  const beside = run.getByRole("button", { name: "Side by side" });
  if (isMobile) {
    await expect(beside).toBeHidden();
    return;
  }
  await beside.click();
  await expect(run.locator("svg.fig")).toHaveCount(2);
  await expect(run.locator(".parting")).toHaveCount(2);
  await expect(run.locator(".branch-name")).toHaveText(["FIN 1 from B is lost", "As written"]);
});

test("a link carries the change and the step; what it cannot carry is said", async ({ page, context, isMobile }) => {
  test.skip(isMobile, "the clipboard is the same");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  let run = await open(page);
  await picture(run).locator(".seglab", { hasText: "FIN+ACK seq 1" }).last().click();
  await run.getByRole("button", { name: "Lose it" }).click();
  await expect(futures(run)).toHaveCount(2);
  const now = await run.locator(".now .count b").first().textContent();
  await run.getByRole("button", { name: "Copy link" }).click();
  await expect(run.locator("p[aria-live]")).toHaveText("Link copied.");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain("&c=fd131");
  await page.goto("about:blank");
  run = await open(page, `#${link.split("#")[1] ?? ""}~zz`);
  await expect(futures(run)).toHaveCount(2);
  await expect(run.locator(".now .count b").first()).toHaveText(now ?? "");
  await expect(run.getByRole("status").filter({ hasText: "Change 2 of the link is left out" })).toBeVisible();
});

test("nothing in the changes breaks a rule of accessibility or overflows", async ({ page }) => {
  const run = await open(page);
  await picture(run).locator(".seglab", { hasText: "FIN+ACK seq 1" }).last().click();
  await expect(run.getByRole("button", { name: "Lose it" })).toBeVisible();
  const check = async () => {
    expect(await violations(page, { within: "[data-simulator]" })).toEqual([]);
  };
  await check();
  await run.getByRole("button", { name: "Lose it" }).click();
  await run.getByRole("button", { name: /What if/ }).click();
  await expect(run.getByRole("form")).toBeVisible();
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await check();
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});
