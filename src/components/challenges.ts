/** Challenges as the pages need them, at build time. */
import { parse } from "yaml";
import { type Challenge, parseChallenge } from "../quiz/challenge.ts";

const FILES = import.meta.glob<string>("../../content/challenges/*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});
const EXPERIMENTS = import.meta.glob<string>("../../content/experiments/*.yaml", { query: "?raw", import: "default" });

const STARTS = new Map(
  await Promise.all(
    Object.entries(EXPERIMENTS).map(
      async ([path, load]) => [path.replace(/^.*\/|\.yaml$/g, ""), parse(await load()) as object] as const,
    ),
  ),
);

/** All challenges, by id. Throws ContentError naming the file if one is broken. */
export const CHALLENGES: readonly Challenge[] = Object.entries(FILES)
  .map(([path, text]) => parseChallenge(path.replace("../../", ""), parse(text), (id) => STARTS.get(id)))
  .sort((a, b) => (a.id < b.id ? -1 : 1));
