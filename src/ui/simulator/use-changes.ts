/**
 * A reader's changes: each opens a branch. What is needed for it (forms, words, the codec of links) is loaded on the
 * first use.
 */
import { useCallback, useState } from "preact/hooks";
import type { Experiment, FaultSpec } from "../../experiment/canonical.ts";
import type { Permalink } from "../../experiment/permalink.ts";
import type { Intervention } from "../../experiment/run.ts";
import type { ChangesText } from "../../i18n/en/changes.ts";
import { format } from "../../i18n/format.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import type { Run } from "../../views/snapshot.ts";
import { story as tell } from "../../views/steps.ts";
import type { Links } from "./hooks.ts";
import { type Action, type Model, MOST_STEPS, openBranch } from "./model.ts";

type Tools = (typeof import("./change-tools.ts"))["tools"];

/** A run with changes in it, and why it stopped before its time. */
export interface Rerun {
  readonly run: Run;
  readonly stopped: string | null;
}

/** @throws Error naming what the simulator cannot do */
export type RunChanged = (changes: readonly Intervention[]) => Rerun;

/** Where a link leads in a run of so many events. */
type Led = (events: number) => ReturnType<Links["arrival"]>;

export interface Changes {
  /** null: not loaded yet. */
  readonly tools: Tools | null;
  readonly t: ChangesText | null;
  readonly load: () => Promise<Tools>;
  /** A change in words; empty before the tools have come. */
  readonly say: (change: Intervention) => string;
  /** Something about the last change that is worth a sentence. */
  readonly remark: string;
  /** One more change to the run that is open. */
  readonly add: (change: Intervention) => void;
  /** A fault for a segment of the run that is open. */
  readonly meet: (seg: number, act: FaultSpec["act"]) => void;
  /** The changes of a link, replayed as far as they make sense. */
  readonly follow: (link: Permalink, led: Led) => Promise<void>;
}

export function useChanges(
  model: Model,
  send: (action: Action) => void,
  experiment: Experiment,
  runChanged: RunChanged,
  locale: Locale,
): Changes {
  const [tools, setTools] = useState<Tools | null>(null);
  const [remark, setRemark] = useState("");
  const load = useCallback(async (): Promise<Tools> => {
    const { tools: loaded, styled } = await import("./change-tools.ts");
    await styled();
    setTools(loaded);
    return loaded;
  }, []);
  const words = useCallback((loaded: Tools): ChangesText => pick(locale, { en: loaded.changes }), [locale]);

  const openChanged = useCallback(
    (loaded: Tools, of: number, changes: readonly Intervention[], led: Led | null, said: string): void => {
      try {
        const { run, stopped } = runChanged(changes);
        const { parting } = loaded;
        const to = led?.(run.events.length) ?? { event: null, notice: null };
        send({ do: "branch", of, changes, stopped, parting, story: tell(run, MOST_STEPS), ...to });
        setRemark(said);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        send({ do: "trouble", trouble: [said, format(words(loaded).cannot, { reason })].join(" ").trim() });
      }
    },
    [runChanged, send, words],
  );

  const add = (change: Intervention, said = ""): void => {
    if (tools) openChanged(tools, model.branch, [...openBranch(model).changes, change], null, said);
  };
  const meet = (seg: number, act: FaultSpec["act"]): void => {
    if (!tools) return;
    const t = words(tools);
    const aimed = tools.aim(openBranch(model).story.run.events, seg, act);
    if (aimed) add({ add: "fault", fault: aimed.fault }, aimed.fragile ? t.fragile : "");
    else send({ do: "trouble", trouble: t.segment.none });
  };
  const follow = useCallback(
    async (link: Permalink, led: Led): Promise<void> => {
      const loaded = await load();
      const t = words(loaded);
      const { changes, lost } = loaded.readChanges(link, experiment);
      const said = loaded.lostText(lost, t);
      if (changes.length === 0) send({ do: "trouble", trouble: said });
      else openChanged(loaded, 0, changes, led, said);
    },
    [load, words, experiment, send, openChanged],
  );
  const say = (change: Intervention): string => tools?.changeText(change, words(tools)) ?? "";
  return { tools, t: tools && words(tools), load, say, remark, add, meet, follow };
}
