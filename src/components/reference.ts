/** The reference as the pages need it, at build time: read, checked, and what belongs beside each entry. */
import { parse } from "yaml";
import glossaryText from "../../content/reference/glossary.yaml?raw";
import { DATED_FACTS, type Change, type DatedFactId } from "../engine/kernel/dated-facts.ts";
import { ORIGINS, type Origin } from "../engine/kernel/dated-facts-origins.ts";
import { STATES, type State } from "../engine/trace.ts";
import { ContentError, type Fact } from "../experiment/facts.ts";
import {
  naming,
  parseCounter,
  parseGlossary,
  parseKnob,
  parseState,
  type CounterEntry,
  type KnobEntry,
  type StateEntry,
} from "../experiment/reference.ts";
import { datedFacts } from "../i18n/en/dated-facts.ts";
import { pick, type Locale } from "../i18n/index.ts";
import type { Claim } from "../quiz/claims.ts";
import { STATE_LOOKS } from "../views/states.ts";
import { CLAIM_IDS, claimOf } from "./claims.ts";
import { course } from "./course.ts";
import { recorded, recordingOf } from "./evidence.ts";
import { experiments, type ExperimentFile } from "./experiments.ts";
import { FACT_IDS, factOf } from "./facts.ts";

/** Files of a folder, parsed, by slug. */
function entries<T>(
  files: Record<string, string>,
  parseOne: (file: string, data: unknown) => T,
): ReadonlyMap<string, T> {
  return new Map(
    Object.entries(files).map(([path, text]) => {
      const file = path.replace("../../", "");
      return [file.replace(/^.*\/|\.yaml$/g, ""), parseOne(file, parse(text))];
    }),
  );
}

const readStates = entries(
  import.meta.glob<string>("../../content/reference/states/*.yaml", { query: "?raw", import: "default", eager: true }),
  parseState,
);

/** By slug, in the order of a connection's life. */
export const states: ReadonlyMap<string, StateEntry> = new Map(
  STATES.map((state) => {
    const slug = stateSlug(state);
    const entry = readStates.get(slug);
    if (entry?.state !== state)
      throw new ContentError([
        { file: `content/reference/states/${slug}.yaml`, field: "state", message: `write the file for ${state}` },
      ]);
    return [slug, entry];
  }),
);
export const knobs: ReadonlyMap<string, KnobEntry> = entries(
  import.meta.glob<string>("../../content/reference/knobs/*.yaml", { query: "?raw", import: "default", eager: true }),
  parseKnob,
);
export const counters: ReadonlyMap<string, CounterEntry> = entries(
  import.meta.glob<string>("../../content/reference/counters/*.yaml", {
    query: "?raw",
    import: "default",
    eager: true,
  }),
  parseCounter,
);
export const glossary = parseGlossary("content/reference/glossary.yaml", parse(glossaryText));

/** `FIN-WAIT-2` is found at /reference/states/fin-wait-2/. */
export function stateSlug(state: State): string {
  return state.toLowerCase();
}

/** As people search for it, with the word that `ss` has for it if that is another one. */
export function stateTitle(state: State): string {
  const name = state.replaceAll("-", "_");
  const { ss } = STATE_LOOKS[state];
  return ss === state ? name : `${name} (${ss})`;
}

/** `TcpExtTWRecycled` is named TWRecycled in texts. */
export function counterName(name: string): string {
  return name.replace(/^Tcp(?:Ext)?/, "");
}

/** Facts that name it in what they state, or in the belief they answer. */
export function factsNaming(name: string): readonly Fact[] {
  return FACT_IDS.map(factOf).filter(({ statement, belief = "" }) => naming(name).test(`${statement} ${belief}`));
}

/** Claims that name it in the belief. */
export async function claimsNaming(name: string): Promise<readonly Claim[]> {
  const claims = await Promise.all(CLAIM_IDS.map(claimOf));
  return claims.filter(({ belief }) => naming(name).test(belief));
}

/** Chapters about a state, or in whose text the name stands three times or more. */
export async function chaptersNaming(
  locale: Locale,
  name: string,
): Promise<readonly { readonly number: number; readonly title: string; readonly path: string }[]> {
  const often = new RegExp(naming(name), "g");
  return (await course(locale)).flatMap(({ number, title, chapter, states: about }) =>
    chapter && ((about as readonly string[]).includes(name) || (chapter.entry.body?.match(often) ?? []).length >= 3)
      ? [{ number, title, path: chapter.path }]
      : [],
  );
}

/** Experiments by id. Throws ContentError naming the file that wants one which is not there. */
export async function runsOf(file: string, ids: readonly string[]): Promise<readonly ExperimentFile[]> {
  const all = await experiments();
  return ids.map((id) => {
    const found = all.find(({ experiment }) => experiment.id === id);
    if (!found)
      throw new ContentError([{ file, field: "experiments", message: `there is no content/experiments/${id}.yaml` }]);
    return found;
  });
}

/** What changed about a knob, version by version, in words. Throws ContentError if the id is none. */
export function datedChanges(
  file: string,
  ids: readonly string[],
  locale: Locale,
): readonly { readonly about: string; readonly changes: readonly (Change & Origin & { readonly what: string })[] }[] {
  const words = pick(locale, { en: datedFacts }).facts;
  return ids.map((id) => {
    const fact = DATED_FACTS.find((each) => each.id === id);
    if (!fact)
      throw new ContentError([{ file, field: "dated", message: `"${id}" is not in src/engine/kernel/dated-facts.ts` }]);
    const { about, values } = words[id as DatedFactId];
    const named: Readonly<Record<string, string>> = values;
    const changes = fact.changes.map((change: Change, index) => {
      const origin = ORIGINS[fact.id][index];
      if (!origin) throw new Error(`src/engine/kernel/dated-facts-origins.ts has no line for change ${index} of ${id}`);
      return { ...change, ...origin, what: named[String(change.value)] ?? "" };
    });
    return { about, changes };
  });
}

/** Recordings in which a counter moved: the last value of each host that has one. */
export async function countedIn(
  name: string,
): Promise<readonly { readonly experiment: string; readonly host: string; readonly value: number }[]> {
  const short = name.replace(/^TcpExt/, "");
  const found = await Promise.all(
    [...recorded].sort().map(async (experiment) => {
      const last = new Map<string, number>();
      for (const event of (await recordingOf(experiment))?.events ?? []) {
        if (event.k !== "probe") continue;
        const value = event.counters[short];
        if (value !== undefined && value > 0) last.set(event.host, value);
      }
      return [...last].map(([host, value]) => ({ experiment, host, value }));
    }),
  );
  return found.flat();
}

export interface Entry {
  readonly name: string;
  readonly path: string;
}

/** Pages of the reference that a text names. */
export function entriesIn(text: string): readonly Entry[] {
  return [
    ...[...states].map(([slug, { state }]) => ({ name: state, title: stateTitle(state), path: `states/${slug}` })),
    ...[...knobs].map(([slug, { name }]) => ({ name, title: name, path: `knobs/${slug}` })),
    ...[...counters].map(([slug, { name }]) => ({ name: counterName(name), title: name, path: `counters/${slug}` })),
  ]
    .filter(({ name }) => naming(name).test(text))
    .map(({ title, path }) => ({ name: title, path: `/reference/${path}/` }));
}
