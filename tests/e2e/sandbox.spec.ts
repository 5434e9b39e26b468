import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { violations } from "../a11y/axe.ts";

async function open(page: Page, rest = ""): Promise<(line: string) => Promise<void>> {
  await page.goto(`sandbox/${rest}`);
  await expect(page.locator(".sandbox[data-ready]")).toBeVisible();
  const line = page.getByLabel("Command");
  return async (typed) => {
    await line.fill(typed);
    await line.press("Enter");
  };
}
const deeds = (page: Page) => page.getByRole("region", { name: "What you did" }).locator("ol li");
const picture = (page: Page) => page.locator(".sandbox svg.fig");

test("a connection is driven from both ends by typing, and the next FIN is lost", async ({ page }) => {
  const type = await open(page);
  await expect(page.getByText("Nothing has happened yet")).toBeVisible();
  for (const line of ["server listen", "client connect", "server accept", "client close"]) await type(line);
  await expect(page.locator(".sandbox-said [role=status]")).toContainText("FIN-WAIT-2");
  await type("drop next FIN from server");
  await type("server close");
  await expect(picture(page)).toContainText("lost");
  await type("wait 2s");
  await expect(picture(page)).toContainText(/TIME-WAIT/);
  await expect(page.getByText("It is 2.5")).toBeVisible();
});

test("by buttons alone", async ({ page }) => {
  await open(page);
  for (const name of ["server listen", "client connect", "server accept", "client close", "server close"])
    await page.getByRole("button", { name, exact: true }).click();
  await expect(picture(page)).toContainText("TIME-WAIT");
});

test("a command that makes no sense is explained, and nothing is lost by it", async ({ page }) => {
  const type = await open(page);
  await type("server listen");
  await type("servr close");
  const alert = page.locator(".sandbox").getByRole("alert");
  await expect(alert).toContainText("Did you mean “server”?");
  await expect(page.getByLabel("Command")).toHaveValue("servr close");
  await type("client send 10");
  await expect(alert).toContainText("holds no socket on which send() makes sense");
  await expect(deeds(page)).toHaveCount(2);
  await type("help");
  await expect(page.locator(".sandbox-said")).toContainText("sysctl client tcp_fin_timeout=61");
});

test("going back keeps the other future; a reload loses nothing", async ({ page }) => {
  const type = await open(page);
  for (const line of ["server listen", "client connect", "client close"]) await type(line);
  await type("back");
  await type("client shutdown write");
  const region = page.getByRole("region", { name: "What you did" });
  await expect(region).toContainText("Other futures");
  await page.reload();
  await expect(deeds(page)).toHaveCount(4);
  await region.getByRole("button", { name: /client close/ }).click();
  await expect(deeds(page).last()).toContainText("client close");
});

test("starts from an experiment, and says what it cannot load", async ({ page }) => {
  const type = await open(page, "?from=close-four");
  await expect(page.getByRole("heading", { name: "Sandbox: A close in four segments" })).toBeVisible();
  await type("wait 350ms");
  await type("kill server");
  await expect(page.locator(".sandbox-said")).toContainText("B");
  await open(page, "?from=no-such-thing");
  await expect(page.locator(".sandbox").getByRole("alert")).toContainText("“no-such-thing” could not be loaded");
});

test("a link brings the scene back; the file is what the lab reads", async ({ page, context, isMobile }) => {
  test.skip(isMobile, "the clipboard is the same");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const type = await open(page);
  for (const line of ["server listen", "client connect", "client close"]) await type(line);
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByText("Link copied.")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: /Experiment for the lab/ }).click();
  const file = await (await saving).path();
  const saved = JSON.parse(readFileSync(file, "utf8")) as { format: string; until: number; events: unknown[] };
  expect([saved.format, saved.until, saved.events.length]).toEqual(["lastack-experiment/1", 300_000, 3]);
  await page.getByText("The same as an author writes it").click();
  await expect(page.locator(".save pre")).toContainText("thread: { program: client");
  await page.evaluate(() => sessionStorage.clear());
  await page.goto("about:blank");
  await page.goto(link);
  await expect(deeds(page)).toHaveCount(4);
  await expect(page.getByText("It is 0.300 s")).toBeVisible();
});

test("a link does not cost what was here, and work on it outlasts a reload", async ({ page }) => {
  const type = await open(page);
  for (const line of ["server listen", "client connect", "client close", "server accept", "server close"])
    await type(line);
  // The clipboard is closed, so the bar holds the link; the next command makes it one of the past.
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByText("The address bar now holds the link.")).toBeVisible();
  const link = page.url();
  await page.reload();
  await expect(deeds(page)).toHaveCount(6);
  await expect(page.getByRole("group", { name: "Set aside" })).toHaveCount(0);
  await type("wait 1s");
  expect(page.url()).not.toContain("#");

  // Pasted into the bar of the open page.
  await page.evaluate((address) => location.assign(address), link.replace(/h=[0-9a-f]+/, "h=ffffffff"));
  await expect(page.locator(".sandbox-said")).toContainText("The experiment has changed since this link was made");
  await type("wait 2s");
  await page.reload();
  await expect(deeds(page)).toHaveCount(7);
  await expect(page.getByText("It is 2.500 s")).toBeVisible();

  await page.getByRole("button", { name: /Bring back what was here: .*6 commands, 1\.500 s/ }).click();
  await expect(page.getByText("It is 1.500 s")).toBeVisible();
  await expect(page.getByRole("button", { name: /Bring back what was here: .*6 commands, 2\.500 s/ })).toBeVisible();
  await page.getByRole("button", { name: "Begin with it" }).click();
  await expect(deeds(page)).toHaveCount(1);
  await page.getByRole("button", { name: /1\.500 s/ }).click();
  await expect(deeds(page)).toHaveCount(7);

  // To what is not there, and by the way of an experiment.
  await open(page, "#x=nobody@1");
  await page.reload();
  await expect(page.locator(".sandbox").getByRole("alert")).toContainText("The scene is as it was");
  await expect(deeds(page)).toHaveCount(7);
  await open(page, "?from=close-four");
  await page.getByRole("button", { name: /1\.500 s/ }).click();
  await expect(deeds(page)).toHaveCount(7);
});

test("what was kept and cannot be read whole comes back in part, and says so", async ({ page }) => {
  const type = await open(page);
  for (const line of ["server listen", "client connect", "client close"]) await type(line);
  await page.evaluate(() => {
    const kept = JSON.parse(sessionStorage.getItem("lastack-sandbox") ?? "") as { deeds: { now: number }[] };
    (kept.deeds[2] ?? { now: 0 }).now = -1;
    sessionStorage.setItem("lastack-sandbox", JSON.stringify(kept));
  });
  await page.reload();
  await expect(page.locator(".sandbox").getByRole("alert")).toContainText(
    "Of the 3 commands that were kept here, the first 2 can be read",
  );
  await expect(deeds(page)).toHaveCount(3);
  expect(await page.evaluate(() => sessionStorage.getItem("lastack-sandbox-aside"))).toContain("client close");
});

test("with the keyboard alone, the focus stays where one goes on", { tag: "@once" }, async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "server listen", exact: true }).press("Enter");
  await expect(page.getByLabel("Command")).toBeFocused();
  const now = page.getByRole("group", { name: "What could be done now" });
  await now.getByRole("button", { name: "Back" }).press("Enter");
  await expect(page.getByLabel("Command")).toBeFocused();
});

test("a long scene is told and drawn to its last step", { tag: "@once" }, async ({ page }) => {
  const type = await open(page);
  for (const line of ["server listen", "client connect", "server accept"]) await type(line);
  for (let i = 0; i < 2; i += 1) for (const line of ["client send 1048576", "server recv 1048576"]) await type(line);
  await type("client close");
  await expect(page.locator(".sandbox-said [role=status]")).toContainText("client calls close()");
  await expect(page.locator(".sandbox-said [role=status]")).not.toContainText("Nothing that can be seen followed");
  await expect(picture(page)).toContainText("close()");
  await expect(picture(page)).toHaveAttribute("aria-label", /Step (\d+) of \1, 0\.700 s/);
});

for (const garbage of ["#x=sandbox@3&c=zz~t0q~%7B&u=zzz", "#x=nobody@1", "#x=sandbox"])
  test(`a broken link, ${garbage}, leads to a scene that works`, async ({ page }) => {
    const type = await open(page, garbage);
    await type("server listen");
    await expect(picture(page)).toContainText("LISTEN");
  });

test("no rule of accessibility is broken, nothing overflows", async ({ page }) => {
  const type = await open(page);
  for (const line of ["server listen", "client connect", "nonsense"]) await type(line);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect(await violations(page)).toEqual([]);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("the page says what it needs and where else to go", async ({ page }) => {
    await page.goto("sandbox/");
    const instead = page.locator("noscript p");
    await expect(instead.first()).toBeVisible();
    await expect(instead.first()).toContainText("The sandbox needs JavaScript");
    await expect(instead.first().locator("a")).toHaveAttribute("href", /experiments/);
    await expect(page.locator("[data-live]")).toBeHidden();
  });
});
