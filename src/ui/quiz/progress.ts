/** The browser's side of progress: localStorage, the clock, the other tabs. One store for all islands of a page. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { STORAGE_KEY } from "../../progress/key.ts";
import { type Adapter, createStore, type Status, type Store } from "../../progress/store.ts";
import type { Progress } from "../../progress/model.ts";

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

/** What is known about the reader; null on the server and until the island runs. */
export function useProgress(): { readonly progress: Progress; readonly status: Status } | null {
  const [known, setKnown] = useState<{ progress: Progress; status: Status } | null>(null);
  // Before the first paint of the island, so that nothing is shown and then changed.
  useLayoutEffect(() => {
    const found = progressStore();
    const read = () => setKnown({ progress: found.progress(), status: found.status() });
    read();
    return found.subscribe(read);
  }, []);
  return known;
}

type Notice = typeof import("./Trouble.tsx").TroubleNotice;

/** The warning, once there is something to warn of; it is rare and comes when it is needed. */
export function useTrouble(status: Status | undefined): Notice | null {
  const [notice, setNotice] = useState<Notice | null>(null);
  const troubled = status !== undefined && (status.trouble !== null || status.aside !== null);
  useEffect(() => {
    if (troubled) void import("./Trouble.tsx").then(({ TroubleNotice }) => setNotice(() => TroubleNotice));
  }, [troubled]);
  return troubled ? notice : null;
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
