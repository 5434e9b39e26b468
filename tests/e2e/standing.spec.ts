import { expect, type Locator, type Page, test } from "@playwright/test";

/** One answer in every group of a question, and how sure. */
async function answer(form: Locator): Promise<void> {
  const text = form.locator("input[type=text]");
  if ((await text.count()) > 0) await text.fill("40");
  const move = form.locator("[data-move]:not([aria-disabled=true])");
  if ((await move.count()) > 0) await move.first().click();
  for (const name of ["answer", "reason"]) {
    const option = form.locator(`input[name=${name}]:is([type=radio], [type=checkbox])`);
    if ((await option.count()) > 0) await option.first().check();
  }
  await form.getByRole("radio", { name: "think so" }).check();
}

/** A browser that keeps nothing. */
async function withoutStorage(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, "localStorage", {
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
  });
}

const shownForm = (page: Page): Locator => page.locator(".paper form:visible");

test.describe("the exam", () => {
  test("is drawn, answered by hand, and ends in a result with everything to read", async ({ page }) => {
    await page.goto("/exam/");
    await page.getByRole("button", { name: "Begin" }).click();
    await expect(page.locator(".paper form")).toHaveCount(20);
    await expect(page).toHaveURL(/\?seed=[a-z0-9]{6}&v=[0-9a-f]{8}$/);
    for (let n = 1; n <= 20; n += 1) {
      await expect(shownForm(page).locator(".tag")).toContainText(`Question ${n} of 20`);
      await answer(shownForm(page));
      await shownForm(page).locator("button[type=submit]").press("Enter");
    }
    const heading = page.getByRole("heading", { name: /^\d+ of 20 right$/ });
    await expect(heading).toBeFocused();
    await expect(page.locator(".byclaim li")).toHaveCount(20);
    const right = Number((await heading.textContent())?.split(" ")[0]);
    await expect(page.locator(".calibration tbody tr").nth(1).locator("td")).toHaveText([
      String(right),
      String(20 - right),
    ]);
    await expect(page.locator("pre.summary")).toContainText(`Last ACK exam: ${right} of 20 right.`);
    await expect(page.locator("pre.summary")).toContainText("/exam/?seed=");
    // What was answered counts wherever else the question stands.
    await page.goto("/progress/");
    await expect(page.getByText(/^20 of \d+ claims asked about/)).toBeVisible();
  });

  test("is the same for everybody with the link, and keeps what was answered over a reload", async ({
    page,
    context,
  }) => {
    await page.goto("/exam/?seed=team1");
    await expect(page.locator(".paper form")).toHaveCount(20);
    const stems = await page.locator(".paper .q").allTextContents();
    expect(stems).toHaveLength(20);
    await answer(shownForm(page));
    await page.reload();
    await expect(page.getByRole("button", { name: "Question 1, answered" })).toBeVisible();
    await expect(shownForm(page).getByRole("radio", { name: "think so" })).toBeChecked();
    const other = await context.newPage();
    await other.goto("/exam/?seed=TEAM1");
    await expect(other.locator(".paper form")).toHaveCount(20);
    expect(await other.locator(".paper .q").allTextContents()).toEqual(stems);
  });

  test("asks before it ends with open questions, and says so of a link to another set", async ({ page }) => {
    await page.goto("/exam/?seed=team1&v=00000000");
    await expect(page.getByText(/made for another set of questions \(00000000\)/)).toBeVisible();
    await page.getByRole("button", { name: "Finish", exact: true }).click();
    await expect(page.getByText(/^Without an answer: 1, 2, 3/)).toBeVisible();
    await page.getByRole("button", { name: "Finish all the same" }).click();
    await expect(page.getByRole("heading", { name: "0 of 20 right" })).toBeVisible();
  });

  test("says with the result that the browser keeps nothing", { tag: "@once" }, async ({ page }) => {
    await withoutStorage(page);
    await page.goto("/exam/?seed=team1");
    await page.getByRole("button", { name: "Finish", exact: true }).click();
    await page.getByRole("button", { name: "Finish all the same" }).click();
    await expect(page.locator(".result").getByText("This browser keeps nothing for this site.")).toHaveCount(1);
    await expect(page.locator(".result").getByRole("button", { name: "Download answers" })).toBeVisible();
  });

  test("says what is wrong with the name of an exam", async ({ page }) => {
    await page.goto("/exam/?seed=no%20such%20exam");
    await expect(page.getByRole("alert")).toContainText("“no such exam” is not the name of an exam");
    await expect(page.getByRole("button", { name: "Begin" })).toBeVisible();
  });

  test("keeps the answers when the questions cannot be fetched", async ({ page }) => {
    await page.route("**/questions/catalogue.json", (route) => route.abort());
    await page.goto("/exam/?seed=team1");
    await expect(page.getByRole("alert")).toContainText("could not be fetched");
    await page.unroute("**/questions/catalogue.json");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator(".paper form")).toHaveCount(20);
  });

  test("prints as a sheet with the answers behind", async ({ page }) => {
    await page.goto("/exam/?seed=team1");
    await expect(page.locator(".paper form")).toHaveCount(20);
    await page.emulateMedia({ media: "print" });
    await expect(page.locator(".paper")).toBeHidden();
    await expect(page.locator(".sheet > ol").first().locator("> li")).toHaveCount(20);
    await expect(page.locator(".sheet > ol").last().locator("> li")).toHaveCount(20);
  });
});

test.describe("what do you believe", () => {
  test("ten beliefs by keyboard, then the verdicts and a path", async ({ page }) => {
    await page.goto("/believe/");
    await expect(page.locator("astro-island")).not.toHaveAttribute("ssr");
    const groups = page.locator(".believe fieldset");
    await expect(groups).toHaveCount(10);
    for (const group of await groups.all()) {
      await group.getByRole("radio").first().focus();
      await page.keyboard.press("Space");
    }
    await page.getByRole("button", { name: "Show me" }).press("Enter");
    await expect(page.getByText(/^\d+ of 10 judged rightly\.$/)).toBeFocused();
    await expect(page.locator(".believe .claim .verdict").first()).toHaveText(/^(False|True|Imprecise|Changed):$/);
    await page.locator(".believe .reading a").first().click();
    await expect(page).toHaveURL(/\/chapters\/[a-z-]+\/$/);
  });

  test("says that the browser keeps nothing", { tag: "@once" }, async ({ page }) => {
    await withoutStorage(page);
    await page.goto("/believe/");
    await expect(page.locator(".believe").getByText("This browser keeps nothing for this site.")).toHaveCount(1);
    await expect(page.locator(".believe").getByRole("button", { name: "Download answers" })).toBeVisible();
  });
});

/** Answers as a browser would hold them, `days` ago. */
async function withAnswers(
  page: Page,
  days: number,
  answers: readonly [item: string, right: boolean, sure: boolean][],
) {
  await page.addInitScript(
    ([ago, list]) => {
      if (localStorage.getItem("last-ack.progress") !== null) return;
      const at = Date.now() - ago * 86_400_000;
      const items = Object.fromEntries(
        list.map(([item, right, sure]) => [
          item,
          [{ at, answer: "x", right, confidence: sure ? "sure" : "guess", hash: "00000000" }],
        ]),
      );
      localStorage.setItem("last-ack.progress", JSON.stringify({ version: 1, visitor: "test", items, resets: {} }));
    },
    [days, answers] as const,
  );
}

test.describe("the review", () => {
  test("has nothing for a newcomer, and says where to begin", async ({ page }) => {
    await page.goto("/review/");
    await expect(page.getByText("Nothing to review yet.")).toBeVisible();
    await expect(page.getByRole("link", { name: "To the course" })).toBeVisible();
  });

  test("asks what is due in another guise, and goes on without a network", async ({ page, context }) => {
    await withAnswers(page, 2, [["recipe-fin-timeout-30", false, true]]);
    await page.goto("/review/");
    await expect(page.getByText("One question is due.")).toBeVisible();
    await expect(page.getByText("You were sure and wrong about 1 of them.")).toBeVisible();
    const quiz = page.locator(".ask.quiz");
    await expect(quiz).not.toHaveAttribute("data-question", "recipe-fin-timeout-30");
    await context.setOffline(true);
    await answer(quiz.locator("form"));
    await quiz.getByRole("button", { name: "Answer" }).click();
    await expect(quiz.getByText(/Right\.|Not this\./).first()).toBeVisible();
  });

  test("says when the next is due", async ({ page }) => {
    await withAnswers(page, 0, [["recipe-fin-timeout-30", true, true]]);
    await page.goto("/review/");
    await expect(
      page.getByText(
        /^Nothing is due\. The next question is due on .+ Claims in your review: 1\. Until then: a challenge\.?$/,
      ),
    ).toBeVisible();
  });
});

test.describe("progress", () => {
  test("shows chapters, what was sure and wrong, what has changed; marks stand in the navigation", async ({ page }) => {
    await withAnswers(page, 2, [["recipe-fin-timeout-30", false, true]]);
    await page.goto("/progress/");
    await expect(
      page
        .getByRole("row", { name: /tcp_fin_timeout: sixty seconds/ })
        .locator("td")
        .first(),
    ).toHaveText(/^1 \/ \d+$/);
    await expect(page.getByRole("heading", { name: "Sure and wrong" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Changed since you answered" })).toBeVisible();
    const room = page.locator("html");
    expect(await room.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
    await page.goto("/lab/");
    await expect(page.locator('#nav [href$="/chapters/fin-timeout/"] .mark')).toHaveText(/^0\/\d+$/);
  });

  test("travels as text, merges, and forgets only what was asked, after a question", async ({ page, browser }) => {
    // A second browser window and seven dialogs: a loaded machine needs longer.
    test.slow();
    await withAnswers(page, 2, [
      ["recipe-fin-timeout-30", false, true],
      ["who-keeps-time-wait", true, true],
    ]);
    await page.goto("/progress/");
    await page.getByText("Your answers as text").click();
    const text = await page.getByRole("textbox", { name: "Your answers as text" }).inputValue();
    const elsewhere = await browser.newPage();
    await elsewhere.goto(page.url());
    await elsewhere.getByRole("textbox", { name: "Text from another browser" }).fill(text);
    await elsewhere.getByRole("button", { name: "Merge this text" }).click();
    await expect(elsewhere.getByText("Merged. Questions with answers: 2.")).toBeVisible();
    await elsewhere.getByRole("textbox", { name: "Text from another browser" }).fill("{]");
    await elsewhere.getByRole("button", { name: "Merge this text" }).click();
    await expect(elsewhere.getByText(/holds no answers that can be read/)).toBeVisible();
    const file = { name: "last-ack-answers.json", mimeType: "application/json", buffer: Buffer.from(text) };
    await elsewhere.getByLabel("Merge a file").setInputFiles(file);
    await expect(elsewhere.getByText("Merged. Questions with answers: 2.")).toBeVisible();
    await elsewhere.close();

    await page.getByRole("button", { name: /^Forget the answers of this chapter: tcp_fin_timeout/ }).click();
    await page.getByRole("alert").getByRole("button", { name: "Keep" }).click();
    await expect(page.getByRole("heading", { name: "Sure and wrong" })).toBeVisible();
    await page.getByRole("button", { name: /^Forget the answers of this chapter: tcp_fin_timeout/ }).click();
    await page.getByRole("alert").getByRole("button", { name: "Forget" }).click();
    await expect(page.getByRole("heading", { name: "Sure and wrong" })).toBeHidden();
    await expect(page.getByText(/^1 of \d+ claims asked about: 1 right/)).toBeVisible();
    await page.getByRole("button", { name: "Forget everything" }).click();
    await page.getByRole("alert").getByRole("button", { name: "Forget" }).click();
    await expect(page.getByText("No answers yet.")).toBeVisible();
  });
});

test("without an address for reports the page offers a text with its version", async ({ page }) => {
  await page.goto("/facts/half-close/");
  await page.getByText("Something wrong here?").click();
  await expect(page.locator(".report code")).toHaveText(/^\/facts\/half-close\/ \([0-9a-f]{8}\)$/);
});

test("the worksheet has boxes to tick, and answers only on request", async ({ page }) => {
  await page.goto("/onboarding/");
  await expect(page.locator(".worksheet > .onpaper > li")).toHaveCount(7);
  await expect(page.locator(".worksheet details .onpaper")).toBeHidden();
  await page.getByText("Answers", { exact: true }).click();
  await expect(page.locator(".worksheet details .onpaper > li")).toHaveCount(7);
});
