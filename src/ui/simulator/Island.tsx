/** The simulator as a page carries it: the experiment comes as data, the engine runs here. */
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import type { Experiment } from "../../experiment/canonical.ts";
import { unpack } from "../../experiment/carried.ts";
import { lookable } from "../../experiment/inside.ts";
import { changedId, run as runEngine } from "../../experiment/run.ts";
import { narration } from "../../i18n/en/narration.ts";
import { simulator } from "../../i18n/en/simulator.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import type { Run } from "../../views/snapshot.ts";
import { type RecordedRun, Simulator } from "./Simulator.tsx";
import type { RunChanged } from "./use-changes.ts";

export interface IslandProps {
  /** As `carry` packs it. */
  readonly carried: string;
  /** SHA-256 of the canonical JSON, in hex. */
  readonly hash: string;
  readonly recorded: RecordedRun | null;
  readonly labFile: string | null;
  readonly sandbox: string | null;
  readonly page: string | null;
  readonly predicted: boolean;
  readonly locale: Locale;
}

/** The run of an experiment, as the views take it. */
export function runOf(experiment: Experiment, hash = ""): Run {
  const { events, header } = runEngine(experiment, [], { hash });
  return { ...lookable(experiment, events), header };
}

async function readRecording(text: string): Promise<Run> {
  const { parseTrace } = await import("../../experiment/trace-file.ts");
  const { header, events } = parseTrace(text);
  return { hosts: header.hosts, until: header.until, events, header };
}

export function Island({
  carried,
  hash,
  recorded,
  labFile,
  sandbox,
  page,
  predicted,
  locale,
}: IslandProps): JSX.Element {
  const experiment = useMemo(() => unpack(carried), [carried]);
  const run = useMemo(() => runOf(experiment, hash), [experiment, hash]);
  const runChanged = useCallback<RunChanged>(
    (changes) => {
      const { events, stopped, experiment: changed, header } = runEngine(experiment, changes);
      return {
        run: { ...lookable(changed, events), header: { ...header, experiment: changedId(experiment) } },
        stopped,
      };
    },
    [experiment],
  );
  return (
    <Simulator
      id={experiment.id}
      title={experiment.title}
      {...{ experiment, hash, run, runChanged, recorded, labFile, sandbox, page, predicted, readRecording, locale }}
      t={pick(locale, { en: simulator })}
      messages={pick(locale, { en: narration })}
    />
  );
}
