/** The stage with many sockets, what stands beside it, and both for everyone: touch, forced colours, paper. */
import { expect, type Locator, type Page, test } from "@playwright/test";

async function open(page: Page, id: string): Promise<Locator> {
  await page.goto(`experiments/${id}${id.includes("#") ? "" : "/"}`);
  const run = page.locator(`[data-simulator="${id.replace(/\/.*/, "")}"]`);
  await run.scrollIntoViewIfNeeded();
  await expect(run.locator("[data-ready]")).toBeAttached();
  return run;
}
const picture = (run: Locator) => run.locator(".pictures svg.fig").filter({ visible: true });
const step = async (run: Locator) =>
  Number(/\d+/.exec((await run.locator(".now .count b").first().textContent()) ?? "")?.[0]);
const end = async (page: Page, run: Locator) => {
  await run.locator(".pictures").focus();
  await page.keyboard.press("End");
};

test("one connection of several is followed, by keyboard, and the others are stepped over", async ({ page }) => {
  const run = await open(page, "recv-queue-tells");
  const follow = run.getByRole("combobox", { name: "Follow" });
  await expect(follow.locator("option")).toHaveCount(4);
  await expect(picture(run)).not.toContainText("others");
  await follow.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(follow).toHaveValue(/^A:\d+ → B:7001$/);
  await expect(picture(run)).toContainText(/\d steps of other/);
  expect(await step(run)).toBeGreaterThan(1);
  // Every arrow is one of its own: one SYN is left of three.
  await expect(picture(run).locator(".seglab", { hasText: /^SYN from/ })).toHaveCount(1);
  await run.locator(".pictures").focus();
  await page.keyboard.press("Home");
  const seen: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    await page.keyboard.press("ArrowRight");
    seen.push(await step(run));
  }
  expect(seen.some((n, i) => i > 0 && n - (seen[i - 1] ?? n) > 1)).toBe(true);
  await follow.selectOption({ index: 0 });
  await expect(picture(run).locator(".seglab", { hasText: /^SYN from/ })).toHaveCount(3);
});

test("a link keeps the connection that is followed, and says if the run has none such", async ({
  page,
  context,
  isMobile,
}) => {
  test.skip(isMobile, "the clipboard is the same");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  let run = await open(page, "recv-queue-tells");
  await run.getByRole("combobox", { name: "Follow" }).selectOption({ index: 2 });
  const n = await step(run);
  await run.getByRole("button", { name: "Copy link" }).click();
  await expect(run.locator("p[aria-live]")).toHaveText("Link copied.");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/&f=2$/);
  await page.goto("about:blank");
  run = await open(page, `recv-queue-tells/#${link.split("#")[1] ?? ""}`);
  await expect(run.getByRole("combobox", { name: "Follow" })).toHaveValue(/^A:\d+ → B:7001$/);
  await expect(picture(run).locator(".seglab", { hasText: /^SYN from/ })).toHaveCount(1);
  expect(await step(run)).toBe(n);
  await page.goto("about:blank");
  run = await open(page, "recv-queue-tells/#x=recv-queue-tells@9&v=2&f=7");
  await expect(run.locator(".notice")).toContainText("follows connection 7, which this run does not have");
  await expect(picture(run).locator(".seglab", { hasText: /^SYN from/ })).toHaveCount(3);
});

test("in a crowd the step's own connection is named and the rest is faint", async ({ page }) => {
  const run = await open(page, "self-call-threads");
  await end(page, run);
  await expect(picture(run).locator(".faint").first()).toBeAttached();
  await expect(picture(run).locator(".faint text")).toHaveCount(0);
  await expect(picture(run).locator(".over", { hasText: "FIN-WAIT-2" })).toHaveCount(1);
});

test("the ring of threads is drawn where it closes, and beside the host stands who waits for whom", async ({
  page,
  isMobile,
}) => {
  const run = await open(page, "self-call-threads");
  // Not reached yet: outlined like everything below the now-line.
  await expect(picture(run).locator(".later .ring")).toHaveCount(1);
  await end(page, run);
  await expect(picture(run).locator(".ring")).toContainText("server worker-3");
  await expect(picture(run).locator(".later .ring")).toHaveCount(0);
  await expect(picture(run)).toContainText("Each of these 4 waits for the next: none can go on");
  if (isMobile) await run.getByRole("tab", { name: "ss on B" }).click();
  await expect(run.getByRole("list", { name: "Threads on B" })).toContainText(
    /server worker-1: recv\(\) on descriptor \d+, waits for any of server worker-1 … server worker-4/,
  );
});

test("why? goes back to the loss, and on to the beginning", async ({ page, isMobile }) => {
  const run = await open(page, "first-fin-lost");
  await end(page, run);
  const sent = picture(run).locator("[data-n]", { hasText: "again" }).last();
  await sent.click();
  await page.keyboard.press("Escape");
  if (isMobile) await run.getByRole("tab", { name: "Why?" }).click();
  const why = run.locator(".why");
  await expect(why.locator("li").nth(1)).toContainText("is lost");
  await expect(why.locator(".start")).toContainText("is lost");
  const before = why.locator("summary", { hasText: "before that" });
  await before.focus();
  await page.keyboard.press("Enter");
  await expect(why.locator("details li").last()).toBeVisible();
  await why.locator("details").getByRole("button").last().press("Enter");
  expect(await step(run)).toBeLessThan(4);
});

test("evidence of a direct link says what it does not hold", { tag: "@once" }, async ({ page }) => {
  await page.goto("experiments/close-at-the-same-moment/");
  await expect(page.locator(".evid")).toContainText("not recorded on a direct link");
  await expect(page.locator(".evid")).not.toContainText("Segments sent by");
});

test("the sandbox is stepped, played and scrubbed as any run", async ({ page }) => {
  await page.clock.install({ time: "2026-01-01" });
  await page.goto("sandbox/");
  await expect(page.locator(".sandbox[data-ready]")).toBeVisible();
  const line = page.getByLabel("Command");
  for (const typed of ["server listen", "client connect", "client close"]) {
    await line.fill(typed);
    await line.press("Enter");
  }
  const run = page.locator(".sandbox");
  await expect(page.locator(".sandbox-said [role=status]")).toContainText("FIN-WAIT");
  // What was said comes first, the picture follows.
  await expect.poll(() => step(run)).toBeGreaterThan(5);
  const count = await step(run);
  await run.getByRole("button", { name: "Start" }).click();
  expect(await step(run)).toBe(1);
  // From here time passes only when told, however long a click takes.
  await page.clock.pauseAt("2026-01-02");
  await run.getByRole("button", { name: "Play" }).click();
  await page.clock.runFor(2000);
  expect(await step(run)).toBe(3);
  await run.locator(".pictures").focus();
  await page.keyboard.press("Space");
  await page.clock.runFor(5000);
  expect(await step(run)).toBe(3);
  await page.keyboard.press("c");
  expect(await step(run)).toBeGreaterThan(3);
  await run.getByRole("slider").focus();
  await page.keyboard.press("End");
  expect(await step(run)).toBe(count);
  // A space is a letter where one types.
  await line.fill("server");
  await line.press("Space");
  await expect(line).toHaveValue("server ");
});

test("what can be touched is 44 pixels high", async ({ page, isMobile }) => {
  test.skip(!isMobile, "a finger");
  const run = await open(page, "recv-queue-tells");
  await end(page, run);
  await run.getByRole("button", { name: /What if/ }).click();
  for (const tab of ["ss on A", "Why?", "tcpdump"]) {
    await run.getByRole("tab", { name: tab }).click();
    expect(await small(run)).toEqual([]);
  }
  for (const tool of ["States", "Header", "Threads", "netstat", "lsof", "Counters", "Take away"]) {
    await run.locator(".closer").getByRole("button", { name: tool, exact: true }).click();
    await expect(run.locator(".closer .tool")).not.toContainText("Loading");
    expect(await small(run), tool).toEqual([]);
  }
  await page.goto("sandbox/");
  await expect(page.locator(".sandbox[data-ready]")).toBeVisible();
  for (const name of ["server listen", "client connect"]) await page.getByRole("button", { name, exact: true }).click();
  expect(await small(page.locator(".sandbox"))).toEqual([]);
});

/** Controls below 44 pixels; links within a sentence are text. */
function small(within: Locator): Promise<string[]> {
  return within
    .locator("button, select, summary, input:not([type=radio], [type=checkbox]), label:has(input), .acts a, .closer a")
    .evaluateAll((all) =>
      all.flatMap((one) => {
        const { height, width } = one.getBoundingClientRect();
        return width > 0 && getComputedStyle(one).visibility !== "hidden" && height < 43.5
          ? [`${one.tagName} ${one.textContent.trim().slice(0, 40)}: ${height}`]
          : [];
      }),
    );
}

for (const colorScheme of ["light", "dark"] as const)
  test(`in forced colours, ${colorScheme}, everything drawn is drawn in them`, { tag: "@once" }, async ({ page }) => {
    await page.emulateMedia({ forcedColors: "active", colorScheme });
    const run = await open(page, "self-call-threads");
    await end(page, run);
    const drawn = await picture(run)
      .locator("path, rect, text")
      .evaluateAll((all) => [
        ...new Set(
          all.flatMap((one) => {
            const { fill, stroke, opacity } = getComputedStyle(one);
            return opacity === "0" ? [] : [fill, stroke];
          }),
        ),
      ]);
    const system = await page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement("i"));
      const found = ["Canvas", "CanvasText", "Highlight", "HighlightText"].map((color) => {
        probe.style.cssText = `forced-color-adjust: none; color: ${color}`;
        return getComputedStyle(probe).color;
      });
      probe.remove();
      return found;
    });
    for (const color of drawn) expect([...system, "none", "rgba(0, 0, 0, 0)"]).toContain(color);
  });

test(
  "on paper the whole diagram, every panel and the open tool stand, and no control does",
  { tag: "@once" },
  async ({ page }) => {
    const run = await open(page, "close-four");
    await end(page, run);
    await picture(run).locator(".seglab", { hasText: "FIN+ACK seq 1" }).last().click();
    await run.getByRole("button", { name: "Lose it" }).click();
    await run.locator(".closer").getByRole("button", { name: "States", exact: true }).click();
    await expect(run.getByRole("img", { name: /State diagram/ })).toBeVisible();
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print" });
    const { height, clipped } = await picture(run).evaluate((svg) => {
      const box = svg.getBoundingClientRect();
      const parent = svg.closest(".stage")?.getBoundingClientRect();
      return { height: box.height, clipped: parent ? box.bottom > parent.bottom + 1 : true };
    });
    expect(height).toBeGreaterThan(700);
    expect(clipped).toBe(false);
    for (const shown of [".panel.wire", ".why", ".fork .future", ".states svg, svg.states", ".twin table"])
      await expect(run.locator(shown).first(), shown).toBeVisible();
    for (const hidden of [".transport", ".closer .bar", ".what-if > button", ".seg-menu", ".worlds", ".fork .acts"])
      for (const one of await run.locator(hidden).all()) await expect(one, hidden).toBeHidden();
  },
);

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("a run that ends in a ring shows the ring", { tag: "@once" }, async ({ page }) => {
    await page.goto("experiments/self-call-threads/");
    await expect(page.getByRole("img", { name: /wait-for cycle: .*worker-4/ })).toBeVisible();
    await page.goto("experiments/self-call-timeout/");
    await expect(page.getByRole("img", { name: /wait-for cycle/ })).toHaveCount(0);
  });
});
