/** Fetches what exam, review and progress ask about. */
import type { Catalogue } from "../../quiz/catalogue.ts";
import type { Item } from "../../quiz/model.ts";

async function json<T>(address: string): Promise<T> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`.trim());
  return (await response.json()) as T;
}

/** @param base address of the folder of questions, with a slash at its end */
export function loadCatalogue(base: string): Promise<Catalogue> {
  return json(`${base}catalogue.json`);
}

/** These questions, in this order. Fails as a whole: half an exam is none. */
export function loadItems(base: string, ids: readonly string[]): Promise<readonly Item[]> {
  return Promise.all(ids.map((id) => json<Item>(`${base}${id}.json`)));
}

/** What went wrong, for the reader. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
