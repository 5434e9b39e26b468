/** The built site as the browser tests see it: which pages there are, and what they weigh. */
import { readdirSync } from "node:fs";

/** Where the site under test was built; the test server serves the same folder. */
export const DIST = process.env["DIST"] ?? "dist";

/** Addresses of all pages, from the root, `/404.html` included. */
export function pages(folder: string = DIST): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".html"))
    .map((file) => `/${file.replace(/index\.html$/, "")}`)
    .sort();
}

/** Pages of which there are many, made by one file each. */
const ALIKE =
  /^\/(?:(experiments|facts|claims|embed|challenges|reference\/(?:states|knobs|counters|tools))\/[^/]+\/|chapters\/[^/]+\/(questions)\/)/;

/**
 * The pages that tests visit one by one: all of them in `npm run test:full`; else every page of a
 * kind of its own and every fortieth of the many that share one.
 */
export function visited(): readonly string[] {
  const all = pages();
  if (process.env["FULL"] !== undefined) return all;
  const alike = new Map<string, number>();
  return all.filter((address) => {
    const kind = ALIKE.exec(address)?.slice(1).find(Boolean);
    if (kind === undefined) return true;
    const seen = alike.get(kind) ?? 0;
    alike.set(kind, seen + 1);
    return seen % 40 === 0;
  });
}

export interface Broken {
  readonly page: string;
  readonly link: string;
  readonly why: string;
}

/**
 * Follows every link and asset from `start`, an address with the base path, and returns those that
 * do not answer, lead out of the base path, or point at an anchor that is not there.
 */
export async function crawl(
  start: string,
): Promise<{ readonly visited: readonly string[]; readonly broken: readonly Broken[] }> {
  const base = new URL(start);
  const texts = new Map<string, Promise<{ status: number; type: string; text: string }>>();
  const broken: Broken[] = [];
  const queue = [base.href, new URL("404.html", base).href];
  const seen = new Set(queue);
  const read = (address: string): Promise<{ status: number; type: string; text: string }> => {
    let answer = texts.get(address);
    if (!answer) {
      answer = fetch(address, { redirect: "manual" }).then(async (response) => ({
        status: response.status,
        type: response.headers.get("content-type") ?? "",
        text: await response.text(),
      }));
      texts.set(address, answer);
    }
    return answer;
  };
  for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
    const { status, type, text } = await read(page);
    if (status !== 200) broken.push({ page, link: page, why: `status ${status}` });
    const links = type.startsWith("text/html")
      ? [...text.matchAll(/\s(?:href|src|data-index|component-url|renderer-url)="([^"]*)"/g)].map(
          (found) => found[1] ?? "",
        )
      : type.startsWith("text/css")
        ? [...text.matchAll(/url\(["']?([^"')]+)["']?\)/g)].map((found) => found[1] ?? "")
        : [];
    for (const link of links) {
      const target = new URL(link.replaceAll("&amp;", "&"), page);
      if (target.origin !== base.origin || target.protocol === "data:") continue;
      const anchor = decodeURIComponent(target.hash.slice(1));
      target.hash = "";
      if (!target.pathname.startsWith(base.pathname)) {
        broken.push({ page, link, why: `outside ${base.pathname}` });
        continue;
      }
      const there = await read(target.href);
      if (there.status !== 200) broken.push({ page, link, why: `status ${there.status}` });
      // `#x=…` is a state of the simulator, not an anchor.
      else if (anchor !== "" && !anchor.includes("=") && !there.text.includes(`id="${anchor}"`))
        broken.push({ page, link, why: "no such anchor" });
      if (!seen.has(target.href)) {
        seen.add(target.href);
        queue.push(target.href);
      }
    }
  }
  return { visited: [...seen], broken };
}
