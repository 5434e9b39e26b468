import { defineCollection } from "astro:content";
import { glob } from "astro/loaders";
import { z } from "astro/zod";
import { STATES } from "./engine/trace.ts";

/** `content/chapters/<language>/<NN>-<slug>.mdx`. The number orders the course; the address has only the slug. */
const chapters = defineCollection({
  loader: glob({ base: "./content/chapters", pattern: "*/*.mdx" }),
  schema: z
    .object({
      title: z.string(),
      description: z.string().min(50).max(200),
      number: z.int().min(1),
      minutes: z.int().min(1).max(60),
      /** What the text holds for: "Linux 4.1 to 6.18". */
      systems: z.union([z.string(), z.array(z.string())]).optional(),
      /** The chapter in five lines. */
      summary: z.array(z.string()).length(5).optional(),
      /** The one line to keep. */
      remember: z.string().optional(),
      /** What the chapter answers, one line, for the course table. */
      question: z.string().optional(),
      /** The states the chapter is about, for the course table. */
      states: z.array(z.enum(STATES)).optional(),
    })
    .loose(),
});

/** `content/pages/<language>/<slug>.mdx`: text pages outside the course, at `/<slug>/`. */
const pages = defineCollection({
  loader: glob({ base: "./content/pages", pattern: "*/*.mdx" }),
  schema: z.strictObject({ title: z.string(), description: z.string().min(50).max(200) }),
});

/** `content/reference/tools/<language>/<slug>.mdx`: a page of the reference for each tool. */
const tools = defineCollection({
  loader: glob({ base: "./content/reference/tools", pattern: "*/*.mdx" }),
  schema: z.strictObject({
    title: z.string(),
    description: z.string().min(50).max(200),
    /** What it is for, one line, for the list of tools. */
    what: z.string(),
    /** Ids of content/questions: something to read. */
    questions: z.array(z.string()).min(1),
  }),
});

export const collections = { chapters, pages, tools };
