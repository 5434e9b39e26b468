/** The browser's side of progress: localStorage, the clock, the other tabs. One store for all islands of a page. */
import { STORAGE_KEY } from "../../progress/key.ts";
import { type Adapter, createStore, type Store } from "../../progress/store.ts";

let store: Store | undefined;

/** The page's store. Only in the browser. */
export function progressStore(): Store {
  if (store) return store;
  const made = createStore(localStorageOrNull(), randomVisitor(), Date.now());
  addEventListener("storage", (event) => {
    // A null key means that everything was cleared.
    if (event.key === STORAGE_KEY || event.key === null) made.refresh(Date.now());
  });
  return (store = made);
}

/** Reading the property already throws where the browser blocks storage. */
function localStorageOrNull(): Adapter | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

function randomVisitor(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join("");
}

/** Gives the reader a text as a file. */
export function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  // Long enough for the browser to have taken it over.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** All answers of this browser. */
export function downloadAnswers(name: string): void {
  download(name, progressStore().exportText());
}
