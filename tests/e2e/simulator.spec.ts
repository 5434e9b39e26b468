import { expect, type Locator, type Page, test } from "@playwright/test";

const CHAPTER = "chapters/how-a-connection-ends/";

/** Opens the chapter at the run of an experiment and waits until it is alive. */
async function open(page: Page, id = "simultaneous-close", fragment = ""): Promise<Locator> {
  await page.goto(CHAPTER + fragment);
  const run = page.locator(`[data-simulator="${id}"]`);
  await run.scrollIntoViewIfNeeded();
  await expect(run.locator("[data-ready]")).toBeAttached();
  return run;
}
const now = (run: Locator) => run.locator(".now .count b").first();
const step = async (run: Locator) => Number(/\d+/.exec((await now(run).textContent()) ?? "")?.[0]);
/** The picture that is shown at this width. */
const picture = (run: Locator) => run.locator(".pictures svg.fig").filter({ visible: true });

test("buttons step forwards, back, to the next change and to the start", async ({ page }) => {
  const run = await open(page);
  const press = (name: string | RegExp) => run.getByRole("button", { name, exact: true }).click();
  await expect(run.getByRole("button", { name: "Back" })).toBeDisabled();
  await press("Step");
  expect(await step(run)).toBe(2);
  await expect(run.locator(".panel").first()).toContainText("SYN-SENT");
  await press(/Next state change/);
  expect(await step(run)).toBe(3);
  await press("Back");
  await press("Back");
  expect(await step(run)).toBe(1);
  await press("Step");
  await press("Start");
  expect(await step(run)).toBe(1);
});

test("the keyboard alone is enough, and only inside", async ({ page }) => {
  const run = await open(page);
  await page.keyboard.press("ArrowRight");
  expect(await step(run)).toBe(1);
  await run.locator(".pictures").focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft"]) await page.keyboard.press(key);
  expect(await step(run)).toBe(2);
  await expect(run.locator("[aria-live=polite]")).toContainText("SYN-SENT");
  await page.keyboard.press("End");
  await expect(run.getByRole("button", { name: "Step", exact: true })).toBeDisabled();
  const last = await step(run);
  await page.keyboard.press("Home");
  expect(await step(run)).toBe(1);
  await run.getByRole("slider").focus();
  await page.keyboard.press("ArrowRight");
  expect(await step(run)).toBe(2);
  await page.keyboard.press("End");
  expect(await step(run)).toBe(last);
});

test("Play takes a step at a time and stops when asked", async ({ page }) => {
  await page.clock.install({ time: "2026-01-01" });
  const run = await open(page);
  // From here time passes only when told, however long a click takes.
  await page.clock.pauseAt("2026-01-02");
  await run.getByRole("button", { name: "Play" }).click();
  await page.clock.runFor(1000);
  expect(await step(run)).toBe(2);
  await page.clock.runFor(900);
  expect(await step(run)).toBe(3);
  await run.getByRole("button", { name: "Pause" }).click();
  await page.clock.runFor(5000);
  expect(await step(run)).toBe(3);
});

test("a click on a segment or a band goes there", async ({ page }) => {
  const run = await open(page);
  await picture(run).locator(".seglab", { hasText: "SYN+ACK" }).click();
  expect(await step(run)).toBe(3);
  await picture(run).locator(".st-SS .nm").first().click();
  expect(await step(run)).toBe(2);
});

test("panels show what the real tools would print", async ({ page, isMobile }) => {
  const run = await open(page, "close-three");
  await run.locator(".pictures").focus();
  await page.keyboard.press("End");
  if (isMobile) {
    const tabs = run.getByRole("tab");
    await expect(tabs).toHaveText(["ss on A", "ss on B", "tcpdump", "Why?"]);
    await tabs.first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(tabs.nth(2)).toHaveAttribute("aria-selected", "true");
    expect(await step(run)).toBe(13);
  }
  const wire = run.locator(".wire");
  await expect(wire).toContainText(/IP 10\.0\.0\.1\.\d+ > 10\.0\.0\.2\.7000: Flags \[S\], seq \d+, win 64240/);
  await expect(wire).toContainText("Flags [F.], seq 1, ack 28");
  if (isMobile) await run.getByRole("tab", { name: "ss on A" }).click();
  await expect(run.locator(".panel").first()).toContainText(
    /TIME-WAIT 0 {6}0 {11}10\.0\.0\.1:\d{5} {5}10\.0\.0\.2:7000 timer:\(timewait/,
  );
});

test("after a prediction the first run shows nothing in advance, the second its outlines", async ({ page }) => {
  const run = await open(page, "close-four");
  const labels = picture(run).locator(".seglab");
  await expect(labels).toHaveCount(0);
  await expect(run.getByRole("button", { name: /Next state change/ })).toHaveText("Next state change");
  await run.locator(".pictures").focus();
  await page.keyboard.press("ArrowRight");
  await expect(labels).toHaveText(["SYN"]);
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  expect(await labels.count()).toBeGreaterThan(7);
  await expect(run.getByRole("button", { name: /Next state change/ })).toHaveText(/Next state change: A, 0.100 s/);
});

test("the recording of the kernel plays in the same picture", async ({ page }) => {
  const run = await open(page);
  const fetched = page.waitForResponse(/simultaneous-close\.evidence\.jsonl/);
  await run.getByRole("radio", { name: /Recorded on Linux/ }).check();
  await fetched;
  await run.locator(".pictures").focus();
  // A recording made on a busy machine may take a step more.
  const panel = run.locator(".panel").first();
  for (let i = 0; i < 12 && !(await panel.textContent())?.includes("CLOSING"); i++)
    await page.keyboard.press("ArrowRight");
  await expect(panel).toContainText("CLOSING");
  await run.getByRole("radio", { name: "Simulator" }).check();
  expect(await step(run)).toBeGreaterThanOrEqual(9);
});

test("a recording that does not come says so and the simulator's run stays", async ({ page }) => {
  await page.route(/evidence\.jsonl/, (route) => route.fulfill({ status: 200, body: "no trace at all" }));
  const run = await open(page);
  await run.getByRole("radio", { name: /Recorded on Linux/ }).click();
  await expect(run.getByRole("alert")).toContainText("could not be loaded");
  await expect(run.getByRole("radio", { name: "Simulator" })).toBeChecked();
  await run.getByRole("button", { name: "Step", exact: true }).click();
  expect(await step(run)).toBe(2);
});

test("evidence stands below: kernel, agreement, numbers", async ({ page }) => {
  const run = await open(page);
  const evidence = run.getByRole("region", { name: "Evidence" });
  await expect(evidence).toContainText("Linux 6.18.44");
  await expect(evidence).toContainText("Engine and recording agree");
  await expect(evidence).toContainText(/A1 in TIME-WAIT\s*6[0-9]/);
});

test.describe("links to a step", () => {
  test("are copied, and lead back to it", async ({ page, context, isMobile }) => {
    test.skip(isMobile, "the clipboard is the same");
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    let run = await open(page);
    await run.locator(".pictures").focus();
    for (let i = 0; i < 7; i++) await page.keyboard.press("ArrowRight");
    await run.getByRole("button", { name: "Copy link" }).click();
    await expect(run.locator("p[aria-live]")).toHaveText("Link copied.");
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/#x=simultaneous-close@\d+&v=2&h=[0-9a-f]{8}$/);
    await page.goto("about:blank");
    await page.goto(link);
    run = page.locator('[data-simulator="simultaneous-close"]');
    await expect(now(run)).toHaveText("Step 8");
    await expect(run.locator(".sim-head")).toBeInViewport();
  });

  for (const [name, fragment, says] of [
    ["unknown experiment", "#x=nobody-knows@4", "not on this page (nobody-knows)"],
    ["unknown step", "#x=close-four@99999", "does not have"],
    ["newer form", "#x=close-four@20&v=7", "newer version"],
    ["changed experiment", "#x=close-four@20&v=1&h=00000000", "has changed"],
  ] as const)
    test(`${name}: the nearest state, and a word about it`, async ({ page }) => {
      const run = await open(page, "close-four", fragment);
      await expect(run.locator(".notice")).toContainText(says);
      expect(await step(run)).toBeGreaterThan(0);
    });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test("the picture shows the last step and the table every step", async ({ page }) => {
    await page.goto(CHAPTER);
    const still = page.locator('[data-simulator="close-four"] .still');
    await expect(still.locator("svg.fig")).toBeVisible();
    await expect(still.locator("svg.fig")).toContainText("no socket");
    await expect(still.getByRole("row")).toHaveCount(17);
    await expect(page.locator('[data-simulator="close-four"] [data-live]')).toBeHidden();
  });
});

test("nothing overflows, nothing complains, no request leaves the origin", async ({ page, baseURL }) => {
  const complaints: string[] = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => request.url().startsWith(baseURL ?? "") || complaints.push(request.url()));
  const run = await open(page, "close-four");
  await run.locator(".pictures").focus();
  await page.keyboard.press("End");
  await run.locator("details.twin summary").click();
  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(width[0]).toBeLessThanOrEqual(width[1] ?? 0);
  expect(complaints).toEqual([]);
});

test("every step stands in the table, once it is opened, and on paper", async ({ page }) => {
  const run = await open(page, "close-four");
  const rows = run.locator("details.twin tbody tr");
  await run.locator("details.twin summary").click();
  await expect(rows.nth(10)).toBeVisible();
  const steps = await rows.count();
  await run.locator("details.twin summary").click();
  await expect(rows).toHaveCount(0);
  // Unmoved, the run is printed whole from its still picture, and its own table stays off the paper.
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await expect(rows.filter({ visible: true })).toHaveCount(steps);
});

test("on a phone the sentence and the controls stay in reach", async ({ page, isMobile }) => {
  test.skip(!isMobile, "phones only");
  const run = await open(page, "close-four");
  const button = run.getByRole("button", { name: "Step", exact: true });
  for (let i = 0; i < 11; i++) await button.click();
  await expect(run.locator(".dock")).toBeInViewport();
  await expect(run.locator(".dock")).toContainText("FIN-WAIT-2");
  const line = picture(run).locator(".now-l");
  const box = await line.boundingBox();
  expect(box?.y).toBeGreaterThan(52);
  expect(box?.y).toBeLessThan(560);
});
