/** The sandbox: a line to type on, buttons that type for you, and the scene as it stands. */
import type { JSX, TargetedSubmitEvent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { encodeChange, readChanges } from "../../experiment/change-codec.ts";
import type { Experiment } from "../../experiment/canonical.ts";
import { complete, read } from "../../experiment/commands.ts";
import { lookable } from "../../experiment/inside.ts";
import { decodeLink } from "../../experiment/permalink.ts";
import { EMPTY_SCENE, nextMoment, runSandbox, type Sandbox as Scene, withChange } from "../../experiment/sandbox.ts";
import { changes as changesText } from "../../i18n/en/changes.ts";
import { narration } from "../../i18n/en/narration.ts";
import { sandbox as text } from "../../i18n/en/sandbox.ts";
import { simulator } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { changeText, misreadText, refusalText } from "../../views/change-text.ts";
import { followedOf } from "../../views/connections.ts";
import { narrate, plain } from "../../views/narrate.ts";
import { story as tell } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { suggestions } from "./suggestions.ts";
import { act, chain, EMPTY_TREE, readTree, stateAt, type Tree } from "./model.ts";
import { History } from "./History.tsx";
import { Save } from "./Save.tsx";
import { Stage } from "./Stage.tsx";

export interface SandboxProps {
  readonly locale: Locale;
  /** Ids and titles of the experiments it can start from. */
  readonly experiments: readonly { readonly id: string; readonly title: string }[];
  /** Where their files are: `{id}` stands for the id. */
  readonly files: string;
}

const KEPT = "lastack-sandbox";
/** A picture of more is no picture, and slow. */
const MOST_STEPS = 160;
const UID = "sandbox";

export function Sandbox({ locale, experiments, files }: SandboxProps): JSX.Element {
  const t = pick(locale, { en: text });
  const words = pick(locale, { en: changesText });
  const messages = pick(locale, { en: narration });
  const root = useRef<HTMLElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [tree, setTree] = useState<Tree>(EMPTY_TREE);
  const [base, setBase] = useState<Experiment>(EMPTY_SCENE);
  const [line, setLine] = useState("");
  const [said, setSaid] = useState("");
  const [wrong, setWrong] = useState("");
  /** The connection that is followed, as the stage takes it. */
  const [connection, setConnection] = useState<string | number | null>(null);

  const { changes, now } = useMemo(() => stateAt(tree), [tree]);
  const scene: Scene = { base, changes, now };
  const moment = useMemo(() => runSandbox({ base, changes, now }), [base, changes, now]);
  const story = useMemo(() => tell(lookable(moment.experiment, moment.events), MOST_STEPS), [moment]);
  const offered = useMemo(() => complete(line, moment), [line, moment]);
  const stem = line.replace(/\S*$/, "");

  /** A new state, if the simulator can run it; what the reader has stays otherwise. */
  const take = (next: Tree, nextBase: Experiment = base): boolean => {
    try {
      runSandbox({ base: nextBase, ...stateAt(next) });
    } catch (error) {
      setWrong(format(t.cannot, { reason: error instanceof Error ? error.message : String(error) }));
      return false;
    }
    setTree(next);
    if (nextBase !== base) setBase(nextBase);
    setWrong("");
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(next));
    } catch {
      // Without storage the scene lasts as long as the page.
    }
    return true;
  };
  const fetchBase = async (id: string | null): Promise<Experiment> => {
    if (id === null) return EMPTY_SCENE;
    const response = await fetch(files.replace("{id}", encodeURIComponent(id)));
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return ((await response.json()) as { experiment: Experiment }).experiment;
  };
  const begin = async (next: Tree): Promise<void> => {
    try {
      take(next, await fetchBase(next.base));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      setWrong(format(t.loadFailed, { id: next.base ?? "", reason }));
    }
  };

  // A link, then what was kept, then ?from=, then the empty scene.
  useEffect(() => {
    root.current?.setAttribute("data-ready", "");
    const link = decodeLink(location.hash);
    const from = new URLSearchParams(location.search).get("from");
    const open = async (): Promise<void> => {
      if (link) {
        const id = link.experiment === "sandbox" ? null : link.experiment;
        try {
          const linked = await fetchBase(id);
          const { changes: read_, lost } = readChanges({ ...link, until: link.until ?? 0 }, linked);
          take(
            chain(id, read_, link.until ?? 0, (one) => changeText(one, words)),
            linked,
          );
          const left = lost.map(({ number, refusal }) =>
            format(words.lost, { number, reason: refusal ? refusalText(refusal, words) : words.unreadable }),
          );
          setSaid([t.linked, ...left].join(" "));
          setConnection(link.follow);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          setWrong(format(t.loadFailed, { id: id ?? "", reason }));
        }
        return;
      }
      let kept: Tree | null = null;
      try {
        kept = readTree(sessionStorage.getItem(KEPT));
      } catch {
        // No storage: nothing was kept.
      }
      if (kept && kept.deeds.length > 0 && (from === null || kept.base === from)) await begin(kept);
      else if (from !== null) await begin({ ...EMPTY_TREE, base: from });
    };
    void open();
    // Once, when the page has come: nothing it reads changes.
  }, []);

  const obey = (typed: string): void => {
    const command = read(typed, moment);
    if (!("do" in command)) {
      setWrong(misreadText(command, words));
      setSaid("");
      return;
    }
    setWrong("");
    setLine("");
    switch (command.do) {
      case "help":
        setSaid(t.help);
        return;
      case "back":
        back();
        return;
      case "wait": {
        const until = command.until ?? nextMoment(scene);
        if (until === null) setSaid(t.nothingComes);
        else follow(act(tree, typed, null, until), until);
        return;
      }
      case "change": {
        const after = withChange(scene, command.change);
        follow(act(tree, typed, command.change, after.now), after.now);
      }
    }
  };
  /** Takes a state and says what came of it. */
  const follow = (next: Tree, until: number): void => {
    if (!take(next)) return;
    const { experiment, events, stopped } = runSandbox({ base, ...stateAt(next) });
    const told = tell({ hosts: experiment.hosts, until: experiment.until, events }, MOST_STEPS);
    const fresh = told.steps.filter(({ t: at, n }) => at >= now && at <= until && n > story.steps.length);
    const sentences = fresh
      .slice(-4)
      .map(({ n, t: at }) => format(t.done, { time: clock(at), what: plain(narrate(told, n, messages).what) }));
    setSaid(
      [
        ...sentences,
        ...(sentences.length === 0 ? [t.nothingSaid] : []),
        stopped === null ? "" : format(t.stopped, { reason: stopped }),
      ]
        .join(" ")
        .trim(),
    );
  };
  const back = (): void => {
    if (tree.at === null) setSaid(t.atStart);
    else {
      take({ ...tree, at: tree.deeds[tree.at]?.parent ?? null });
      setSaid("");
    }
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (line.trim() !== "") obey(line.trim());
  };

  return (
    <figure class="sim sandbox" data-live="" ref={root} aria-labelledby={`${UID}-h`}>
      <div class="sim-head">
        <h2 id={`${UID}-h`}>{format(t.run, { title: base === EMPTY_SCENE ? t.fromEmpty : base.title })}</h2>
        <p>{format(t.now, { time: clock(now) })}</p>
      </div>
      <form class="sandbox-line" onSubmit={submit} noValidate>
        <label>
          <span>{t.command}</span>
          <input
            ref={input}
            type="text"
            list={`${UID}-words`}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            placeholder={t.placeholder}
            value={line}
            aria-describedby={`${UID}-said`}
            onInput={(event) => setLine(event.currentTarget.value)}
          />
        </label>
        <datalist id={`${UID}-words`}>
          {offered.map((word) => (
            <option key={word} value={`${stem}${word}`} />
          ))}
        </datalist>
        <button class="btn main" type="submit">
          {t.enter}
        </button>
      </form>
      <div class="sandbox-buttons" role="group" aria-label={t.buttons}>
        {suggestions(moment).map((one) => (
          <button key={one} class="btn" type="button" onClick={() => obey(one)}>
            {one}
          </button>
        ))}
        <button class="btn" type="button" disabled={tree.at === null} onClick={back}>
          {t.back}
        </button>
      </div>
      <div id={`${UID}-said`} class="sandbox-said">
        <p role="status">{said}</p>
        {wrong !== "" && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
      </div>
      {story.steps.length === 0 ? (
        <p class="sandbox-empty">{t.empty}</p>
      ) : (
        <Stage
          {...{ story, messages }}
          t={pick(locale, { en: simulator })}
          uid={UID}
          follow={connection}
          onFollow={setConnection}
        />
      )}
      <div class="sandbox-after">
        <History
          tree={tree}
          t={t}
          experiments={experiments}
          onGo={(at) => {
            take({ ...tree, at });
            setSaid("");
          }}
          onBegin={(id) => void begin({ ...EMPTY_TREE, base: id })}
        />
        <Save
          scene={scene}
          experiment={moment.experiment}
          event={moment.events.length - 1}
          follow={followedOf(story, connection)?.id ?? null}
          tokens={() => changes.map((one) => encodeChange(one, base))}
          id={tree.base ?? "sandbox"}
          t={t}
        />
      </div>
    </figure>
  );
}
