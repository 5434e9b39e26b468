/**
 * `npm run social-card`: the picture that chats and feeds show beside a link, public/social-card.png, taken from the
 * built site's home page: its heading and the second step of its run. `npm run build` comes first. The file is
 * committed, so that the build needs no browser.
 */
import { chromium } from "playwright";
import { ensureBrowser } from "./browser.ts";
import { serve } from "./serve.ts";

/** What sites that show previews ask for, in pixels. */
const CARD = { width: 1200, height: 630 } as const;

const STYLE = `
  body { display: grid; grid-template-columns: 1fr 30rem; gap: 4rem; align-items: center; height: ${CARD.height}px; margin: 0; padding: 0 4.5rem; overflow: hidden; }
  .brand { display: flex; align-items: center; gap: 0.6rem; font-size: 1.6rem; margin-bottom: 2.5rem; }
  .brand svg { width: 2.6rem; height: 1.6rem; }
  h1 { font-size: 2.9rem; line-height: 1.15; margin: 0; }
  .run { zoom: 1.12; }
  .run :is(.tag, .say, .steps) { display: none; }
`;

const { address, close } = await serve({ folder: "dist", port: 0 });
const browser = await chromium.launch(ensureBrowser());
try {
  const page = await browser.newPage({ viewport: CARD, colorScheme: "light", bypassCSP: true });
  await page.goto(address);
  await page.getByRole("radio", { name: "Peer closes" }).check({ force: true });
  await page.evaluate(() => {
    const left = document.createElement("div");
    for (const selector of [".brand", "h1"]) left.append(document.querySelector(selector) ?? "");
    document.body.replaceChildren(left, document.querySelector(".try .run") ?? "");
  });
  await page.addStyleTag({ content: STYLE });
  await page.screenshot({ path: "public/social-card.png" });
} finally {
  await browser.close();
  await close();
}
