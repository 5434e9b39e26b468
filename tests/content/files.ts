/** The content files as the tests read them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { parseFact, parseSources, type Fact } from "../../src/experiment/facts.ts";
import { type Claim, parseClaim } from "../../src/quiz/claims.ts";
import { parseTrace, type Trace } from "../../src/experiment/trace-file.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Names of the files of a folder with that ending, without it; empty if there is no folder. */
function names(folder: string, ending: string): readonly string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => extname(file) === ending)
    .map((file) => basename(file, ending))
    .sort();
}

export const sources = parseSources("content/sources.yaml", parse(read("content/sources.yaml")));
export const experiments = new Set(names("content/experiments", ".yaml"));
/** Without the list of ids that are not used any more. */
export const questions = new Set(names("content/questions", ".yaml").filter((id) => id !== "retired"));
export const diagrams = new Set(names("content/diagrams", ".mmd"));
export const charts = new Set(names("content/charts", ".yaml"));

export const facts: ReadonlyMap<string, Fact> = new Map(
  names("content/facts", ".yaml").map((id) => {
    const file = `content/facts/${id}.yaml`;
    return [id, parseFact(file, parse(read(file)))];
  }),
);

export const claims: ReadonlyMap<string, Claim> = new Map(
  names("content/claims", ".yaml").map((id) => {
    const file = `content/claims/${id}.yaml`;
    return [id, parseClaim(file, parse(read(file)))];
  }),
);

/** Recordings by experiment, of the last kernel in the folder. */
export const recordings: ReadonlyMap<string, Trace> = new Map(
  (existsSync(join(ROOT, "content/evidence")) ? readdirSync(join(ROOT, "content/evidence")) : []).flatMap((kernel) =>
    names(`content/evidence/${kernel}`, ".jsonl").map(
      (id) => [id, parseTrace(read(`content/evidence/${kernel}/${id}.jsonl`))] as const,
    ),
  ),
);

export interface Chapter {
  readonly file: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** MDX without the frontmatter. */
  readonly body: string;
  /** What a reader reads as sentences: no code, no tags, no attributes. */
  readonly prose: string;
  /** Components in order, with their attributes as strings. */
  readonly tags: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
    readonly line: string;
  }[];
}

export const chapters: readonly Chapter[] = names("content/chapters/en", ".mdx").map((name) => {
  const file = `content/chapters/en/${name}.mdx`;
  const [, front = "", body = ""] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(read(file)) ?? [];
  const prose = body
    .replace(/```[\s\S]*?```/g, "")
    .replace(/`[^`\n]*`/g, "")
    .replace(/\]\([^)]*\)/g, "]")
    .replace(/<\/?[A-Za-z][^>]*>/g, "");
  const tags = body.split("\n").flatMap((line) =>
    [...line.matchAll(/<([A-Z]\w*)((?:\s+\w+(?:=(?:"[^"]*"|\{[^}]*\}))?)*)\s*\/?>/g)].map((found) => ({
      name: found[1] ?? "",
      attributes: Object.fromEntries(
        [...(found[2] ?? "").matchAll(/(\w+)="([^"]*)"/g)].map((pair) => [pair[1] ?? "", pair[2] ?? ""]),
      ),
      line,
    })),
  );
  return { file, data: parse(front) as Chapter["data"], body, prose, tags };
});
