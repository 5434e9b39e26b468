/**
 * Elements that look the same after a step as before it are not made again: a step changes two or
 * three of the picture's hundred pieces, and must show within a frame on a phone.
 */
import type { VNode } from "preact";
import { useRef } from "preact/hooks";

type Keep = <T extends VNode | null>(key: string, looks: string, make: () => T) => T;

/** `keep(key, looks, make)`: the element kept under `key`, made anew when its `looks` or the `scope` change. */
export function useKept(...scope: readonly unknown[]): Keep {
  const store = useRef<{ scope: readonly unknown[]; kept: Map<string, { looks: string; made: VNode | null }> }>(null);
  const before = store.current;
  const same = before?.scope.length === scope.length && before.scope.every((part, i) => part === scope[i]);
  const { kept } = before && same ? before : (store.current = { scope, kept: new Map() });
  return <T extends VNode | null>(key: string, looks: string, make: () => T): T => {
    const known = kept.get(key);
    if (known?.looks === looks) return known.made as T;
    const made = make();
    kept.set(key, { looks, made });
    return made;
  };
}
