/**
 * What `astro build` does beside pages: canonical experiments before, the search index after, and a way to start an
 * island. They are Astro integrations, so that `astro build` and `astro dev` are whole by themselves.
 */
import { glob, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
import { STATES } from "../src/engine/trace.ts";
import { buildExperiments } from "./build-experiments.ts";

/** Checks content/experiments and writes what pages read; a bad file ends the build with its message. */
export function canonicalExperiments(): AstroIntegration {
  return {
    name: "canonical-experiments",
    hooks: {
      "astro:config:setup": () => {
        buildExperiments();
      },
    },
  };
}

const UNDERSCORED = new RegExp(`\\b(?:${STATES.join("|").replaceAll("-", "_")})\\b`, "g");

/** The page as the index reads it: TIME_WAIT in its text as TIME-WAIT, so that one spelling finds both. */
function oneSpelling(html: string): string {
  return html
    .split(/(<[^>]*>)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(UNDERSCORED, (name) => name.replaceAll("_", "-"))))
    .join("");
}

/** `client:use`, see src/ui/on-use.ts. */
export function clientUse(): AstroIntegration {
  return {
    name: "client-use",
    hooks: {
      "astro:config:setup": ({ addClientDirective }) =>
        addClientDirective({ name: "use", entrypoint: "./src/ui/on-use.ts" }),
    },
  };
}

/** Runs Pagefind over the built pages and writes `pagefind/` beside them. */
export function searchIndex(): AstroIntegration {
  return {
    name: "search-index",
    hooks: {
      "astro:build:done": async ({ dir, logger }) => {
        const pagefind = await import("pagefind");
        const folder = fileURLToPath(dir);
        const { index, errors } = await pagefind.createIndex();
        if (!index) throw new Error(`search index: ${errors.join("; ")}`);
        let pages = 0;
        for await (const sourcePath of glob("**/*.html", { cwd: folder })) {
          const content = oneSpelling(await readFile(join(folder, sourcePath), "utf8"));
          const added = await index.addHTMLFile({ sourcePath, content });
          if (added.errors.length > 0) throw new Error(`search index: ${sourcePath}: ${added.errors.join("; ")}`);
          pages += 1;
        }
        // What the previous build left would only grow the folder.
        await rm(`${folder}pagefind`, { recursive: true, force: true });
        const written = await index.writeFiles({ outputPath: `${folder}pagefind` });
        await pagefind.close();
        if (written.errors.length > 0) throw new Error(`search index: ${written.errors.join("; ")}`);
        logger.info(`${pages} pages indexed`);
      },
    },
  };
}
