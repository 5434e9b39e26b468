/**
 * `npm run diagrams`: draws every content/diagrams/<id>.mmd as <id>.svg with Mermaid in a browser,
 * after writing the ones that come from the engine's transition table. The SVGs are committed, so
 * that neither the build nor the reader needs a browser to draw them. `--check` draws nothing and
 * lists what is stale.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { FAMILIES, stateCode } from "../src/views/states.ts";
import { TRANSITIONS } from "../src/engine/tcp/transitions.ts";
import { STATES, type State } from "../src/engine/trace.ts";

const ROOT = new URL("../", import.meta.url);
const DIAGRAMS = new URL("content/diagrams/", ROOT);

/** The closing half of the transition table as a Mermaid state diagram: what figure 5 of RFC 9293 shows of it. */
export function closingStates(): string {
  const closing: readonly State[] = [
    "ESTABLISHED",
    "FIN-WAIT-1",
    "CLOSE-WAIT",
    "FIN-WAIT-2",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
    "CLOSED",
  ];
  const rows = TRANSITIONS.filter(
    ({ from, beyondFigure }) => !beyondFigure && from !== "CLOSED" && closing.includes(from),
  );
  return [
    "%% Written by scripts/diagrams.ts from src/engine/tcp/transitions.ts; do not edit.",
    "stateDiagram-v2",
    "  accTitle: The closing half of the TCP state diagram",
    "  accDescr: From ESTABLISHED, the end that closes first goes through FIN-WAIT-1 and then FIN-WAIT-2 or CLOSING to TIME-WAIT; the other end goes through CLOSE-WAIT and LAST-ACK. Both end in CLOSED.",
    ...closing.map((state) => `  state "${state}" as ${stateCode(state)}`),
    // The longest label in two lines, so that the picture fits a phone.
    ...rows.map(
      ({ from, event, to }) => `  ${stateCode(from)} --> ${stateCode(to)}: ${event.replace("FIN is ", "FIN is<br/>")}`,
    ),
    ...closing.map((state) => `  class ${stateCode(state)} st-${stateCode(state)}`),
    "",
  ].join("\n");
}

/** Diagrams written by this script, by id. */
export const GENERATED: Readonly<Record<string, () => string>> = { "closing-states": closingStates };

const CONFIG = {
  startOnLoad: false,
  theme: "base",
  look: "classic",
  htmlLabels: false,
  deterministicIds: true,
  fontFamily:
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif",
  themeVariables: { fontSize: "13px" },
  state: { useMaxWidth: false, nodeSpacing: 12, minNodeWidth: 92, rankSpacing: 40, padding: 8 },
  flowchart: { htmlLabels: false },
  sequence: {
    useMaxWidth: false,
    mirrorActors: false,
    diagramMarginX: 4,
    diagramMarginY: 4,
    actorMargin: 62,
    width: 116,
    height: 30,
    messageMargin: 24,
    noteMargin: 5,
    boxMargin: 5,
    actorFontSize: 13,
    messageFontSize: 13,
    noteFontSize: 13,
  },
} as const;

/** The style put into every SVG: the site's tokens in both themes, and nothing but tokens as colours. */
export function diagramStyle(tokens: string): string {
  const pairs = [...tokens.matchAll(/--([\w-]+):\s*light-dark\((#\w+),\s*(#\w+)\)/g)];
  const used = pairs.filter(([, name]) => /^(paper|sunk|ink|ink-2|edge|rule|st-..|\w+-tint)$/.test(name ?? ""));
  const theme = (index: 2 | 3): string => used.map((pair) => `--${pair[1]}:${pair[index]}`).join(";");
  const states = FAMILIES.flatMap(({ family, states }) =>
    states.map((state) => ({ family, code: stateCode(state) })),
  ).map(
    ({ code, family }) =>
      `.st-${code} rect{fill:var(--${family}-tint,var(--paper))!important;stroke:var(--st-${code})!important}` +
      `.st-${code} text,.st-${code} tspan{fill:var(--st-${code})!important;font-weight:600}`,
  );
  return [
    `:root{${theme(2)}}@media (prefers-color-scheme:dark){:root{${theme(3)}}}`,
    "text,tspan{fill:var(--ink)!important;stroke:none!important;font-size:13px!important}",
    "rect,.actor,.note{fill:var(--paper)!important;stroke:var(--edge)!important}",
    ".edgeLabel rect,.labelBkg,.background{fill:var(--paper)!important;stroke:none!important;opacity:1!important}",
    ".note{fill:var(--sunk)!important;stroke:none!important}",
    "line,.transition,.messageLine0,.messageLine1,.flowchart-link{stroke:var(--ink-2)!important}",
    ".actor-line{stroke:var(--edge)!important}",
    "marker path,marker circle{fill:var(--ink-2)!important;stroke:var(--ink-2)!important}",
    // Mermaid places a state's name by its width in plain type; ours is bold, so it is centred anew.
    ".node>.label{transform:translate(0,-7.5px)}.node text{text-anchor:middle}.node rect.background{display:none}",
    "rect{rx:2px!important;ry:2px!important}",
    ...states,
  ].join("");
}

/** What an SVG was drawn from: the diagram, Mermaid's settings and the style. */
export function diagramHash(source: string, style: string): string {
  return createHash("sha256")
    .update(JSON.stringify([source, CONFIG, style]))
    .digest("hex");
}

async function main(): Promise<void> {
  const check = process.argv.includes("--check");
  const style = diagramStyle(await readFile(new URL("src/styles/tokens.css", ROOT), "utf8"));
  for (const [id, write] of Object.entries(GENERATED))
    if (!check) await writeFile(new URL(`${id}.mmd`, DIAGRAMS), write());

  const stale: { id: string; source: string; hash: string }[] = [];
  for (const name of (await readdir(DIAGRAMS)).filter((file) => file.endsWith(".mmd")).sort()) {
    const id = name.slice(0, -".mmd".length);
    const source = await readFile(new URL(name, DIAGRAMS), "utf8");
    const hash = diagramHash(source, style);
    const drawn = await readFile(new URL(`${id}.svg`, DIAGRAMS), "utf8").catch(() => "");
    if (!drawn.includes(`data-source="${hash}"`)) stale.push({ id, source, hash });
  }
  if (stale.length === 0) return console.log("All diagrams are up to date.");
  if (check) {
    console.error(stale.map(({ id }) => `content/diagrams/${id}.svg is stale: npm run diagrams`).join("\n"));
    process.exitCode = 1;
    return;
  }

  const { chromium } = await import("playwright");
  const { ensureBrowser } = await import("./browser.ts");
  const mermaid = createRequire(import.meta.url).resolve("mermaid/dist/mermaid.min.js");
  const browser = await chromium.launch(ensureBrowser());
  try {
    const page = await browser.newPage();
    await page.setContent("<!doctype html><title>diagrams</title><body></body>");
    await page.addScriptTag({ path: mermaid });
    for (const { id, source, hash } of stale) {
      const svg = await page.evaluate(
        async ([name, text, config]) => {
          const api = (
            globalThis as unknown as {
              mermaid: { initialize(c: unknown): void; render(id: string, text: string): Promise<{ svg: string }> };
            }
          ).mermaid;
          api.initialize(config);
          return (await api.render(`d-${name}`, text)).svg;
        },
        [id, source, CONFIG] as const,
      );
      await writeFile(new URL(`${id}.svg`, DIAGRAMS), finish(svg, hash, style));
      console.log(`content/diagrams/${id}.svg`);
    }
  } finally {
    await browser.close();
  }
}

/** Less empty margin: every pixel of width counts on a phone. */
const TRIM = 6;

/** Mermaid's SVG with our hash, our style after its own, and no trace of the page it was drawn in. */
function finish(svg: string, hash: string, style: string): string {
  return (
    svg
      .replace("<svg ", `<svg data-source="${hash}" `)
      .replace(
        /width="[\d.]+"(.*?)height="[\d.]+"(.*?)viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"/,
        (all, a: string, b: string, ...box: string[]) => {
          const [x = 0, y = 0, width = 0, height = 0] = box.map(Number);
          if (x < 0) return all; // sequence diagrams bring no margin of their own
          const size = [width - 2 * TRIM, height - 2 * TRIM].map(Math.round);
          return `width="${size[0]}"${a}height="${size[1]}"${b}viewBox="${x + TRIM} ${y + TRIM} ${size[0]} ${size[1]}"`;
        },
      )
      .replace("</style>", `</style><style>${style}</style>`)
      // A note that is nothing but a state's name gets that state's looks.
      .replace(
        /<g data-et="note"([^>]*)>(?=(?:(?!<\/g>).)*?<tspan[^>]*>([A-Z0-9-]+)<\/tspan><\/text><\/g>)/g,
        (all, rest: string, name: string) =>
          (STATES as readonly string[]).includes(name)
            ? `<g data-et="note"${rest} class="st-${stateCode(name)}">`
            : all,
      )
      .concat("\n")
  );
}

if (import.meta.main) await main();
