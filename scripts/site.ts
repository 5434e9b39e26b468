/**
 * What `astro build` does beside pages: canonical experiments before, the search index after. They are Astro
 * integrations, so that `astro build` and `astro dev` are whole by themselves.
 */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";
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
        const { page_count } = await index.addDirectory({ path: folder });
        // What the previous build left would only grow the folder.
        await rm(`${folder}pagefind`, { recursive: true, force: true });
        const written = await index.writeFiles({ outputPath: `${folder}pagefind` });
        await pagefind.close();
        if (written.errors.length > 0) throw new Error(`search index: ${written.errors.join("; ")}`);
        logger.info(`${page_count} pages indexed`);
      },
    },
  };
}
