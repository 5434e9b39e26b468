/** What can be measured of how the pages look: on paper, under a thumb, on a narrow screen. */
import { expect, type Page, test } from "@playwright/test";

const paper = async (page: Page): Promise<void> => {
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
};

test.describe("on paper", () => {
  test("a run that nobody has moved is printed whole, beside its steps, and the screen gets it back", async ({
    page,
  }) => {
    await page.goto("/chapters/how-a-connection-ends/");
    const run = page.locator('[data-simulator="close-four"]');
    const [live, whole] = [run.locator(".sim[data-live]"), run.locator("> .still")];
    await paper(page);
    await expect(live).toBeHidden();
    await expect(whole.locator("svg.fig")).toContainText("TIME-WAIT");
    await expect(whole.locator("tbody tr").last()).toBeVisible();
    const [drawn, table] = [await whole.locator("svg.fig").boundingBox(), await whole.locator("table").boundingBox()];
    expect((drawn?.x ?? 0) + (drawn?.width ?? 0), "the picture ends where the table begins").toBeLessThan(
      table?.x ?? 0,
    );
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    await page.emulateMedia({ media: "screen" });
    await expect(whole).toHaveCount(0);
    await expect(live).toBeVisible();
  });

  test("a run that was moved is printed as it stands", async ({ page }) => {
    await page.goto("/experiments/close-four/");
    const run = page.locator('[data-simulator="close-four"]');
    await expect(run.locator("[data-ready]")).toBeAttached();
    await run.locator(".pictures").focus();
    await page.keyboard.press("ArrowRight");
    await expect(run.locator(".now .count b").first()).toContainText("2");
    await paper(page);
    await expect(run.locator("> .still")).toHaveCount(0);
    await expect(run.locator(".sim[data-live]")).toBeVisible();
  });

  // The printer's own run of layout: what a break-inside rule costs shows in the number of pages only.
  test("a chapter takes no more pages than its text asks for", { tag: "@once" }, async ({ page }) => {
    await page.goto("/chapters/linger/");
    const printed = await page.pdf({
      format: "A4",
      margin: { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" },
    });
    const count = printed.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThanOrEqual(17);
  });
});

test.describe("under a thumb", () => {
  for (const address of [
    "/",
    "/exam/?seed=team1",
    "/progress/",
    "/claims/",
    "/facts/",
    "/challenges/both-in-time-wait/",
    "/chapters/reuse/",
    "/chapters/reuse/questions/",
    "/reference/tools/ss/",
    "/crowds/ports-used-up/",
  ])
    test(`every control of ${address} is 44 px high`, async ({ page, isMobile }) => {
      test.skip(!isMobile, "phones only");
      await page.goto(address);
      await expect(page.locator("astro-island[ssr][client=load]")).toHaveCount(0);
      const small = await page
        .locator("button, select, summary, input:not(.vh), textarea, [role=tab]")
        .filter({ visible: true })
        .evaluateAll((all) =>
          all.flatMap((one) => {
            const box = (
              one.matches("[type=radio], [type=checkbox]") ? (one.closest("label") ?? one) : one
            ).getBoundingClientRect();
            return box.height < 43.5 ? [`${one.tagName} ${one.textContent.trim().slice(0, 30)} ${box.height}`] : [];
          }),
        );
      expect(small).toEqual([]);
    });
});

test("the name of an error or a setting in a table is not broken", async ({ page }) => {
  await page.goto("/chapters/on-call/");
  const name = page.locator("td code", { hasText: /^ECONNREFUSED$/ }).first();
  const { height, line } = await name.evaluate((code) => ({
    height: code.getBoundingClientRect().height,
    line: parseFloat(getComputedStyle(code).fontSize) * 1.6,
  }));
  expect(height).toBeLessThan(line);
});

test("the reference is a list of names and what they are, in two columns where there is room", async ({
  page,
  isMobile,
}) => {
  await page.goto("/reference/");
  const lefts = await page
    .locator(".pairs > li > span")
    .evaluateAll((all) => [...new Set(all.map((one) => Math.round(one.getBoundingClientRect().left)))]);
  expect(lefts).toHaveLength(1);
  const name = await page.locator(".pairs a").first().boundingBox();
  if (isMobile) expect(lefts[0]).toBe(Math.round(name?.x ?? 0));
  else expect(lefts[0]).toBeGreaterThan((name?.x ?? 0) + 200);
});

test("home leads to every page that keeps the reader's answers", async ({ page }) => {
  await page.goto("/");
  for (const name of ["Review", "Challenges", "Final exam", "Progress", "For a team"])
    await expect(page.locator("main").getByRole("link", { name, exact: true })).toBeVisible();
});
