// @ts-check
import mdx from "@astrojs/mdx";
import preact from "@astrojs/preact";
import expressiveCode from "astro-expressive-code";
import { defineConfig } from "astro/config";
import sitemap from "@astrojs/sitemap";
import { canonicalExperiments, clientUse, searchIndex } from "./scripts/site.ts";

// Where the site will stand. Both are optional: without SITE_URL there are no canonical addresses
// and no sitemap; without BASE_PATH the site stands at the root of its host. See docs/hosting.md.
const site = process.env.SITE_URL || undefined;
const base = `/${process.env.BASE_PATH ?? ""}/`.replace(/\/{2,}/g, "/");

export default defineConfig({
  base,
  trailingSlash: "always",
  build: { format: "directory" },
  ...(site === undefined ? {} : { site }),
  i18n: { locales: ["en"], defaultLocale: "en" },
  integrations: [
    canonicalExperiments(),
    clientUse(),
    expressiveCode(),
    mdx(),
    preact(),
    ...(site === undefined ? [] : [sitemap({ filter: (page) => !page.includes("/embed/") })]),
    searchIndex(),
  ],
  security: {
    csp: {
      directives: [
        "default-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
      ],
      // Pagefind searches in WebAssembly; nothing else is let in.
      scriptDirective: { resources: ["'self'", "'wasm-unsafe-eval'"] },
      // Expressive Code colours its tokens with style attributes. Style elements stay under hashes.
      styleDirective: { resources: [{ resource: "'unsafe-inline'", kind: "attribute" }] },
    },
  },
  // Expressive Code colours code; Astro's own highlighter would only warn about the policy.
  markdown: { syntaxHighlight: false },
  devToolbar: { enabled: false },
  vite: {
    plugins: [quietDirectives()],
    // A sheet inside a page costs its hash in the policy of every page: that of the reference stays a file.
    build: { assetsInlineLimit: (_path, sheet) => (sheet.includes(".pairs>li") ? false : undefined) },
    // In one piece: what every island needs is smaller so, and one request.
    environments: {
      client: {
        build: {
          rolldownOptions: {
            output: {
              codeSplitting: {
                groups: [
                  // A group takes what its files import along: what pages of text need, too, stands by itself.
                  {
                    name: "page",
                    test: /src[\\/](?:progress[\\/]key|ui[\\/]has-answers|i18n[\\/](?:format|index)|views[\\/]grouped)\./,
                    priority: 3,
                  },
                  // The states, their looks and chips, which a run needs without a quiz and a quiz without a run.
                  { name: "states", test: /src[\\/](?:views[\\/]states|engine[\\/]trace|ui[\\/]Chip)\./, priority: 2 },
                  // Pages of text load parts on use, too, and no island.
                  { name: "load", test: /vite[\\/]preload-helper/, priority: 4 },
                  { name: "preact", test: /node_modules[\\/](?:preact|@astrojs[\\/]preact)[\\/]/, priority: 3 },
                  // What draws a run and tells its steps comes together wherever there is a run.
                  {
                    name: "stage",
                    test: /src[\\/](?:ui[\\/]simulator[\\/](?:Picture|StepTable|Beside|Transport|hooks|model)|views[\\/](?:form|knots)|i18n[\\/]en[\\/]simulator)\./,
                  },
                  // The engine whole, with what a page carries for it.
                  { name: "run", test: /src[\\/](?:engine[\\/]tcp[\\/]transitions|experiment[\\/](?:carried|run))\./ },
                  {
                    name: "quiz",
                    test: /src[\\/](?:quiz[\\/](?:grade|inline|model|number|shuffle)|ui[\\/]quiz[\\/](?:parts|progress|use-progress|answering)|progress[\\/](?:store|model|migrate)|i18n[\\/]en[\\/]quiz)\./,
                  },
                  // A prediction has a report, too, and no quiz.
                  { name: "report", test: /src[\\/]ui[\\/]quiz[\\/]Report\./, priority: 1 },
                  // A quiz and the file of its answers.
                  { name: "asking", test: /src[\\/]ui[\\/]quiz[\\/](?:Quiz|AnswerFile|Kept)\./ },
                ],
              },
            },
          },
        },
      },
    },
  },
});

/** Astro's modules for MDX carry a directive of their own, which the bundler reports once a file. */
function quietDirectives() {
  return {
    name: "quiet-directives",
    /** @param {string} _level @param {{ code?: string | undefined }} log */
    onLog: (_level, log) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? false : undefined),
  };
}
