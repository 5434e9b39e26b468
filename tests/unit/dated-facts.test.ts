import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { DATED_FACTS, factAt } from "../../src/engine/kernel/dated-facts.ts";
import { ORIGINS } from "../../src/engine/kernel/dated-facts-origins.ts";
import type { DatedFact, DatedFactId } from "../../src/engine/kernel/dated-facts.ts";
import { parseSources } from "../../src/experiment/facts.ts";
import { datedFacts } from "../../src/i18n/en/dated-facts.ts";

const sources = parseSources("content/sources.yaml", parse(readFileSync("content/sources.yaml", "utf8")));
const facts: readonly DatedFact[] = DATED_FACTS;

/** A series as one number that grows with it: "6.14" is 6014. */
function series(version: string): number {
  const [major, minor] = version.split(".").map(Number);
  return (major ?? 0) * 1000 + (minor ?? 0);
}

const byRelease = (a: readonly [number, number], b: readonly [number, number]): number => a[0] - b[0] || a[1] - b[1];

/** Which of a fact's changes holds at a version: 0 is the oldest. */
function place(id: DatedFactId, version: string): number {
  return facts.find((fact) => fact.id === id)?.changes.indexOf(factAt(id, version)) ?? -1;
}

test("every id is there once, and in the catalogue", () => {
  const ids = facts.map((fact) => fact.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(datedFacts.facts).sort()).toEqual([...ids].sort());
});

describe.each(facts)("$id", ({ id, changes }) => {
  test("begins with the oldest value, then goes by ascending versions", () => {
    expect(changes[0].from).toBeNull();
    const later = changes.slice(1).map((change) => series(change.from ?? "0.0"));
    expect(later).toEqual([...new Set(later)].sort((a, b) => a - b));
    expect(later.every((from) => from > 0)).toBe(true);
  });

  test("changes something each time, and says it in words", () => {
    const words: Readonly<Record<string, string>> = datedFacts.facts[id as keyof typeof datedFacts.facts].values;
    changes.forEach((change, index) => {
      expect(change.value).not.toBe(changes[index - 1]?.value);
      expect(words[String(change.value)]).toMatch(/\w.*[.]$/);
    });
    expect(Object.keys(words).sort()).toEqual([...new Set(changes.map((change) => String(change.value)))].sort());
  });

  test("names a source that exists for each change, opened unless it says otherwise", () => {
    const origins = ORIGINS[id as DatedFactId];
    expect(origins).toHaveLength(changes.length);
    for (const origin of origins) {
      const source = sources.get(origin.source);
      expect(source, origin.source).toBeDefined();
      if (origin.checked !== "from memory") expect(source?.opened, origin.source).not.toBeNull();
    }
  });

  test("is right at the borders", () => {
    for (const change of changes) {
      if (change.from === null) continue;
      expect(factAt(id as DatedFactId, change.from)).toBe(change);
      expect(factAt(id as DatedFactId, `${change.from}.0-3-some-vendor`)).toBe(change);
    }
    for (const change of changes)
      for (const release of change.backports ?? []) {
        expect(factAt(id as DatedFactId, release)).toBe(change);
        const [major, minor, patch] = release.split(".").map(Number);
        expect(factAt(id as DatedFactId, `${String(major)}.${String(minor)}.${String((patch ?? 0) - 1)}`)).not.toBe(
          change,
        );
        expect(series(release)).toBeLessThan(series(change.from ?? "0.0"));
      }
  });
});

test("a newer first release of a series never shows an older value", () => {
  const release = fc.tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 0, max: 30 }));
  fc.assert(
    fc.property(fc.constantFrom(...DATED_FACTS.map((fact) => fact.id)), release, release, (id, one, other) => {
      const [older, newer] = [one, other].sort(byRelease);
      expect(place(id, (older ?? one).join("."))).toBeLessThanOrEqual(place(id, (newer ?? one).join(".")));
    }),
  );
});

test("within a series, a later patch never shows an older value", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...DATED_FACTS.map((fact) => fact.id)),
      fc.constantFrom("5.10", "6.1", "6.11", "6.12", "6.18", "6.19"),
      fc.nat(300),
      fc.nat(50),
      (id, base, patch, more) => {
        const [earlier, later] = [patch, patch + more].map((n) => place(id, `${base}.${String(n)}`));
        expect(earlier).toBeLessThanOrEqual(later ?? -1);
      },
    ),
  );
});

test.each(["", "six", "6", "v6.18", "6.18.44.1", "6..1"])("refuses %j as a version", (version) => {
  expect(() => factAt("tcp_tw_recycle", version)).toThrow(RangeError);
});
