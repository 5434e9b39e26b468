/**
 * The search dialog at work: loads Pagefind's index once, searches while the reader types, moves
 * between results by arrow keys. Loaded when the dialog is first opened.
 */
import { STATES, type State } from "../engine/trace.ts";
import { format } from "../i18n/format.ts";

/** The part of Pagefind's browser interface used here (pagefind 1.5). */
interface Pagefind {
  options(options: { readonly ranking: Readonly<Record<string, number>> }): Promise<void>;
  init(): Promise<void>;
  search(
    query: string,
    options: { readonly filters: { readonly kind: string | { readonly any: readonly string[] } } },
  ): Promise<{ results: readonly Hit[] }>;
  debouncedSearch(query: string, options: object, wait: number): Promise<{ results: readonly Hit[] } | null>;
}
interface Hit {
  readonly id: string;
  data(): Promise<{
    url: string;
    meta: { title?: string; kind?: string };
    excerpt: string;
    sub_results: readonly SubHit[];
  }>;
}
interface SubHit {
  title: string;
  url: string;
  /** HTML made by Pagefind from our own text: escaped, with <mark> around what was found. */
  excerpt: string;
}

const PAGES = 8;
const SECTIONS_OF_A_PAGE = 2;

const dialog = document.querySelector<HTMLDialogElement>("dialog.search")!;
const input = dialog.querySelector("input")!;
const status = dialog.querySelector<HTMLElement>(".status")!;
const list = dialog.querySelector<HTMLElement>(".hits")!;
const words = JSON.parse(dialog.dataset["words"]!) as Record<
  "loading" | "none" | "one" | "many" | "failed" | "hint",
  string
>;

let index: Promise<Pagefind> | undefined;

function load(): Promise<Pagefind> {
  index ??= (import(/* @vite-ignore */ dialog.dataset["index"]!) as Promise<Pagefind>).then(async (pagefind) => {
    // Chapters are long and facts short: length says little about what a reader looks for.
    await pagefind.options({ ranking: { pageLength: 0, termFrequency: 0.3 } });
    await pagefind.init();
    return pagefind;
  });
  return index;
}

/** Opens the dialog; typing starts at once, the index follows. */
export function open(): void {
  if (dialog.open) return;
  dialog.showModal();
  input.select();
  load().catch(() => {
    index = undefined;
    status.textContent = words.failed;
  });
}

/** What `ss` and `netstat` print where the state has another name. */
const PRINTED: Readonly<Partial<Record<State, readonly string[]>>> = {
  CLOSED: ["UNCONN"],
  "SYN-RECEIVED": ["SYN-RECV", "SYN-RCVD"],
  ESTABLISHED: ["ESTAB"],
};

/** People write CLOSE_WAIT, close-wait and close wait, and mean the state that the pages call CLOSE-WAIT. */
function spellStates(query: string): string {
  return STATES.reduce((text, state) => {
    const spelled = [state, ...(PRINTED[state] ?? [])].join("|").replaceAll("-", "[\\s_-]*");
    return text.replace(new RegExp(`\\b(?:${spelled})\\b`, "gi"), state);
  }, query);
}

/** The first results of a kind whose title fits; first those that spell it as the reader did. */
async function titled(
  pagefind: Pagefind,
  query: string,
  kind: string | { readonly any: readonly string[] },
  fits: (title: string) => boolean,
): Promise<readonly Hit[]> {
  const { results } = await pagefind.search(query, { filters: { kind } });
  const first = results.slice(0, 4);
  const titles = await Promise.all(first.map(async (hit) => (await hit.data()).meta.title ?? ""));
  return first
    .map((hit, n) => ({ hit, title: spellStates(titles[n] ?? "") }))
    .filter(({ title }) => fits(title.toLowerCase()))
    .toSorted((a, b) => Number(b.title.includes(query)) - Number(a.title.includes(query)))
    .map(({ hit }) => hit);
}

/** What is called so: an entry of the reference by its very name, then chapters with the query in their title. */
async function called(pagefind: Pagefind, text: string): Promise<readonly Hit[]> {
  const query = text.toLowerCase();
  const [entries, chapters] = await Promise.all([
    titled(pagefind, text, { any: ["state", "knob", "counter", "tool"] }, (title) =>
      title.split(/[\s()]+/).includes(query),
    ),
    titled(pagefind, text, "chapter", (title) => title.includes(query)),
  ]);
  return [...entries, ...chapters];
}

async function search(): Promise<void> {
  const query = input.value.trim();
  if (query === "") {
    list.replaceChildren();
    status.textContent = words.hint;
    return;
  }
  if (list.childElementCount === 0) status.textContent = words.loading;
  try {
    const pagefind = await load();
    const found = await pagefind.debouncedSearch(spellStates(query), {}, 120);
    if (found === null) return;
    const first = await called(pagefind, spellStates(query));
    const others = found.results.filter(({ id }) => !first.some((page) => page.id === id));
    const pages = await Promise.all([...first, ...others].slice(0, PAGES).map((hit) => hit.data()));
    if (input.value.trim() !== query) return;
    const items = pages.flatMap((page) => {
      const title = page.meta.title ?? page.url;
      const sections = page.sub_results.filter((part) => part.title !== title).slice(0, SECTIONS_OF_A_PAGE);
      return sections.length === 0
        ? [item(title, page.meta.kind ?? null, page.url, page.excerpt)]
        : sections.map((part) => item(title, part.title, part.url, part.excerpt));
    });
    list.replaceChildren(...items);
    const count = items.length;
    status.textContent = format(count === 0 ? words.none : count === 1 ? words.one : words.many, { count, query });
  } catch {
    index = undefined;
    list.replaceChildren();
    status.textContent = words.failed;
  }
}

function item(title: string, section: string | null, url: string, excerpt: string): HTMLLIElement {
  const link = document.createElement("a");
  link.href = url;
  const name = document.createElement("b");
  name.textContent = title;
  const text = document.createElement("span");
  text.innerHTML = excerpt;
  link.append(name);
  if (section !== null) {
    const part = document.createElement("i");
    part.textContent = section;
    link.append(part);
  }
  link.append(text);
  const entry = document.createElement("li");
  entry.append(link);
  return entry;
}

input.addEventListener("input", () => void search());

dialog.querySelector("form")!.addEventListener("submit", (event) => {
  // Enter in the field opens the first result; the button closes.
  if ((event as SubmitEvent).submitter !== null && document.activeElement !== input) return;
  event.preventDefault();
  list.querySelector("a")?.click();
});

dialog.addEventListener("keydown", (event) => {
  // In a search field the browser's own Escape only empties it.
  if (event.key === "Escape") {
    event.preventDefault();
    dialog.close();
  }
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const stops: HTMLElement[] = [input, ...list.querySelectorAll("a")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
});

// A click on the backdrop closes; a result on this very page has to close it too.
dialog.addEventListener("click", (event) => {
  if (event.target === dialog || (event.target as Element).closest(".hits a")) dialog.close();
});
