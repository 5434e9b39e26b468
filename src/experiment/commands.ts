/**
 * What a reader types into the sandbox: `server close`, `client send 100`, `drop next FIN from server`,
 * `sysctl client tcp_fin_timeout=61`, `wait 60s`. One function, `expected` of `command-words.ts`, says what may stand
 * next; reading, completing and explaining all follow from it. Sentences are in `src/i18n/en/changes.ts`.
 */
import { build, type Command, type Impossible } from "./command-change.ts";
import { expected, possibleCalls, type Scene } from "./command-words.ts";
import { refuse } from "./interventions.ts";
import { closest } from "./nearest.ts";

/** What was understood, what was not, what is possible. */
export interface Misread {
  readonly code: "unknown-word" | "incomplete" | "too-much" | Impossible["code"];
  readonly values: Readonly<Record<string, string | number>>;
  /** The words that made sense. */
  readonly understood: string;
  /** What could stand after them. */
  readonly possible: readonly string[];
  /** The possible word that is the most like the one that was written. */
  readonly nearest: string | null;
}

/** Words that may come next, or that the last one may become. */
export function complete(line: string, scene: Scene): readonly string[] {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const typing = /\s$/.test(line) || words.length === 0 ? "" : (words.pop() ?? "");
  if (words.some((word, i) => !expected(scene, words.slice(0, i))?.accepts(word))) return [];
  return (expected(scene, words)?.options ?? []).filter((option) => option.startsWith(typing) && option !== typing);
}

/** Reads one line. */
export function read(line: string, scene: Scene): Command | Misread {
  const words = line.split(/\s+/).filter((word) => word !== "");
  for (const [i, word] of words.entries()) {
    const before = words.slice(0, i);
    const place = expected(scene, before);
    const understood = before.join(" ");
    if (!place) return { code: "too-much", values: { word }, understood, possible: [], nearest: null };
    if (place.accepts(word)) continue;
    const nearest = closest(word, place.options);
    return { code: "unknown-word", values: { word, hint: place.hint }, understood, possible: place.options, nearest };
  }
  const next = expected(scene, words);
  const understood = words.join(" ");
  if (next && !next.optional)
    return { code: "incomplete", values: { hint: next.hint }, understood, possible: next.options, nearest: null };
  const made = build(words, scene);
  if ("code" in made) {
    const calls = made.code === "no-descriptor" ? possibleCalls(scene, words[0] ?? "") : null;
    return { ...made, understood, possible: calls ?? next?.options ?? [], nearest: null };
  }
  if (made.do !== "change") return made;
  const refused = refuse(scene.experiment, made.change);
  return refused ? { ...refused, understood, possible: [], nearest: null } : made;
}
