/**
 * What the reader did in the sandbox, as a tree: going back moves along it, and a command given there grows another
 * branch. Pure. Kept as JSON for the next visit; `kept.ts` reads it back.
 */
import type { Experiment } from "../../experiment/canonical.ts";
import type { Intervention } from "../../experiment/run.ts";

export interface Deed {
  /** The deed before it; null: the beginning. */
  readonly parent: number | null;
  /** As it was typed. */
  readonly line: string;
  /** null: time passed and nothing else. */
  readonly change: Intervention | null;
  /** What time it is after it, microseconds. */
  readonly now: number;
}

export interface Tree {
  /** Experiment it started from; null: the empty scene. */
  readonly base: string | null;
  readonly deeds: readonly Deed[];
  /** The deed after which we stand; null: at the beginning. */
  readonly at: number | null;
}

export const EMPTY_TREE: Tree = { base: null, deeds: [], at: null };

/** Deeds from the beginning to `at`, with their numbers. */
export function path({ deeds }: Pick<Tree, "deeds">, at: number | null): readonly { deed: Deed; index: number }[] {
  const found: { deed: Deed; index: number }[] = [];
  for (let index = at; index !== null;) {
    const deed: Deed | undefined = deeds[index];
    if (!deed) break;
    found.unshift({ deed, index });
    index = deed.parent;
  }
  return found;
}

/** Changes in force, and the time. */
export function stateAt(tree: Tree): { readonly changes: readonly Intervention[]; readonly now: number } {
  const deeds = path(tree, tree.at);
  return {
    changes: deeds.flatMap(({ deed }) => (deed.change ? [deed.change] : [])),
    now: deeds.at(-1)?.deed.now ?? 0,
  };
}

/** One more deed from where we stand. The same one as before leads to where it led then. */
export function act(tree: Tree, line: string, change: Intervention | null, now: number): Tree {
  const deed: Deed = { parent: tree.at, line, change, now };
  const known = tree.deeds.findIndex((one) => JSON.stringify(one) === JSON.stringify(deed));
  if (known >= 0) return { ...tree, at: known };
  return { ...tree, deeds: [...tree.deeds, deed], at: tree.deeds.length };
}

/** Last deeds of the futures that do not go through here. */
export function otherFutures(tree: Tree): readonly number[] {
  const here = new Set(path(tree, tree.at).map(({ index }) => index));
  const parents = new Set(tree.deeds.map(({ parent }) => parent));
  return tree.deeds.flatMap((_, index) => (parents.has(index) || here.has(index) ? [] : [index]));
}

/** A tree of one branch, as a link holds it. */
export function chain(
  base: string | null,
  changes: readonly Intervention[],
  until: number,
  line: (change: Intervention) => string,
): Tree {
  const times = changes.map((one) => ("add" in one ? (one.add === "event" ? one.event.at : one.fault.after) : 0));
  const grown = changes.reduce<Tree>(
    (tree, change, i) => act(tree, line(change), change, Math.max(times[i + 1] ?? until, times[i] ?? 0)),
    { ...EMPTY_TREE, base },
  );
  return changes.length === 0 && until > 0 ? act(grown, "wait", null, until) : grown;
}

/** The experiment of a scene, and its hash, by which a link knows it again. */
export interface Base {
  readonly experiment: Experiment;
  readonly hash: string;
}
