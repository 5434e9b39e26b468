import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MIGRATIONS, readProgress, upgrade } from "../../src/progress/migrate.ts";
import {
  believeItem,
  challengeItem,
  observationOf,
  addAttempt,
  type Attempt,
  emptyProgress,
  EVERYTHING,
  firstAttempt,
  importInto,
  latestAttempt,
  merge,
  type Progress,
  reset,
  VERSION,
} from "../../src/progress/model.ts";
import { STORAGE_KEY } from "../../src/progress/key.ts";
import { type Adapter, createStore } from "../../src/progress/store.ts";

const attempt = (at: number, answer: Attempt["answer"] = "x", right = false): Attempt => ({
  at,
  answer,
  right,
  confidence: answer === null ? null : "sure",
  hash: "00000000",
});

/** A Storage that can be full, blocked, and shared between stores as tabs share it. */
function memory(): Adapter & { readonly data: Map<string, string>; full: boolean; blocked: boolean } {
  const data = new Map<string, string>();
  const adapter = {
    data,
    full: false,
    blocked: false,
    getItem(key: string) {
      if (adapter.blocked) throw new DOMException("denied", "SecurityError");
      return data.get(key) ?? null;
    },
    setItem(key: string, value: string) {
      if (adapter.blocked || adapter.full) throw new DOMException("no room", "QuotaExceededError");
      data.set(key, value);
    },
    removeItem(key: string) {
      data.delete(key);
    },
  };
  return adapter;
}

const anyAttempt = fc.record({
  at: fc.integer({ min: 1, max: 50 }),
  answer: fc.oneof(fc.constant(null), fc.constantFrom("x", "y"), fc.constant(["x", "y"]), fc.integer()),
  right: fc.boolean(),
  confidence: fc.constantFrom("sure" as const, "think-so" as const, "guess" as const, null),
  hash: fc.constant("00000000"),
});
const anyProgress: fc.Arbitrary<Progress> = fc
  .record({
    items: fc.dictionary(
      fc.constantFrom("one", "two", "one.observed"),
      fc.array(anyAttempt, { minLength: 1, maxLength: 5 }),
    ),
    resets: fc.dictionary(fc.constantFrom("one", "two", EVERYTHING), fc.integer({ min: 1, max: 50 }), { maxKeys: 2 }),
  })
  .map((some) => merge({ ...emptyProgress("ann"), ...some }, emptyProgress()));

describe("merging", () => {
  it("does not depend on order or repetition", () => {
    fc.assert(
      fc.property(anyProgress, anyProgress, anyProgress, (a, b, c) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, a)).toEqual(a);
      }),
    );
  });

  it("keeps the first attempt whatever follows, and only so many others", () => {
    let progress = emptyProgress();
    for (let at = 150; at > 0; at--) progress = addAttempt(progress, "one", attempt(at, "x", at > 1));
    expect(progress.items["one"]).toHaveLength(100);
    expect(firstAttempt(progress.items["one"] ?? [])?.at).toBe(1);
    expect(latestAttempt(progress.items["one"] ?? [])?.at).toBe(150);
  });

  it("passes over skips when it looks for the first attempt", () => {
    const progress = addAttempt(addAttempt(emptyProgress(), "one", attempt(1, null)), "one", attempt(2));
    expect(progress.items["one"]).toHaveLength(2);
    expect(firstAttempt(progress.items["one"] ?? [])?.at).toBe(2);
  });

  it("forgets what was reset, here and in what another tab still holds", () => {
    const before = addAttempt(addAttempt(emptyProgress(), "one", attempt(1)), "two", attempt(2));
    const after = addAttempt(reset(before, "one", 5), "one", attempt(6));
    expect(merge(after, before).items).toEqual({ one: [attempt(6)], two: [attempt(2)] });
    expect(reset(before, EVERYTHING, 5).items).toEqual({});
  });

  it("an import adds, never takes away", () => {
    fc.assert(
      fc.property(anyProgress, anyProgress, (mine, file) => {
        const { items } = importInto(mine, file);
        for (const source of [mine, file])
          for (const [item, attempts] of Object.entries(source.items))
            for (const one of attempts) expect(items[item]).toContainEqual(one);
      }),
    );
  });
});

describe("reading", () => {
  const fixture = (name: string) => readFileSync(new URL(`fixtures/progress/${name}.json`, import.meta.url), "utf8");

  // Whoever raises VERSION adds `v<n>.json`, as the new version writes it, and a step from the one before.
  const versions = Array.from({ length: VERSION }, (_, at) => at + 1);
  it.each(versions)("reads what version %i wrote, and loses nothing", (version) => {
    const text = fixture(`v${version}`);
    const written = JSON.parse(text) as {
      readonly version: number;
      readonly items: Readonly<Record<string, unknown[]>>;
    };
    expect(written.version).toBe(version);
    const reading = readProgress(text);
    expect(reading).toMatchObject({ ok: true, dropped: 0 });
    if (!reading.ok) return;
    const count = (items: Readonly<Record<string, readonly unknown[]>>): number => Object.values(items).flat().length;
    expect(count(reading.progress.items)).toBe(count(written.items));
    if (version === VERSION) expect(reading.progress).toEqual(written);
  });

  it("has a step from every version but the last", () => {
    expect(Object.keys(MIGRATIONS).map(Number)).toEqual(versions.slice(0, -1));
  });

  it("goes through every step of the chain, and stops where one is missing or fails", () => {
    const steps = {
      1: (data: Readonly<Record<string, unknown>>) => ({ ...data, version: 2, seen: [1] }),
      2: (data: Readonly<Record<string, unknown>>) => ({
        ...data,
        version: 3,
        seen: [...(data["seen"] as number[]), 2],
      }),
      4: () => {
        throw new Error("cannot read this");
      },
    };
    expect(upgrade({ version: 1 }, 1, 3, steps)).toEqual({ version: 3, seen: [1, 2] });
    expect(upgrade({ version: 1 }, 1, 4, steps)).toBeNull();
    expect(upgrade({ version: 4 }, 4, 5, steps)).toBeNull();
    expect(upgrade({ version: 3 }, 3, 3, {})).toEqual({ version: 3 });
  });

  it("tells a later version from what is no version", () => {
    const old = JSON.stringify({ version: 1, visitor: "ann", items: { one: [attempt(1)] }, resets: {} });
    expect(readProgress(old)).toMatchObject({ ok: true, dropped: 0 });
    expect(readProgress(old.replace('"version":1', '"version":2'))).toEqual({ ok: false, problem: "newer" });
    expect(readProgress(old.replace('"version":1', '"version":0'))).toEqual({ ok: false, problem: "unreadable" });
  });

  it("keeps what it can and counts what it cannot", () => {
    const reading = readProgress(fixture("v1-damaged"));
    expect(reading).toMatchObject({ ok: true, dropped: 7 });
    if (reading.ok) expect(Object.keys(reading.progress.items)).toEqual(["who-keeps-time-wait"]);
  });

  it("survives anything", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => readProgress(text)).not.toThrow();
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (items, resets) => {
        expect(() => readProgress(JSON.stringify({ version: 1, items, resets }))).not.toThrow();
      }),
    );
  });

  it("reads back whatever it wrote", () => {
    fc.assert(
      fc.property(anyProgress, (progress) => {
        expect(readProgress(JSON.stringify(progress))).toEqual({ ok: true, progress, dropped: 0 });
      }),
    );
  });
});

describe("the store", () => {
  const answer = (item: string, at: number) => (progress: Progress) => addAttempt(progress, item, attempt(at));

  it("keeps answers over a reload, and writes nothing before the first", () => {
    const storage = memory();
    const store = createStore(storage, "ann", 1);
    expect(storage.data.size).toBe(0);
    store.update(answer("one", 2), 2);
    const again = createStore(storage, "bob", 3);
    expect(again.progress()).toEqual(store.progress());
    expect(again.progress().visitor).toBe("ann");
    expect(again.status()).toEqual({ trouble: null, aside: null });
  });

  it("tells its listeners, and hands out the same object until something changes", () => {
    const store = createStore(memory(), "ann", 1);
    let told = 0;
    const stop = store.subscribe(() => told++);
    const before = store.progress();
    store.refresh(2);
    expect(store.progress()).toBe(before);
    store.update(answer("one", 3), 3);
    expect(store.progress()).not.toBe(before);
    stop();
    store.update(answer("one", 4), 4);
    expect(told).toBe(2);
  });

  it("keeps the answers of two tabs, the earliest first", () => {
    const storage = memory();
    const [left, right] = [createStore(storage, "ann", 1), createStore(storage, "bob", 1)];
    left.update(answer("one", 3), 3);
    right.update(answer("one", 2), 4);
    right.update(answer("two", 5), 5);
    left.refresh(6);
    expect(left.progress().items).toEqual({ one: [attempt(2), attempt(3)], two: [attempt(5)] });
  });

  it("puts back what a tab wrote over at the same moment", () => {
    const storage = memory();
    const left = createStore(storage, "ann", 1);
    left.update(answer("one", 2), 2);
    storage.data.set(STORAGE_KEY, JSON.stringify(addAttempt(emptyProgress("bob"), "two", attempt(3))));
    left.refresh(4);
    expect(createStore(storage, "zoe", 5).progress().items).toEqual({ one: [attempt(2)], two: [attempt(3)] });
  });

  it("does not put back what the reader cleared", () => {
    const storage = memory();
    const store = createStore(storage, "ann", 1);
    store.update(answer("one", 2), 2);
    storage.data.clear();
    store.refresh(3);
    expect(storage.data.size).toBe(0);
  });

  it("a reset in one tab reaches the other, and does not undo a later import", () => {
    const storage = memory();
    const [left, right] = [createStore(storage, "ann", 1), createStore(storage, "ann", 1)];
    left.update(answer("one", 2), 2);
    const saved = left.exportText();
    right.update((progress) => reset(progress, EVERYTHING, 3), 3);
    left.refresh(4);
    expect(left.progress().items).toEqual({});
    expect(left.importText(saved, 5)).toEqual({ ok: true, items: 1, dropped: 0 });
    right.update(answer("two", 6), 6);
    expect(createStore(storage, "x", 7).progress().items).toEqual({ one: [attempt(2)], two: [attempt(6)] });
  });

  it("what was reset in another tab does not come back with a file that is merged there", () => {
    const storage = memory();
    const [left, right] = [createStore(storage, "ann", 1), createStore(storage, "ann", 1)];
    left.update(answer("one", 2), 2);
    right.update((progress) => reset(progress, EVERYTHING, 3), 3);
    left.refresh(3);
    right.importText(JSON.stringify(addAttempt(emptyProgress(), "two", attempt(1))), 4);
    left.refresh(4);
    expect(left.progress().items).toEqual({ two: [attempt(1)] });
    expect(createStore(storage, "x", 5).progress().items).toEqual({ two: [attempt(1)] });
  });

  it("works from memory where storage is missing or blocked, and says so", () => {
    const blocked = memory();
    blocked.blocked = true;
    for (const store of [createStore(null, "ann", 1), createStore(blocked, "ann", 1)]) {
      store.update(answer("one", 2), 2);
      expect(store.progress().items).toEqual({ one: [attempt(2)] });
      expect(store.status().trouble).toBe("blocked");
      expect(readProgress(store.exportText())).toMatchObject({ ok: true, dropped: 0 });
    }
  });

  it("keeps answers while the storage is full, and saves them all once there is room", () => {
    const storage = memory();
    const store = createStore(storage, "ann", 1);
    storage.full = true;
    store.update(answer("one", 2), 2);
    store.update(answer("two", 3), 3);
    expect(store.status().trouble).toBe("full");
    expect(Object.keys(store.progress().items)).toEqual(["one", "two"]);
    storage.full = false;
    store.update(answer("one", 4), 4);
    expect(store.status().trouble).toBeNull();
    expect(createStore(storage, "bob", 5).progress()).toEqual(store.progress());
  });

  it("sets unreadable data aside, once, and goes on", () => {
    const storage = memory();
    storage.data.set(STORAGE_KEY, "{ half of it");
    const store = createStore(storage, "ann", 7);
    expect(store.status()).toEqual({ trouble: null, aside: `${STORAGE_KEY}.aside.7` });
    store.update(answer("one", 8), 8);
    store.refresh(9);
    expect(store.takeAside()).toBe("{ half of it");
    expect([...storage.data.keys()].sort()).toEqual([STORAGE_KEY, `${STORAGE_KEY}.aside.7`]);
    expect(createStore(storage, "bob", 10).progress().items).toEqual({ one: [attempt(8)] });
  });

  it("says on every page that data was set aside, until the reader has taken it", () => {
    const storage = memory();
    storage.data.set(STORAGE_KEY, "{ half of it");
    createStore(storage, "ann", 7);
    const next = createStore(storage, "bob", 8);
    expect(next.status()).toEqual({ trouble: null, aside: `${STORAGE_KEY}.aside.7` });
    expect(next.takeAside()).toBe("{ half of it");
    expect(next.takeAside()).toBe("{ half of it");
    expect(createStore(storage, "zoe", 9).status().aside).toBeNull();
  });

  it("makes no second copy where there is room for the first and for nothing more", () => {
    const storage = memory();
    storage.data.set(STORAGE_KEY, "{ half of it");
    const writes: string[] = [];
    const tight: Adapter = {
      ...storage,
      setItem(key, value) {
        if (key === STORAGE_KEY) throw new DOMException("no room", "QuotaExceededError");
        writes.push(key);
        storage.setItem(key, value);
      },
    };
    const store = createStore(tight, "ann", 7);
    store.update(answer("one", 8), 8);
    store.update(answer("two", 9), 9);
    expect(writes).toEqual([`${STORAGE_KEY}.aside`, `${STORAGE_KEY}.aside.7`]);
    expect(store.status()).toEqual({ trouble: "full", aside: `${STORAGE_KEY}.aside.7` });
  });

  it("keeps the readable part of damaged data, and the whole of it aside", () => {
    const storage = memory();
    const damaged = JSON.stringify({
      version: 1,
      visitor: "ann",
      items: { one: [attempt(1), { at: "noon" }] },
      resets: {},
    });
    storage.data.set(STORAGE_KEY, damaged);
    const store = createStore(storage, "bob", 7);
    expect(store.progress().items).toEqual({ one: [attempt(1)] });
    expect(store.takeAside()).toBe(damaged);
  });

  it("never writes over damaged data it has no room to set aside", () => {
    const storage = memory();
    storage.data.set(STORAGE_KEY, "{ half of it");
    storage.full = true;
    const store = createStore(storage, "ann", 1);
    store.update(answer("one", 2), 2);
    expect(storage.data.get(STORAGE_KEY)).toBe("{ half of it");
    expect(store.status().trouble).toBe("full");
    expect(store.takeAside()).toBe("{ half of it");
    expect(Object.keys(store.progress().items)).toEqual(["one"]);
  });

  it("leaves the data of a later version alone", () => {
    const storage = memory();
    storage.data.set(STORAGE_KEY, '{"version":99,"secret":"of the future"}');
    const store = createStore(storage, "ann", 1);
    store.update(answer("one", 2), 2);
    expect(storage.data.get(STORAGE_KEY)).toBe('{"version":99,"secret":"of the future"}');
    expect(store.status()).toEqual({ trouble: "newer", aside: null });
  });

  it("refuses an import it cannot read, and changes nothing", () => {
    const store = createStore(memory(), "ann", 1);
    store.update(answer("one", 2), 2);
    const before = store.progress();
    expect(store.importText("no JSON", 3)).toEqual({ ok: false, problem: "unreadable" });
    expect(store.importText('{"version":99}', 3)).toEqual({ ok: false, problem: "newer" });
    expect(store.importText(" ".repeat(5_000_001), 3)).toEqual({ ok: false, problem: "too-large" });
    expect(store.progress()).toBe(before);
  });
});

it("reads back what was believed, observed and reached like an answer", () => {
  const names = [believeItem("a-claim"), challengeItem("a-goal"), observationOf("a-question")];
  const kept = names.reduce((progress, name, at) => addAttempt(progress, name, attempt(at + 1)), emptyProgress("bob"));
  expect(readProgress(JSON.stringify(kept))).toEqual({ ok: true, progress: kept, dropped: 0 });
});
