/** Reads back what was kept of the sandbox, with the same care as a link. Loaded if there is something. */
import { isChange } from "../../experiment/change-shape.ts";
import { LONGEST_RUN } from "../../experiment/interventions.ts";
import type { Deed, Tree } from "./model.ts";

/** What was kept, as far as it can be read. */
export interface Kept {
  readonly tree: Tree;
  /** Deeds that cannot be read, and those after them; 0: it is whole. */
  readonly lost: number;
}

/** Reads what was kept: the deeds before the first that makes no sense. null: it is nothing of ours. Never throws. */
export function readTree(text: string): Kept | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { base, deeds, at } = value as { base?: unknown; deeds?: unknown; at?: unknown };
  const before = (index: unknown, most: number): index is number | null =>
    index === null || (Number.isInteger(index) && (index as number) >= 0 && (index as number) < most);
  if (!(base === null || (typeof base === "string" && /^[a-z][a-z0-9-]{0,79}$/.test(base)))) return null;
  if (!Array.isArray(deeds) || !before(at, deeds.length)) return null;
  const all = deeds as readonly unknown[];
  const bad = all.findIndex((one, i) => {
    if (typeof one !== "object" || one === null) return true;
    const { parent, line, change, now } = one as Record<string, unknown>;
    return !(
      before(parent, i) &&
      typeof line === "string" &&
      (change === null || isChange(change)) &&
      Number.isInteger(now) &&
      (now as number) >= 0 &&
      (now as number) <= LONGEST_RUN
    );
  });
  const sound = (bad < 0 ? all : all.slice(0, bad)) as readonly Deed[];
  // Back along the branch to what can be read.
  let stands = at;
  while (stands !== null && stands >= sound.length) {
    const parent = (all[stands] as Partial<Deed> | null)?.parent ?? null;
    stands = before(parent, stands) ? parent : null;
  }
  return { tree: { base, deeds: sound, at: stands }, lost: all.length - sound.length };
}

/** Reads the texts of the scenes that were set aside. Never throws. */
export function readAside(text: string | null): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
