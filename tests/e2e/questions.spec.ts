/** Every question of every page: answered right and wrong, by pointer and by keyboard, and read without a script. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { plainText } from "../../src/quiz/inline.ts";
import { grade } from "../../src/quiz/grade.ts";
import type { Answer, Item } from "../../src/quiz/model.ts";
import { answersTo, ASKED, feedbacks } from "./answers.ts";
import { pages } from "./pages.ts";

const PAGES = pages().filter((address) => address.startsWith("/chapters/"));
const chapterOf = (address: string): string => address.split("/")[2] ?? "";
type Given = ReturnType<typeof answersTo>[number];

/** How an answer gets into the form, and how a button is pressed. */
interface Hand {
  choose(item: Item, answer: Answer): Promise<void>;
  sure(): Promise<void>;
  press(selector: string): Promise<void>;
}

/** What stands there after an answer. */
async function graded(box: Locator) {
  return box.evaluate((element) => ({
    answered: element.querySelector(".ask")?.classList.contains("answered") === true,
    focused: document.activeElement === element.querySelector(".tag"),
    said: element.querySelector(".ask > [role=status]")?.textContent ?? "",
    // Without the verdict before it.
    feedback: [...element.querySelectorAll(".fb")].map((one) =>
      [...one.childNodes]
        .slice(1)
        .map((part) => part.textContent)
        .join(""),
    ),
  }));
}

async function give(box: Locator, hand: Hand, item: Item, { answer, right }: Given): Promise<void> {
  await hand.choose(item, answer);
  await hand.sure();
  await hand.press("form [type=submit]");
  await expect(box.locator(".ask")).toHaveClass(/answered/);
  const { said, feedback, focused } = await graded(box);
  const where = `${item.id}: ${JSON.stringify(answer)}`;
  expect(said.startsWith(right ? "Right." : "Not this."), `${where}: ${said}`).toBe(true);
  expect(said, where).toContain(plainText(grade(item, answer).feedback));
  expect(feedback, where).toEqual(expect.arrayContaining([...feedbacks(item)]));
  expect(focused, `${where}: focus`).toBe(true);
}

function pointer(box: Locator): Hand {
  const touch = test.info().project.use.hasTouch === true;
  const press = (target: Locator): Promise<void> => (touch ? target.tap() : target.click());
  return {
    press: (selector) => press(box.locator(selector)),
    sure: () => press(box.locator("label:has([name=confidence][value=guess])")),
    async choose(item, answer) {
      if (item.kind === "number") return box.locator("input[name=answer]").fill(String(answer));
      if (item.kind === "order") return sort(box, answer, (selector) => press(box.locator(selector)));
      const [first = "", reason = ""] = [answer].flat().map(String);
      const chosen = item.kind === "multiple" ? [answer].flat() : [first];
      for (const value of chosen) await press(box.locator(`label:has([name=answer][value="${value}"])`));
      if (item.reasons) await press(box.locator(`label:has([name=reason][value="${reason}"])`));
    },
  };
}

/** Nothing but Tab, arrows, Space, Enter and digits, from wherever the focus is. */
function keyboard(page: Page): Hand {
  const at = (selector: string): Promise<boolean> =>
    page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector);
  const tabTo = async (selector: string): Promise<void> => {
    for (let tabs = 0; !(await at(selector)); tabs++) {
      expect(tabs, `${selector} is not reached by Tab`).toBeLessThan(40);
      await page.keyboard.press("Tab");
    }
  };
  /** One Tab stop for the group; the arrows go through it. */
  const radio = async (name: string, value: string): Promise<void> => {
    await tabTo(`[name="${name}"]`);
    await page.keyboard.press("Space");
    for (let arrows = 0; !(await at(`[value="${value}"]:checked`)); arrows++) {
      expect(arrows, `${value} is not reached by arrows`).toBeLessThan(8);
      await page.keyboard.press("ArrowDown");
    }
  };
  return {
    async press(selector) {
      await tabTo(selector);
      await page.keyboard.press("Enter");
    },
    sure: () => radio("confidence", "guess"),
    async choose(item, answer) {
      if (item.kind === "number") {
        await tabTo("input[name=answer]");
        await page.keyboard.type(String(answer));
      } else if (item.kind === "order") {
        const box = page.locator(".quiz-box", { has: page.locator(":focus") });
        await sort(box, answer, async (selector) => {
          // The first move is ahead of the focus, the others may be behind it.
          if (!(await at(".sorter *"))) return this.press(selector);
          for (let tabs = 0; !(await at(selector)); tabs++) {
            expect(tabs, `${selector} is not reached by Tab`).toBeLessThan(40);
            const back = await page.evaluate((wanted) => {
              const target = document.querySelector(wanted);
              return target !== null && (document.activeElement?.compareDocumentPosition(target) ?? 0) === 2;
            }, selector);
            await page.keyboard.press(back ? "Shift+Tab" : "Tab");
          }
          await page.keyboard.press("Enter");
        });
      } else if (item.kind === "multiple") {
        for (const { id } of await shown(page, answer)) {
          await tabTo(`[name=answer][value="${id}"]`);
          await page.keyboard.press("Space");
        }
      } else {
        const [first = "", reason = ""] = [answer].flat().map(String);
        await radio("answer", first);
        if (item.reasons) await radio("reason", reason);
      }
    },
  };
}

/** Ids of an answer in the order in which they stand in the page. */
async function shown(page: Page, answer: Answer): Promise<readonly { readonly id: string }[]> {
  const wanted = new Set([answer].flat().map(String));
  const box = page.locator(".quiz-box", { has: page.locator(":focus") });
  const values = await box
    .locator("input[name=answer]")
    .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  return values.filter((id) => wanted.has(id)).map((id) => ({ id }));
}

/** Moves each event up to its place, the first one first. */
async function sort(box: Locator, answer: Answer, press: (selector: string) => Promise<void>): Promise<void> {
  const wanted = [answer].flat().map(String);
  const order = () =>
    box.locator("input[name=answer]").evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
  for (const [place, id] of wanted.entries())
    for (let from = (await order()).indexOf(id); from > place; from--) await press(`[data-move="${id} -1"]`);
  expect(await order()).toEqual(wanted);
}

/** The boxes of a page with the ids of their questions, their islands running. */
async function boxes(page: Page): Promise<readonly { box: Locator; predict: boolean; items: readonly Item[] }[]> {
  const all = page.locator(".quiz-box");
  const found = [];
  for (let at = 0; at < (await all.count()); at++) {
    const box = all.nth(at);
    await box.scrollIntoViewIfNeeded();
    await expect(box.locator("astro-island")).not.toHaveAttribute("ssr");
    const { ids, predict } = await box.evaluate((element) => ({
      predict: element.hasAttribute("data-predicts"),
      ids: element.hasAttribute("data-predicts")
        ? [element.id]
        : [...element.querySelectorAll("noscript")].map(
            (one) => /data-question="([^"]+)"/.exec(one.textContent)?.[1] ?? "",
          ),
    }));
    found.push({
      box,
      predict,
      items: ids.map((id) => {
        const asked = ASKED.get(id);
        if (!asked) throw new Error(`${page.url()}: no content/questions/${id}.yaml`);
        return asked.item;
      }),
    });
  }
  return found;
}

const full = process.env["FULL"] !== undefined;
// The box is the same at every width (quiz.spec.ts holds what a phone changes); the full tests ask at both.
const tag = full ? [] : "@once";
// And on the pages of further questions, which the full tests also answer by keyboard.
const BY_KEYBOARD = PAGES.filter((address) => full || !address.endsWith("/questions/"));

for (const address of PAGES) {
  test(`${address}: every answer to every question, by pointer`, { tag }, async ({ page }) => {
    test.setTimeout(120_000);
    await page.goto(address);
    for (const { box, predict, items } of await boxes(page)) {
      const hand = pointer(box);
      for (const [at, item] of items.entries()) {
        const [right, ...wrong] = answersTo(item);
        if (!right) throw new Error(`${item.id}: no right answer`);
        if (predict) {
          await hand.choose(item, wrong[0]?.answer ?? right.answer);
          await hand.sure();
          await hand.press("form [type=submit]");
          await hand.press(".btn.quiet");
          expect((await graded(box)).feedback).toEqual(expect.arrayContaining([...feedbacks(item)]));
          continue;
        }
        // Right last: what was missed comes back at the end all the same.
        for (const given of wrong) {
          await give(box, hand, item, given);
          await hand.press(".after .btn:not(.main)");
        }
        await give(box, hand, item, right);
        if (at + 1 < items.length) await hand.press(".after .main");
      }
      if (items.length < 2) continue;
      await hand.press(".after .main");
      await expect(box.locator(".tag")).toHaveText(new RegExp(`^Once more, 1 of ${items.length}`));
    }
  });
}

for (const address of BY_KEYBOARD) {
  test(`${address}: every question, wrong and then right, by keyboard alone`, { tag: "@once" }, async ({ page }) => {
    test.setTimeout(120_000);
    await page.goto(address);
    const hand = keyboard(page);
    for (const { box, predict, items } of await boxes(page)) {
      await box.locator(".tag").focus();
      for (const [at, item] of items.entries()) {
        const [right, wrong] = answersTo(item);
        if (!right || !wrong) throw new Error(`${item.id}: an answer is missing`);
        if (predict) {
          await hand.choose(item, right.answer);
          await hand.sure();
          await hand.press("form [type=submit]");
          await hand.press(".btn.quiet");
          expect(await graded(box)).toMatchObject({ answered: true, focused: true });
          continue;
        }
        await give(box, hand, item, wrong);
        await hand.press(".after .btn:not(.main)");
        await give(box, hand, item, right);
        if (at + 1 < items.length) await hand.press(".after .main");
      }
    }
  });
}

test.describe("without a script", { tag: "@once" }, () => {
  test.use({ javaScriptEnabled: false });

  const chapters = new Set(PAGES.map(chapterOf));
  for (const chapter of chapters)
    test(`${chapter}: each of its questions stands in one place, its answers folded away`, async ({ page }) => {
      const seen: string[] = [];
      for (const address of PAGES.filter((one) => chapterOf(one) === chapter)) {
        await page.goto(address);
        await expect(page.locator(".ask button:visible")).toHaveCount(0);
        const asks = page.locator("noscript .ask");
        for (const ask of await asks.all()) {
          const id = (await ask.getAttribute("data-question")) ?? "";
          const item = ASKED.get(id)?.item;
          if (!item) throw new Error(`${address}: no content/questions/${id}.yaml`);
          seen.push(id);
          const before = await ask.evaluate((element) => ({
            visible: element.checkVisibility(),
            folded: [...element.querySelectorAll(".fb")].every(
              (one) => one.closest("details:not([open])") !== null && !one.checkVisibility(),
            ),
            marked: element.querySelectorAll(":not(details *):is(.correct, .picked, :checked)").length,
            searched: element.closest("[data-pagefind-ignore=all]") === null,
          }));
          expect(before, id).toEqual({ visible: true, folded: true, marked: 0, searched: false });
          await ask.locator("summary").click();
          expect(await ask.locator(".fb:visible").allTextContents(), id).toEqual(
            expect.arrayContaining(feedbacks(item).map((text): unknown => expect.stringContaining(text))),
          );
        }
      }
      const own = [...ASKED].filter(([, asked]) => asked.chapter === chapter).map(([id]) => id);
      expect(seen.toSorted()).toEqual(own.toSorted());
    });
});
