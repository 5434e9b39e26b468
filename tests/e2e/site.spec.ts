import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test, type Page } from "@playwright/test";
import { crawl, DIST, pages, visited as pagesToVisit } from "./pages.ts";

const ALL = pagesToVisit();

/** Console errors, page errors and requests that leave the origin, gathered while a page is used. */
function watch(page: Page): { readonly problems: string[] } {
  const problems: string[] = [];
  page.on("console", (message) => {
    // The browser reports the 404 page's own status as an error of the network.
    if (message.type() === "error" && !/status of 404/.test(message.text())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(page.url()).origin && page.url() !== "about:blank")
      problems.push(`request to ${request.url()}`);
  });
  return { problems };
}

/** To the end of the page, slowly enough that islands see themselves come near. */
function scrollThrough(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 600) {
      scrollTo(0, y);
      await new Promise((done) => setTimeout(done, 20));
    }
  });
}

/** Bars in bytes after gzip. A page without an island is prose; data is loaded on use only. */
const BARS = {
  prose: { document: 15_000, stylesheet: 10_000, script: 4_000, font: 0, fetch: 0, xhr: 0 },
  island: { document: 45_000, stylesheet: 14_000, script: 95_000, font: 0, fetch: 0, xhr: 0 },
};
/** Pages about one reader: to open them is to use the list of questions. */
const DATA: Readonly<Record<string, number>> = { "/review/": 20_000, "/progress/": 20_000 };
/** One run, one recording, one crowd: each is fetched where it is used. */
const DATA_OF_A_RUN = 20_000;
/** Scripts of a chapter that was opened and not scrolled. */
const CHAPTER_AT_REST = 20_000;

/** Bytes after gzip of what the page asks for from now on, by kind of resource. */
function weigh(page: Page): () => Promise<Readonly<Record<string, number>>> {
  const weights: Record<string, number> = {};
  const bodies: Promise<void>[] = [];
  page.on("response", (response) => {
    const kind = response.request().resourceType();
    const add = (body: Buffer) => void (weights[kind] = (weights[kind] ?? 0) + gzipSync(body).length);
    bodies.push(response.body().then(add, () => undefined));
  });
  return async () => {
    await page.waitForLoadState("networkidle");
    await Promise.all(bodies);
    return { ...weights };
  };
}

test.describe("every page", () => {
  for (const address of ALL) {
    test(`${address} is whole and keeps to its bars, at both widths, scrolled to its end @once`, async ({ page }) => {
      const { problems } = watch(page);
      const weights = weigh(page);
      await page.goto(address);
      const chapter = address.startsWith("/chapters/");
      const atRest = chapter ? await weights() : {};
      await expect(page).toHaveTitle(/\S.* \| Last ACK$|^Last ACK/);
      await expect(page.locator("html")).toHaveAttribute("lang", /^[a-z]{2}$/);
      await expect(page.locator("h1")).toHaveCount(1);
      if (address !== "/404.html" && !address.startsWith("/embed/")) {
        const description = await page.locator('meta[name="description"]').getAttribute("content");
        expect(description?.length).toBeGreaterThan(40);
      }
      const policy = await page.locator('meta[http-equiv="content-security-policy" i]').getAttribute("content");
      expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval' 'sha256-/);
      expect(policy?.replace(/style-src-attr[^;]*;/, "")).not.toContain("unsafe-inline");
      const markup = await page.locator("body").evaluate((body) => {
        const copy = body.cloneNode(true) as HTMLElement;
        for (const one of copy.querySelectorAll("pre, code, script, noscript, style")) one.remove();
        return /.{0,30}`.{0,30}/.exec(copy.textContent)?.[0] ?? "";
      });
      expect(markup, "backquotes shown as they are written").toBe("");
      await scrollThrough(page);
      const all = await weights();
      for (const viewport of [page.viewportSize(), { width: 360, height: 740 }]) {
        if (viewport) await page.setViewportSize(viewport);
        const wider = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(wider, `pixels wider than ${viewport?.width}`).toBeLessThanOrEqual(0);
      }
      const islands = await page.locator("astro-island").count();
      const bars = { ...BARS[islands > 0 ? "island" : "prose"], fetch: DATA[address] ?? 0 };
      for (const [kind, bar] of Object.entries(bars)) expect.soft(all[kind] ?? 0, kind).toBeLessThanOrEqual(bar);
      if (chapter)
        expect.soft(atRest["script"] ?? 0, "scripts before anything is near").toBeLessThanOrEqual(CHAPTER_AT_REST);
      expect(problems).toEqual([]);
    });
  }

  test("every link, asset and anchor answers", async ({ baseURL }) => {
    const { visited, broken } = await crawl(new URL("/", baseURL).href);
    expect(broken).toEqual([]);
    expect(visited.length).toBeGreaterThan(ALL.length);
  });
});

test("every page there is, as a file: title, language, one h1, description, policy, weight", () => {
  const problems = pages().flatMap((address) => {
    const html = readFileSync(join(DIST, address.endsWith("/") ? `${address}index.html` : address), "utf8");
    const bare = address === "/404.html" || address.startsWith("/embed/");
    const checks = {
      title: /<title>\S[^<]*<\/title>/.test(html),
      language: /<html lang="[a-z]{2}"/.test(html),
      h1: html.split(/<h1[\s>]/).length === 2,
      description: bare || /<meta name="description" content="[^"]{40,}"/.test(html),
      // A link to a run stands on what happens in it, not on its id.
      words: !/<a [^>]*\/experiments\/([a-z\d-]+)\/"[^>]*>\s*(?:<code>)?\1</.test(html),
      policy: /content-security-policy" content="[^"]*script-src 'self'/i.test(html),
      weight: gzipSync(html).length <= BARS[html.includes("<astro-island") ? "island" : "prose"].document,
    };
    return Object.entries(checks).flatMap(([what, fine]) => (fine ? [] : [`${address}: ${what}`]));
  });
  expect(problems).toEqual([]);
});

test("data of a run, as files: weight @once", () => {
  const files = ["experiments", "crowds"].flatMap((folder) =>
    readdirSync(join(DIST, folder))
      .filter((name) => /\.jsonl?$/.test(name))
      .map((name) => join(folder, name)),
  );
  expect(files.length).toBeGreaterThan(400);
  const heavy = files.filter((file) => gzipSync(readFileSync(join(DIST, file))).length > DATA_OF_A_RUN);
  expect(heavy).toEqual([]);
});

test("docs/hosting.md names the type of every kind of file there is @once", () => {
  const [, types = ""] = /types \{\n([^}]*)\}/.exec(readFileSync("docs/hosting.md", "utf8")) ?? [];
  const named = [...types.matchAll(/ (\w+);/g)].map(([, ending = ""]) => `.${ending}`);
  const endings = readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => extname(entry.name))
    // Pagefind's own, which are data of no type.
    .filter((ending) => !/^\.(?:pagefind|pf_\w+)$/.test(ending));
  expect([...new Set(endings)].filter((ending) => !named.includes(ending))).toEqual([]);
});

test.describe("theme", () => {
  test("toggles, is kept, and is there before the first paint", async ({ page }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("/lab/");
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe("rgb(255, 255, 255)");
    await page.getByRole("button", { name: "Switch between light and dark" }).click();
    expect(await ground()).toBe("rgb(18, 21, 23)");
    await page.goto("/facts/");
    expect(await ground()).toBe("rgb(18, 21, 23)");
    // The first script of the head sets it: nothing that paints stands before it.
    const before = await page.evaluate(() => {
      const script = document.querySelector("head > script");
      return [...document.querySelectorAll("head > link[rel=stylesheet]")].every(
        (sheet) => (script?.compareDocumentPosition(sheet) ?? 0) & Node.DOCUMENT_POSITION_FOLLOWING,
      );
    });
    expect(before).toBe(true);
  });

  test("works where storage is blocked", async ({ page }) => {
    const { problems } = watch(page);
    await page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    });
    await page.goto("/lab/");
    await page.getByRole("button", { name: "Switch between light and dark" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", /light|dark/);
    expect(problems).toEqual([]);
  });
});

test.describe("search", () => {
  test("loads on first use, finds, and moves by keyboard", async ({ page }) => {
    const { problems } = watch(page);
    const loaded: string[] = [];
    page.on("request", (request) => loaded.push(request.url()));
    await page.goto("/", { waitUntil: "networkidle" });
    expect(loaded.filter((url) => url.includes("pagefind") || url.includes("search-dialog"))).toEqual([]);
    await page.keyboard.press("/");
    const field = page.getByRole("searchbox", { name: "Search the site" });
    await expect(field).toBeFocused();
    await field.fill("CLOSE_WAIT while the network is restarted");
    const hits = page.locator(".search .hits a");
    await expect(hits.first()).toBeVisible();
    await expect(page.locator(".search .status")).toContainText(/result/);
    await page.keyboard.press("ArrowDown");
    await expect(hits.first()).toBeFocused();
    await page.keyboard.press("ArrowUp");
    await expect(field).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/experiments\/close-wait-link-down\//);
    await expect(page.locator("dialog.search")).toBeHidden();
    expect(problems).toEqual([]);
  });

  test("finds facts by what they state, and says that they are facts", async ({ page }) => {
    await page.goto("/");
    await page.keyboard.press("/");
    await page.getByRole("searchbox").fill("a bare acknowledgement takes no sequence number");
    const first = page.locator(".search .hits a").first();
    await expect(first).toHaveAttribute("href", /\/facts\/fin-takes-one-number\/$/);
    await expect(first).toContainText("Fact");
  });

  test("says so when there is nothing, and closes with Escape", async ({ page }) => {
    await page.goto("/facts/");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("searchbox", { name: "Search the site" }).fill("qqzzxy");
    await expect(page.locator(".search .status")).toContainText("Nothing found");
    await page.keyboard.press("Escape");
    await expect(page.locator("dialog.search")).toBeHidden();
    await expect(page.getByRole("button", { name: "Search" })).toBeFocused();
  });

  test("finds a state however it is written", async ({ page }) => {
    await page.goto("/");
    await page.keyboard.press("/");
    const texts: string[] = [];
    for (const query of ["TIME_WAIT", "TIME-WAIT", "time wait"]) {
      await page.getByRole("searchbox").fill(query);
      await expect(page.locator(".search .status")).toContainText(`“${query}”`);
      texts.push(await page.locator(".search .hits").innerText());
    }
    expect(new Set(texts).size).toBe(1);
    // What comes first is about the state: its title has the name, in one spelling or the other.
    await expect(page.locator(".search .hits b").first()).toHaveText(/TIME[-_]WAIT/);
    // A chapter that is called so comes before facts that are shorter.
    await page.getByRole("searchbox").fill("how a connection ends");
    await expect(page.locator(".search .hits a").first()).toHaveAttribute(
      "href",
      /\/chapters\/how-a-connection-ends\//,
    );
  });
});

test.describe("navigation", () => {
  test("the drawer opens and closes on a phone", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/lab/");
    const drawer = page.getByRole("navigation", { name: "Chapters and pages" });
    await expect(drawer).toBeHidden();
    await page.getByRole("button", { name: "Contents" }).click();
    await expect(drawer).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(drawer).toBeHidden();
    await page.getByRole("button", { name: "Contents" }).click();
    await drawer.getByRole("link", { name: "Facts" }).click();
    await expect(page).toHaveURL(/\/facts\/$/);
  });

  test("a jump inside the page closes the drawer", async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto("/lab/");
    await page.getByRole("button", { name: "Contents" }).click();
    await page.getByRole("link", { name: "Three steps" }).click();
    await expect(page.getByRole("navigation", { name: "Chapters and pages" })).toBeHidden();
    await expect(page.getByRole("heading", { name: "Three steps" })).toBeInViewport();
  });

  test("the first Tab is the skip link, and it works", async ({ page }) => {
    await page.goto("/lab/");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to the text" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.locator("main")).toBeFocused();
  });

  test("an unknown address at any depth gets a styled 404", async ({ page }) => {
    const response = await page.goto("/no/such/place/");
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing here");
    await page.getByRole("link", { name: "All experiments" }).click();
    await expect(page).toHaveURL(/\/experiments\/$/);
  });

  test("on paper no command is cut off, and what changes something says so legibly", async ({ page }) => {
    await page.setViewportSize({ width: 680, height: 900 });
    await page.emulateMedia({ media: "print" });
    await page.goto("/oncall/");
    const wide = await page
      .locator("main pre, main .shell")
      .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
    expect(wide).toEqual([]);
    await expect(page.locator(".changes figcaption").first()).toHaveCSS("print-color-adjust", "exact");
  });

  test("where colours are the reader's, one page is marked as the open one @once", async ({ page }) => {
    await page.emulateMedia({ forcedColors: "active" });
    await page.goto("/lab/");
    const marks = (selector: string, side: "Bottom" | "Left") =>
      page.locator(selector).evaluateAll((all, edge) => {
        const ground = getComputedStyle(document.body).backgroundColor;
        return all.filter((one) => getComputedStyle(one)[`border${edge}Color`] !== ground).length;
      }, side);
    expect(await marks(".top nav a", "Bottom")).toBe(1);
    expect(await marks(".side li > *", "Left")).toBe(1);
  });

  test("print shows the text and no controls", async ({ page }) => {
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.goto("/lab/");
    await expect(page.locator(".top")).toBeHidden();
    await expect(page.locator(".side")).toBeHidden();
    await expect(page.locator("main")).toBeVisible();
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
  });
});

test.describe("lists", () => {
  test("facts are narrowed by words and by proof, and each has a page", async ({ page }) => {
    await page.goto("/facts/");
    const rows = page.locator(".rows > li").filter({ visible: true });
    const all = await rows.count();
    await page.getByLabel("Proof").selectOption("read");
    const read = await rows.count();
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(all);
    await expect(page.locator(".filter output")).toHaveText(`${read} of ${all}`);
    await page.getByLabel("Proof").selectOption("any");
    await page.getByLabel("Filter").fill("fin wait 2 timer");
    for (const text of await rows.allTextContents()) expect(text).toMatch(/FIN-WAIT-2.*timer|timer.*FIN-WAIT-2/s);
    // A topic with nothing left goes away with its heading.
    await expect(page.getByRole("heading", { name: "Queues, threads and descriptors" })).toBeHidden();
    await rows.first().getByRole("link").click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("FIN-WAIT-2");
    await expect(page.getByText("Read in")).toBeVisible();
  });

  test("a fact whose belief is false says so, and links to its runs", async ({ page }) => {
    await page.goto("/facts/fin-timeout-90/");
    await expect(page.locator(".refute .claim")).toHaveText(/^\s*False:\s+“Set tcp_fin_timeout to about 90/);
    await page.getByRole("link", { name: "tcp_fin_timeout set to 90" }).click();
    await expect(page).toHaveURL(/\/experiments\/fin-timeout-90\/$/);
  });

  test("experiments stand by topic and lead to their runs", async ({ page }) => {
    await page.goto("/experiments/");
    await page.getByRole("navigation", { name: "Topics" }).getByRole("link", { name: "RST and linger" }).click();
    await expect(page.getByRole("heading", { name: "RST and linger" })).toBeInViewport();
    await page.getByLabel("Filter").fill("two seconds so_linger");
    await page.getByRole("link", { name: "close() that waits (SO_LINGER, two seconds)" }).click();
    await expect(page).toHaveURL(/\/experiments\/blocking-linger\/$/);
  });
});

for (const width of [320, 360])
  test(`the header fits a phone of ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 740 });
    for (const address of ["/", "/lab/"]) {
      await page.goto(address);
      const boxes = await page
        .locator(".top :is(a, button)")
        .filter({ visible: true })
        .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().toJSON() as DOMRect));
      expect(boxes).toHaveLength(4);
      expect(Math.min(...boxes.map(({ x }) => x))).toBe(16);
      expect(Math.max(...boxes.map(({ right }) => right))).toBe(width - 16);
      for (const { width: wide, height } of boxes) {
        expect(wide).toBeGreaterThanOrEqual(44);
        expect(height).toBeGreaterThanOrEqual(44);
      }
      boxes.slice(1).forEach((box, index) => expect(box.x).toBeGreaterThanOrEqual(boxes[index]!.right));
    }
  });

test("with reduced motion nothing moves, while a run plays to its end", { tag: "@once" }, async ({ page }) => {
  test.setTimeout(90_000);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/experiments/accept-queue-full/");
  const run = page.locator("[data-simulator]");
  await expect(run.locator("[data-ready]")).toBeAttached();
  const moving = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("*")].flatMap((element) =>
        [undefined, "::before", "::after"].flatMap((pseudo) => {
          const { transitionDuration, animationDuration, animationName } = getComputedStyle(element, pseudo);
          const lasts = (times: string) => times.split(",").some((time) => parseFloat(time) > 0);
          return lasts(transitionDuration) || (animationName !== "none" && lasts(animationDuration))
            ? [`${element.tagName} ${element.className} ${pseudo ?? ""}`]
            : [];
        }),
      ),
    );
  expect(await moving()).toEqual([]);
  await run.getByRole("button", { name: "Play" }).click();
  const play = run.locator("button.play");
  while ((await play.getAttribute("aria-pressed")) === "true") {
    expect(await moving()).toEqual([]);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    await page.waitForTimeout(400);
  }
  await expect(play).toBeDisabled();
  expect(await moving()).toEqual([]);
});

test("the first run of the home page goes step by step, by keyboard", async ({ page }) => {
  await page.goto("/");
  const run = page.getByRole("group", { name: "Run it" });
  await expect(run.getByText("The peer’s FIN arrives.")).toBeHidden();
  await page.getByRole("radio", { name: /^10 seconds/ }).check();
  await expect(page.getByText("Not this.").first()).toBeHidden();
  await run.getByRole("radio", { name: "1 You close" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(run.getByText("The peer’s FIN arrives.")).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(run.getByText("Sixty seconds.")).toBeVisible();
  await expect(page.getByText("Right.", { exact: true })).toBeVisible();
  await expect(page.getByText("Not this.")).toHaveCount(2);
});
