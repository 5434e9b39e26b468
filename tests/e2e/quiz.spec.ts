import { expect, type Page, test } from "@playwright/test";
import { shownOptions } from "../../src/quiz/shuffle.ts";
import { ASKED } from "./answers.ts";

const CHAPTER = "chapters/how-a-connection-ends/";
const KEY = "last-ack.progress";

/** Opens the chapter and waits until its islands near the given one run. */
async function open(page: Page, box: "predict" | "quiz") {
  await page.goto(CHAPTER);
  const island = page.locator(".quiz-box", { has: page.locator(`.ask.${box}`) }).first();
  await island.scrollIntoViewIfNeeded();
  await expect(island.locator("astro-island")).not.toHaveAttribute("ssr");
  return island.locator(`.ask.${box}`);
}
const kept = (page: Page) =>
  page.evaluate(
    (key) => JSON.parse(localStorage.getItem(key) ?? '{"items":{}}') as { items: Record<string, unknown[]> },
    KEY,
  );

test("a question is answered wrong, read, answered right, and found again after a reload", async ({ page }) => {
  let quiz = await open(page, "quiz");
  await quiz.getByRole("radio", { name: /it opened the connection/ }).check();
  await quiz.getByRole("radio", { name: "sure", exact: true }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  await expect(quiz.getByText("Not this. It was your answer.")).toBeVisible();
  for (const reason of [/TIME-WAIT follows the first FIN/, /Whoever closes first/, /It looks even/])
    await expect(quiz.getByRole("listitem").filter({ hasText: reason })).toBeVisible();

  await quiz.getByRole("button", { name: "Try again" }).click();
  await quiz.getByRole("radio", { name: /its program closed first/ }).check();
  await quiz.getByRole("radio", { name: "think so" }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  await expect(quiz.getByText("Right. It was your answer.")).toBeVisible();

  quiz = await open(page, "quiz");
  await expect(quiz.getByText(/you were fairly sure, and right/)).toBeVisible();
  await quiz.getByRole("button", { name: "Show me" }).click();
  await expect(quiz.getByText("Right. It was your answer.")).toBeVisible();
  expect((await kept(page)).items["who-keeps-time-wait"]).toMatchObject([{ right: false }, { right: true }]);
});

test("nothing counts before the reader has said how sure, and no answer is shown before an honest try", async ({
  page,
}) => {
  const quiz = await open(page, "quiz");
  await expect(quiz.getByRole("button", { name: "Show me" })).toHaveCount(0);
  await quiz.getByRole("button", { name: "Answer" }).click();
  await expect(quiz.getByRole("alert")).toHaveText("Choose an answer first.");
  await quiz.getByRole("radio", { name: /its program closed first/ }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  await expect(quiz.getByRole("alert")).toHaveText("Say how sure you are: it counts only before you know.");
  await expect(quiz.locator(".fb")).toHaveCount(0);
  expect((await kept(page)).items).toEqual({});
});

test("a further try has an order of its own, and on return the question is blank", async ({ page }) => {
  const item = ASKED.get("who-keeps-time-wait")?.item;
  if (!item) throw new Error("no such question");
  const shown = () =>
    page
      .locator(".ask.quiz input[name=answer]")
      .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  const orderOf = async (attempt: number): Promise<readonly string[]> => {
    const visitor = await page.evaluate(
      (key) => (JSON.parse(localStorage.getItem(key) ?? "{}") as { visitor?: string }).visitor ?? "",
      KEY,
    );
    return shownOptions(item, attempt, visitor).map(({ id }) => id);
  };
  let quiz = await open(page, "quiz");
  expect(await shown()).toEqual(await orderOf(0));
  for (const attempt of [1, 2, 3]) {
    await quiz.locator("input[name=answer]").first().check();
    await quiz.getByRole("radio", { name: "guess" }).check();
    await quiz.getByRole("button", { name: "Answer" }).click();
    await quiz.getByRole("button", { name: "Try again" }).click();
    expect(await shown()).toEqual(await orderOf(attempt));
  }
  quiz = await open(page, "quiz");
  expect(await shown()).toEqual(await orderOf(3));
  await expect(quiz.locator("input:checked")).toHaveCount(0);
  await expect(quiz.locator(".history")).toContainText("you were guessing");
});

test("what a jump passes over is told at the end", async ({ page }) => {
  const quiz = await open(page, "quiz");
  const steps = quiz.getByRole("list", { name: "Questions" }).getByRole("button");
  const count = await steps.count();
  await steps.last().click();
  await quiz.locator("input[name=answer]").first().check();
  await quiz.getByRole("radio", { name: "guess" }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  await quiz.getByRole("button", { name: `To what you passed over: ${count - 1}` }).click();
  await expect(quiz.locator(".tag")).toBeFocused();
  await expect(quiz.locator(".tag")).toContainText(`1 of ${count}`);
});

test("each question has a report of its own, with its id and version", async ({ page }) => {
  const quiz = await open(page, "quiz");
  await expect(quiz.locator(".report-item")).toHaveCount(0);
  await quiz.locator("input[name=answer]").first().check();
  await quiz.getByRole("radio", { name: "guess" }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  await quiz.getByText("Something wrong with this question?").click();
  const version = ASKED.get("who-keeps-time-wait")?.item.hash;
  await expect(quiz.locator(".report-item code")).toHaveText(`question who-keeps-time-wait (${version})`);
});

test("a prediction locks in and opens the run; the reasons wait until they are asked for", async ({ page }) => {
  await page.addInitScript(() => {
    const heard: unknown[] = [];
    Object.assign(globalThis, { heard });
    document.addEventListener("lastack:predicted", (event) => heard.push((event as CustomEvent).detail));
  });
  let predict = await open(page, "predict");
  await predict.getByRole("radio", { name: /^Three/ }).check();
  await predict.getByRole("radio", { name: "sure", exact: true }).check();
  await predict.getByRole("button", { name: "Lock in and run it" }).click();
  const detail = { experiment: "close-four", id: "predict-close-segments" };
  await expect.poll(() => page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard)).toEqual([detail]);
  await expect(page.locator("[data-predicts=close-four]")).toHaveAttribute("data-predicted", "");
  await expect(predict.locator(".fb")).toHaveCount(0);

  predict = await open(page, "predict");
  await expect(predict.getByRole("radio", { name: /^Three/ })).toBeChecked();
  await expect(predict.getByRole("radio", { name: /^Three/ })).toBeDisabled();
  const observe = predict.getByRole("button", { name: "What did you observe?" });
  await expect(observe).toBeHidden();
  const run = page.locator('[data-simulator="close-four"]');
  await run.scrollIntoViewIfNeeded();
  await expect(run.locator("[data-ready]")).toBeAttached();
  await run.getByRole("slider").focus();
  await page.keyboard.press("End");
  await run.getByRole("link", { name: "What did you observe?" }).click();
  await expect(observe).toBeInViewport();
  await observe.click();
  await predict.getByRole("radio", { name: /^Four/ }).check();
  await predict.getByRole("button", { name: "That is what I saw" }).click();
  await expect(predict.getByText("Right. It is what you saw.")).toBeVisible();
  await expect(predict.getByText("You saw something else than you predicted.")).toBeVisible();
  expect((await kept(page)).items["predict-close-segments.observed"]).toMatchObject([{ right: true }]);

  predict = await open(page, "predict");
  await predict.getByRole("button", { name: "Compare with what happened" }).click();
  await expect(predict.locator(".fb")).toHaveCount(3);
});

test("a prediction can be skipped, which is kept", async ({ page }) => {
  const predict = await open(page, "predict");
  await predict.getByRole("button", { name: "Skip" }).click();
  await expect(predict.getByText("Skipped.")).toBeVisible();
  expect((await kept(page)).items["predict-close-segments"]).toMatchObject([{ answer: null }]);
});

test("two tabs keep each other's answers", async ({ context, page }) => {
  const left = await open(page, "quiz");
  const right = await open(await context.newPage(), "quiz");
  for (const [quiz, name] of [
    [left, /it opened the connection/],
    [right, /its program closed first/],
  ] as const) {
    await quiz.getByRole("radio", { name }).check();
    await quiz.getByRole("radio", { name: "guess" }).check();
    await quiz.getByRole("button", { name: "Answer" }).click();
  }
  await expect.poll(async () => (await kept(page)).items["who-keeps-time-wait"]?.length).toBe(2);
});

test("blocked storage is said, and the answers can be taken along", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, "localStorage", {
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
  });
  const quiz = await open(page, "quiz");
  await quiz.locator("input[name=answer]").first().check();
  await quiz.getByRole("radio", { name: "guess" }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  await expect(quiz).toHaveClass(/answered/);
  await expect(page.getByText("This browser keeps nothing for this site.")).toHaveCount(1);
  const download = page.waitForEvent("download");
  await page.locator(".trouble").getByRole("button", { name: "Download answers" }).click();
  expect((await download).suggestedFilename()).toBe("last-ack-answers.json");
});

test("full storage is said, and the answers can be taken along", async ({ page }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  const quiz = await open(page, "quiz");
  await expect(page.locator(".trouble")).toHaveCount(0);
  await quiz.locator("input[name=answer]").first().check();
  await quiz.getByRole("radio", { name: "guess" }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  await expect(quiz).toHaveClass(/answered/);
  await expect(page.getByText("The browser has no room left for this site.")).toHaveCount(1);
  const download = page.waitForEvent("download");
  await page.locator(".trouble").getByRole("button", { name: "Download answers" }).click();
  const text = await (await (await download).createReadStream()).toArray();
  expect(Buffer.concat(text as Buffer[]).toString()).toContain("who-keeps-time-wait");
});

test("answers of a later version are left alone, and it is said", async ({ page }) => {
  const later = '{"version":99,"items":{}}';
  await page.addInitScript(([key, text]) => localStorage.setItem(key, text), [KEY, later] as const);
  const quiz = await open(page, "quiz");
  await expect(page.getByText("written by a later version of this site")).toHaveCount(1);
  await quiz.locator("input[name=answer]").first().check();
  await quiz.getByRole("radio", { name: "guess" }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  await expect(quiz).toHaveClass(/answered/);
  expect(await page.evaluate((key) => localStorage.getItem(key), KEY)).toBe(later);
});

test("corrupt storage is set aside, not lost, and the page works", async ({ page }) => {
  await page.addInitScript((key) => {
    if (localStorage.length === 0) localStorage.setItem(key, "{ half of it");
  }, KEY);
  const quiz = await open(page, "quiz");
  await expect(page.getByText("They were set aside, not deleted.")).toHaveCount(1);
  await quiz.locator("input[name=answer]").first().check();
  await quiz.getByRole("radio", { name: "guess" }).check();
  await quiz.getByRole("button", { name: "Answer" }).click();
  expect(Object.keys((await kept(page)).items)).toEqual(["who-keeps-time-wait"]);
  expect(
    await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.includes(".aside."))?.[1] as unknown),
  ).toBe("{ half of it");
});

test("what was set aside on one page is offered on the next, until it was downloaded", async ({ page }) => {
  await page.addInitScript((key) => {
    if (localStorage.length === 0) localStorage.setItem(key, "{ half of it");
  }, KEY);
  // The marks in the navigation read the answers there, and set them aside.
  await page.goto("lab/");
  await expect.poll(() => page.evaluate((key) => localStorage.getItem(`${key}.aside`), KEY)).not.toBeNull();
  await page.goto("progress/");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download what was set aside" }).click();
  const text = await (await (await download).createReadStream()).toArray();
  expect(Buffer.concat(text as Buffer[]).toString()).toBe("{ half of it");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Take it along" })).toBeVisible();
  await expect(page.getByText("They were set aside, not deleted.")).toHaveCount(0);
});

test("nothing moves when the script takes over, for a newcomer and for one who answered before", async ({ page }) => {
  await page.addInitScript(() => {
    const seen = { shift: 0 };
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
        if (!entry.hadRecentInput) seen.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const visit of ["first", "second"]) {
    const quiz = await open(page, "quiz");
    const predict = await open(page, "predict");
    await page.waitForTimeout(300);
    expect(
      await page.evaluate(() => (globalThis as unknown as { seen: { shift: number } }).seen.shift),
      visit,
    ).toBeLessThan(0.02);
    if (visit === "second") break;
    await predict.getByRole("button", { name: "Skip" }).click();
    await quiz.locator("input[name=answer]").first().check();
    await quiz.getByRole("radio", { name: "guess" }).check();
    await quiz.getByRole("button", { name: "Answer" }).click();
  }
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });
  test("everything to touch is 44 px high, and nothing is wider than the screen", async ({ page }) => {
    const quiz = await open(page, "quiz");
    const small = () =>
      page.locator(".quiz-box").evaluateAll((boxes) =>
        boxes
          .flatMap((box) => [...box.querySelectorAll("button, label, input[type=text], .btn")])
          .filter(
            (one) =>
              one.checkVisibility() && !one.classList.contains("vh") && one.getBoundingClientRect().height < 43.5,
          )
          .map((one) => `${one.tagName} ${one.textContent}`),
      );
    expect(await small()).toEqual([]);
    await quiz.locator("input[name=answer]").first().check();
    await quiz.getByRole("radio", { name: "guess" }).check();
    await quiz.getByRole("button", { name: "Answer" }).click();
    expect(await small()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});
