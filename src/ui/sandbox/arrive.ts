/** A scene that comes with the address, and what to say if one that was kept cannot be read. Loaded when it is needed. */
import { encodeChange } from "../../experiment/change-codec.ts";
import { readChanges } from "../../experiment/read-changes.ts";
import { LONGEST_RUN } from "../../experiment/interventions.ts";
import { decodeLink, resolveLink } from "../../experiment/permalink.ts";
import { runSandbox } from "../../experiment/sandbox.ts";
import { arriving } from "../../i18n/en/arriving.ts";
import { changes as changesText } from "../../i18n/en/changes.ts";
import { links } from "../../i18n/en/links.ts";
import { format } from "../../i18n/format.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { changeText, refusalText } from "../../views/change-text.ts";
import { clock } from "../../views/time.ts";
import type { Kept } from "./kept.ts";
import { type Base, chain, EMPTY_TREE, stateAt, type Tree } from "./model.ts";

export interface Arrival {
  /** null: the link leads to what is here. */
  readonly tree: Tree | null;
  readonly base: Base;
  readonly said: string;
  /** Id of the connection that is followed; null: all are shown. */
  readonly follow: number | null;
}

/** Changes of a link that are named one by one when they are left out. */
const MOST_NAMED = 5;

/**
 * The scene to which an address leads; null: to none. A link made in the sandbox says how late it is; in one that was
 * made beside a run it is the moment of its step.
 * @throws Error what kept the experiment from being loaded or run
 */
export async function arrive(
  { hash, search }: { readonly hash: string; readonly search: string },
  here: { readonly tree: Tree; readonly base: Base },
  load: (id: string | null) => Promise<Base>,
  locale: Locale,
): Promise<Arrival | null> {
  const t = pick(locale, { en: arriving });
  const words = pick(locale, { en: changesText });
  const link = decodeLink(hash);
  if (!link) {
    const from = new URLSearchParams(search).get("from");
    if (from === null) return null;
    if (here.tree.base === from && here.tree.deeds.length > 0)
      return { tree: null, base: here.base, said: t.continued, follow: null };
    return { tree: { ...EMPTY_TREE, base: from }, base: await load(from), said: "", follow: null };
  }
  const id = link.experiment === "sandbox" ? null : link.experiment;
  const base = await load(id);
  const { experiment } = base;
  const bounded = link.until !== null && link.until > LONGEST_RUN ? null : link.until;
  const ends = bounded ?? (id === null ? LONGEST_RUN : experiment.until);
  const { changes, lost } = readChanges({ ...link, until: ends }, experiment);

  const now = stateAt(here.tree);
  const tokens = now.changes.map((one) => encodeChange(one, experiment));
  if (here.tree.base === id && now.now === bounded && tokens.join("~") === link.changes.join("~"))
    return { tree: null, base, said: "", follow: link.follow };

  const { events } = runSandbox({ base: experiment, changes, now: ends });
  const { event, problem } = resolveLink(link, {
    experiment: link.experiment,
    hash: base.hash,
    // Which steps there are is known only of a scene that came whole.
    events: lost.length === 0 && bounded !== null ? events.length : Infinity,
  });
  const until = bounded ?? (link.until !== null || link.event === null ? 0 : (events[event]?.t ?? 0));
  const tree = chain(id, changes, until, (one) => changeText(one, words));
  const said = [
    t.linked,
    problem === null ? "" : pick(locale, { en: links })[problem],
    bounded === link.until ? "" : format(t.beyond, { most: `${LONGEST_RUN / 1e6} s`, now: clock(stateAt(tree).now) }),
    ...lost
      .slice(0, MOST_NAMED)
      .map(({ number, refusal }) =>
        format(words.lost, { number, reason: refusal ? refusalText(refusal, words) : words.unreadable }),
      ),
    lost.length > MOST_NAMED ? format(t.more, { count: lost.length - MOST_NAMED }) : "",
  ];
  return { tree, base, said: said.filter((part) => part !== "").join(" "), follow: link.follow };
}

/**
 * What to say of a scene that was kept and did not come back whole.
 * @param reason why it could not be run or its experiment not be loaded; empty: it could
 */
export function troubled(kept: Kept | null, reason: string, locale: Locale): string {
  const t = pick(locale, { en: arriving });
  if (kept === null) return t.unreadable;
  if (reason !== "") return format(t.notOpened, { reason });
  return format(t.partly, { count: kept.tree.deeds.length, all: kept.tree.deeds.length + kept.lost });
}
