import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { STATES } from "../../src/engine/trace.ts";
import { bsdName, STATE_LOOKS } from "../../src/views/states.ts";
import { DIST } from "./pages.ts";

test(
  "a state's page comes first, however the state is written, and whatever a tool prints for it",
  { tag: "@once" },
  async ({ page }) => {
    await page.goto("/");
    await page.keyboard.press("/");
    const field = page.getByRole("searchbox");
    const first = page.locator(".search .hits a").first();
    for (const state of STATES) {
      const spelled = [state.replaceAll("-", "_"), state, state.replaceAll("-", " ").toLowerCase()];
      const printed = [STATE_LOOKS[state].ss, ...(state === "CLOSED" ? [] : [bsdName(state)])];
      for (const query of new Set([...spelled, ...printed, ...(state === "SYN-RECEIVED" ? ["SYN_RCVD"] : [])])) {
        await field.fill(query);
        await expect(page.locator(".search .status")).toContainText(`“${query}”`);
        await expect(first, query).toHaveAttribute("href", new RegExp(`/reference/states/${state.toLowerCase()}/`));
      }
    }
  },
);

test("a setting's and a counter's page come first by their name", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("/");
  for (const [query, place] of [
    ["tcp_fin_timeout", "knobs/tcp-fin-timeout"],
    ["SO_REUSEADDR", "knobs/so-reuseaddr"],
    ["ip_local_port_range", "knobs/ip-local-port-range/"],
    ["IP_LOCAL_PORT_RANGE", "knobs/ip-local-port-range-option/"],
    ["TcpExtListenOverflows", "counters/tcpextlistenoverflows"],
  ] as const) {
    await page.getByRole("searchbox").fill(query);
    await expect(page.locator(".search .status")).toContainText(`“${query}”`);
    await expect(page.locator(".search .hits a").first(), query).toHaveAttribute("href", new RegExp(place));
  }
});

test("every fact describes itself to search engines in a few sentences of its own", () => {
  const described = readdirSync(join(DIST, "facts"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const html = readFileSync(join(DIST, "facts", name, "index.html"), "utf8");
      return { name, text: /<meta name="description" content="([^"]*)"/.exec(html)?.[1] ?? "" };
    });
  expect(described.length).toBeGreaterThan(100);
  expect(described.filter(({ text }) => text.length < 40 || text.length > 300)).toEqual([]);
  expect(new Set(described.map(({ text }) => text)).size).toBe(described.length);
});

test("a term opens its definition by keyboard, where it stands, and closes with Escape", async ({ page }) => {
  await page.goto("/chapters/fin-timeout/");
  const term = page.getByRole("button", { name: "orphan", exact: true });
  const meaning = page.getByRole("note").filter({ hasText: "no program holds any more" });
  await expect(meaning).toBeHidden();
  await term.focus();
  await page.keyboard.press("Enter");
  await expect(meaning).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(meaning).toBeHidden();
  await expect(term).toBeFocused();
});

test.describe("/oncall", () => {
  test("weighs at most 15 KB and names every symptom on the first screen", async ({ page }) => {
    expect(gzipSync(readFileSync(join(DIST, "oncall/index.html"))).length).toBeLessThanOrEqual(15_000);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto("/oncall/");
    await expect(page.locator("main table tr").last()).toBeInViewport();
    for (const link of await page.locator("main table a").all()) {
      const target = (await link.getAttribute("href"))!;
      await expect(page.locator(`main h2[id="${target.slice(1)}"]`)).toHaveCount(1);
    }
  });

  test("shows under every symptom what only reads before what changes something", async ({ page }) => {
    await page.goto("/oncall/");
    const marks = await page
      .locator("main > h2, main > .run")
      .evaluateAll((all) =>
        all.map((one) => (one.tagName === "H2" ? "section" : one.classList.contains("changes") ? "changes" : "reads")),
      );
    expect(marks).toContain("changes");
    expect(marks.join(" ")).not.toContain("changes reads");
    await expect(page.locator(".run.changes figcaption").first()).toHaveText("changes something");
  });
});

test("the calculator begins when it is used, and keeps what was typed before its script came @once", async ({
  page,
}) => {
  let asked = 0;
  await page.route(/\/_astro\/Capacity\./, async (route) => {
    asked += 1;
    await new Promise((done) => setTimeout(done, 500));
    await route.continue();
  });
  await page.goto("/chapters/ports-and-sockets/", { waitUntil: "networkidle" });
  const box = page.locator(".capacity-box");
  await box.scrollIntoViewIfNeeded();
  expect(asked).toBe(0);
  const ports = box.getByRole("spinbutton").first();
  await ports.focus();
  await ports.press("End");
  await ports.pressSequentially("0");
  await expect(ports).toHaveValue("282320");
  await expect(box.getByRole("status")).toContainText("65,535");
  await ports.fill("6000");
  await expect(box.getByRole("status")).toContainText("100 connections");
});
