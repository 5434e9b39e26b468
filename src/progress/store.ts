/**
 * The one door to a reader's progress. It reads and writes through an adapter, in the browser
 * localStorage; if that is blocked, full or holds something strange, answers stay in memory and the
 * store says so. Before each write it reads again and merges, so that two open tabs keep each
 * other's answers.
 */
import { STORAGE_KEY } from "./key.ts";
import { readProgress } from "./migrate.ts";
import { emptyProgress, importInto, merge, type Progress } from "./model.ts";

/** The part of the Storage interface that is used; any of it may throw. */
export type Adapter = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export type Trouble =
  /** The browser keeps nothing for this site. */
  | "blocked"
  /** There is no room left. */
  | "full"
  /** What is stored was written by a later version of the site; it is left alone. */
  | "newer";

export interface Status {
  /** Why answers are kept in memory only; null if they are saved. */
  readonly trouble: Trouble | null;
  /** Key under which unreadable data was set aside; null if there was none. */
  readonly aside: string | null;
}

export type ImportResult =
  | { readonly ok: true; readonly items: number; readonly dropped: number }
  | { readonly ok: false; readonly problem: "unreadable" | "newer" | "too-large" };

/** Where it is kept under which key data was set aside, until the reader has taken it: for the pages that come after. */
const ASIDE = `${STORAGE_KEY}.aside`;
/** Larger than any export can become: items times attempts kept times the length of one. */
const LARGEST_IMPORT = 5_000_000;

export interface Store {
  /** The state of all tabs as last read. The same object until something changes. */
  progress(): Progress;
  status(): Status;
  /** Applies a change and saves. The change may run more than once and must be pure. */
  update(change: (progress: Progress) => Progress, now: number): void;
  /** Another tab wrote: read again, and put back what it may have overwritten. */
  refresh(now: number): void;
  subscribe(listener: () => void): () => void;
  /** Everything, as the text of a file. */
  exportText(): string;
  /** What was set aside, as it was; null if nothing was. No later page speaks of it again; the copy stays. */
  takeAside(): string | null;
  /** Merges a file; never overwrites. */
  importText(text: string, now: number): ImportResult;
}

/**
 * @param adapter null where there is none: everything stays in memory
 * @param visitor random text of 1 to 32 letters and digits, used if none is stored yet
 * @param now milliseconds since 1970
 */
export function createStore(adapter: Adapter | null, visitor: string, now: number): Store {
  /** What this tab added and cannot be sure to find in the storage again. */
  let own = emptyProgress();
  let seen = emptyProgress(visitor);
  let status: Status = { trouble: null, aside: null };
  const listeners = new Set<() => void>();

  /** What is stored; null if it must not be written over. Sets aside what cannot be read. */
  function stored(at: number): Progress | null {
    let text: string | null;
    try {
      if (!adapter) throw new Error("no storage");
      text = adapter.getItem(STORAGE_KEY);
      status = { ...status, aside: status.aside ?? adapter.getItem(ASIDE) };
    } catch {
      status = { ...status, trouble: "blocked" };
      return null;
    }
    if (text === null) return emptyProgress();
    const reading = readProgress(text);
    if (reading.ok && reading.dropped === 0) return reading.progress;
    if (!reading.ok && reading.problem === "newer") {
      status = { ...status, trouble: "newer" };
      return null;
    }
    let aside = status.aside ?? STORAGE_KEY;
    try {
      if (aside === STORAGE_KEY || adapter.getItem(aside) !== text) {
        aside = `${ASIDE}.${at}`;
        // First, so that a copy there is room for is not made again and again.
        adapter.setItem(ASIDE, aside);
        adapter.setItem(aside, text);
      }
    } catch {
      // No room for a copy: the original stays where it is and is not written over.
      status = { trouble: "full", aside: STORAGE_KEY };
      return null;
    }
    status = { ...status, aside };
    // Written back at once without what was unreadable, so that it is set aside only once.
    const rest = reading.ok ? reading.progress : emptyProgress();
    save(rest);
    return rest;
  }

  function save(progress: Progress): boolean {
    try {
      adapter?.setItem(STORAGE_KEY, JSON.stringify(progress));
      status = { ...status, trouble: null };
      return true;
    } catch {
      status = { ...status, trouble: "full" };
      return false;
    }
  }

  /** `change` null: only read, and put back what another tab may have overwritten. */
  function sync(change: ((progress: Progress) => Progress) | null, at: number): void {
    const apply = change ?? ((progress: Progress) => progress);
    own = apply(own);
    const found = stored(at);
    const after = apply(merge(merge(found ?? seen, own), emptyProgress(visitor)));
    if (found) {
      // Nothing is stored before the reader answers, and what the reader cleared stays cleared.
      const wanted = change !== null || found.visitor !== "";
      if (same(found, after)) status = { ...status, trouble: null };
      // In the storage a reset has done its work; kept here it would undo another tab's import, and what it
      // forgot would come back with one.
      if (same(found, after) || (wanted && save(after)))
        own = { ...merge(own, { ...emptyProgress(), resets: after.resets }), resets: {} };
    }
    if (!same(seen, after)) seen = after;
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }

  sync(null, now);

  return {
    progress: () => seen,
    status: () => status,
    update(change, at) {
      sync(change, at);
      tell();
    },
    refresh(at) {
      sync(null, at);
      tell();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exportText: () => `${JSON.stringify(seen, null, 1)}\n`,
    takeAside() {
      try {
        adapter?.removeItem(ASIDE);
        return status.aside === null ? null : (adapter?.getItem(status.aside) ?? null);
      } catch {
        return null;
      }
    },
    importText(text, at) {
      if (text.length > LARGEST_IMPORT) return { ok: false, problem: "too-large" };
      const reading = readProgress(text);
      if (!reading.ok) return reading;
      sync((progress) => importInto(progress, reading.progress), at);
      tell();
      return { ok: true, items: Object.keys(reading.progress.items).length, dropped: reading.dropped };
    },
  };
}

function same(one: Progress, other: Progress): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
