// @ts-check
import astro from "eslint-plugin-astro";
import * as mdx from "eslint-plugin-mdx";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/**
 * Which rooms a room may import from; docs/architecture.md draws it. A room may always import from
 * itself. `scripts` and `tests` may import from anywhere.
 * @type {Record<string, string[]>}
 */
export const MAY_IMPORT = {
  engine: [],
  i18n: [],
  experiment: ["engine"],
  packetdrill: ["engine", "experiment"],
  quiz: ["engine", "experiment"],
  progress: ["quiz"],
  views: ["engine", "experiment", "i18n"],
  ui: ["engine", "experiment", "views", "quiz", "progress", "packetdrill", "i18n", "styles"],
  components: ["engine", "experiment", "views", "quiz", "progress", "packetdrill", "i18n", "ui", "styles"],
  layouts: ["i18n", "components", "styles"],
  pages: ["engine", "experiment", "views", "quiz", "progress", "i18n", "ui", "components", "layouts", "styles"],
};
const ROOMS = [...Object.keys(MAY_IMPORT), "styles"];

/**
 * Rooms that must run the same anywhere and any number of times, and the packages each may use: they are pure too.
 * @type {Record<string, string[]>}
 */
export const PURE = {
  engine: [],
  i18n: [],
  experiment: ["zod"],
  packetdrill: [],
  quiz: ["zod"],
  progress: ["ts-fsrs"],
  views: ["zod"],
};

const NOT_PURE = [
  ...["window", "document", "navigator", "location", "localStorage", "sessionStorage", "fetch", "process", "Buffer"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "requestAnimationFrame", "performance", "crypto"],
  ...["console", "Date", "globalThis", "self"],
].map((name) => ({
  name,
  message: "This room is pure: no DOM, Node, clock, timers or chance. See docs/architecture.md.",
}));

/** @type {import("eslint").Linter.Config[]} */
const rooms = Object.entries(MAY_IMPORT).map(([room, allowed]) => {
  const forbidden = ROOMS.filter((other) => other !== room && !allowed.includes(other));
  const elsewhere = `^(\\.\\./)+(src/)?(${forbidden.join("|")})/`;
  const message = `src/${room} may import only from: ${allowed.join(", ") || "nothing"}. See docs/architecture.md.`;
  const packages = PURE[room];
  const pure = `src/${room} is pure: no file outside src, no package but: ${packages?.join(", ") || "none"}. See docs/architecture.md.`;
  return {
    files: [`src/${room}/**/*.{ts,tsx,astro}`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: elsewhere, message },
            ...(packages
              ? [
                  { regex: `^(?!${["\\.", ...packages.map((name) => `${name}$`)].join("|")})`, message: pure },
                  { regex: "^(\\.\\./)+(scripts|tests|content|lab)/", message: pure },
                ]
              : []),
          ],
        },
      ],
      // What no-restricted-imports does not look at: import() as an expression and as a type.
      "no-restricted-syntax": [
        "error",
        ...(packages
          ? [{ selector: "ImportExpression, TSImportType", message: `src/${room} is pure: import at the top.` }]
          : ["ImportExpression", "TSImportType"].map((node) => ({
              selector: `${node} > Literal[value=/${elsewhere.replaceAll("/", "\\/")}/]`,
              message,
            }))),
      ],
    },
  };
});

export default defineConfig(
  { ignores: ["dist/", ".astro/", ".cache/", "node_modules/", "test-results/", "content/evidence/", "**/*.py"] },
  ...tseslint.configs.recommended,
  ...astro.configs.recommended,
  { ...mdx.flat, files: ["content/**/*.mdx"] },
  ...rooms,
  {
    files: Object.keys(PURE).map((room) => `src/${room}/**/*.ts`),
    rules: {
      "no-restricted-globals": ["error", ...NOT_PURE],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Use a seeded stream: src/engine/rng.ts." },
      ],
    },
  },
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-console": "off",
    },
  },
);
