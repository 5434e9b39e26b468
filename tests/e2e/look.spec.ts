/** What can be measured of how the pages look: on paper, under a thumb, on a narrow screen. */
import { expect, type Page, test } from "@playwright/test";
import { pages, visited } from "./pages.ts";

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

  test("a long run that nobody has moved draws itself whole for the paper, and stands where it stood", async ({
    page,
  }) => {
    await page.goto("/experiments/exhausted-other-destination/");
    const run = page.locator('[data-simulator="exhausted-other-destination"]');
    const live = run.locator(".sim[data-live]");
    await expect(run.locator("[data-ready]")).toBeAttached();
    await paper(page);
    await expect(run.locator("> .still")).toHaveCount(0);
    await expect(live.locator("svg.fig .later")).toHaveCount(0);
    await expect(live.locator("svg.fig .seg").last()).toBeVisible();
    // The panels and the table would be the same once more, on pages of their own.
    await expect(live.locator(":is(.now, .wire, .twin):visible")).toHaveCount(0);
    const label = (await live.locator("svg.fig").getAttribute("aria-label")) ?? "";
    const [, at, steps] = /^Step (\d+) of (\d+),/.exec(label) ?? [];
    expect(at, label).toBe(steps);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    await page.emulateMedia({ media: "screen" });
    await expect(live.locator("svg.fig").first()).toHaveAttribute("aria-label", new RegExp(`^Step 1 of ${steps},`));
  });

  test("a long run that does not live yet is printed as its table", { tag: "@once" }, async ({ page }) => {
    await page.goto("/chapters/ports-and-sockets/");
    const run = page.locator('[data-simulator="exhausted-other-destination"]');
    await page.evaluate(() => document.querySelector("[data-ready]")?.removeAttribute("data-ready"));
    await paper(page);
    await expect(run.locator("> .still tbody tr").last()).toBeVisible();
  });

  // The printer's own run of layout: what a break-inside rule costs shows in the number of pages only.
  test("a chapter takes no more pages than its text asks for", { tag: "@once" }, async ({ page }) => {
    await page.goto("/chapters/how-a-connection-ends/"); // no long run is in it, whose table takes pages
    const printed = await page.pdf({
      format: "A4",
      margin: { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" },
    });
    const count = printed.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThanOrEqual(16);
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

/** Three connections that cross, and four hosts with a NAT between them: too much for one picture. */
const FULL_PICTURES = ["rst-into-closing", "recycle-behind-nat"];
/** Losses, errors longer than their room, a copy, a command in the middle, answers close to each other. */
const TIGHT = [
  "orphan-retries-default",
  "tw-reuse-1",
  "data-arrives-twice",
  "ss-kill-close-wait",
  "fin-after-receiving",
];

test("in the picture of a run no words stand over others @once", async ({ page }) => {
  const addresses = (process.env["FULL"] === undefined ? visited() : pages())
    .filter((address) => /^\/experiments\/[^/]+\/$/.test(address))
    .concat(TIGHT.map((id) => `/experiments/${id}/`))
    .filter((address) => !FULL_PICTURES.some((id) => address.includes(`/${id}/`)));
  test.setTimeout(addresses.length * 5_000);
  const over: string[] = [];
  for (const address of new Set(addresses)) {
    await page.goto(address);
    const pictures = page.locator("[data-ready] .pictures");
    if ((await page.locator("[data-simulator]").count()) === 0) continue;
    await pictures.focus();
    await page.keyboard.press("End");
    await expect(page.locator("[data-simulator] .transport").getByRole("button", { name: "Step" })).toBeDisabled();
    over.push(...(await pictures.evaluate(wordsOverWords)).map((pair) => `${address}: ${pair}`));
  }
  expect(over).toEqual([]);
});

/** Pairs of texts whose boxes meet, turned as the texts are. */
function wordsOverWords(root: Element): readonly string[] {
  type Point = readonly [number, number];
  const AIR = 2;
  const words = [...root.querySelectorAll("text")]
    .filter((text) => text.textContent.trim() !== "" && text.checkVisibility())
    .map((text) => {
      const { x, y, width, height } = text.getBBox();
      const turned = text.getCTM() ?? new DOMMatrix();
      const corners: readonly Point[] = [
        [x, y + AIR],
        [x + width, y + AIR],
        [x + width, y + height - AIR],
        [x, y + height - AIR],
      ];
      return {
        text: text.textContent,
        corners: corners.map(([a, b]): Point => [
          turned.a * a + turned.c * b + turned.e,
          turned.b * a + turned.d * b + turned.f,
        ]),
      };
    });
  /** Directions of two sides that meet. */
  const sides = ([a, b, c]: readonly Point[]): readonly Point[] =>
    a && b && c
      ? [
          [b[0] - a[0], b[1] - a[1]],
          [c[0] - b[0], c[1] - b[1]],
        ]
      : [];
  const shadow = (corners: readonly Point[], [dx, dy]: Point): readonly [number, number] => {
    const along = corners.map(([x, y]) => (x * dx + y * dy) / (Math.hypot(dx, dy) || 1));
    return [Math.min(...along), Math.max(...along)];
  };
  const meet = (one: readonly Point[], other: readonly Point[]): boolean =>
    [...sides(one), ...sides(other)].every((side) => {
      const [a, b] = [shadow(one, side), shadow(other, side)];
      return Math.min(a[1], b[1]) - Math.max(a[0], b[0]) > 1;
    });
  return words.flatMap((one, i) =>
    words.slice(i + 1).flatMap((other) => (meet(one.corners, other.corners) ? [`${one.text} over ${other.text}`] : [])),
  );
}
