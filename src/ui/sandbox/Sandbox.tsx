/** The sandbox: a line to type on, buttons that type for you, and the scene as it stands. */
import type { JSX, TargetedSubmitEvent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { complete, read } from "../../experiment/commands.ts";
import { lookable } from "../../experiment/inside.ts";
import { EMPTY_SCENE, nextMoment, runSandbox, type Sandbox as Scene, withChange } from "../../experiment/sandbox.ts";
import { changes as changesText } from "../../i18n/en/changes.ts";
import { narration } from "../../i18n/en/narration.ts";
import { sandbox as text } from "../../i18n/en/sandbox.ts";
import { simulator } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import { misreadText } from "../../views/change-text.ts";
import { followedOf } from "../../views/connections.ts";
import { narrate, plain } from "../../views/narrate.ts";
import { story as tell } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { suggestions } from "./suggestions.ts";
import { act, type Base, EMPTY_TREE, stateAt, type Tree } from "./model.ts";
import { History } from "./History.tsx";
import { Save } from "./Save.tsx";
import { Stage } from "./Stage.tsx";

export interface SandboxProps {
  readonly locale: Locale;
  /** Ids and titles of the experiments it can start from. */
  readonly experiments: readonly { readonly id: string; readonly title: string }[];
  /** Of the empty scene. */
  readonly hash: string;
  /** Where the experiments' files are: `{id}` stands for the id. */
  readonly files: string;
}

const KEPT = "lastack-sandbox";
const ASIDE = "lastack-sandbox-aside";
/** More than a reader makes, and what a picture takes; an experiment with a crowd in it has thousands. */
const MOST_STEPS = 2000;
const UID = "sandbox";

/** What was done, in which experiment. */
interface Held {
  readonly tree: Tree;
  readonly base: Base;
}

const leaveAddress = (): void => {
  if (location.hash !== "" || location.search !== "") history.replaceState(history.state, "", location.pathname);
};

/** Without storage a scene lasts as long as the page. */
const stored = (key: string): string | null => {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
};
const store = (key: string, text: string): void => {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // As above.
  }
};
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export function Sandbox({ locale, experiments, hash, files }: SandboxProps): JSX.Element {
  const t = pick(locale, { en: text });
  const words = pick(locale, { en: changesText });
  const messages = pick(locale, { en: narration });
  const root = useRef<HTMLElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [held, setHeld] = useState<Held>({ tree: EMPTY_TREE, base: { experiment: EMPTY_SCENE, hash } });
  /** The same for what goes on after something was loaded. */
  const latest = useRef(held);
  const [line, setLine] = useState("");
  const [said, setSaid] = useState("");
  const [wrong, setWrong] = useState("");
  /** The connection that is followed, as the stage takes it. */
  const [connection, setConnection] = useState<string | number | null>(null);
  /** Scenes whose place another one took, as they were kept, and what shows them, once there is one. */
  const [aside, setAside] = useState<readonly string[]>([]);
  const [asideTools, setAsideTools] = useState<typeof import("./Aside.tsx") | null>(null);

  const { tree } = held;
  const base = held.base.experiment;
  const { changes, now } = useMemo(() => stateAt(tree), [tree]);
  const scene: Scene = { base, changes, now };
  const moment = useMemo(() => runSandbox({ base, changes, now }), [base, changes, now]);
  const story = useMemo(() => tell(lookable(moment.experiment, moment.events), MOST_STEPS), [moment]);
  const offered = useMemo(() => complete(line, moment), [line, moment]);
  const stem = line.replace(/\S*$/, "");

  /** Shows and keeps a state. @throws Error the simulator cannot run it; what the reader has stays then */
  const show = (next: Held): void => {
    runSandbox({ base: next.base.experiment, ...stateAt(next.tree) });
    latest.current = next;
    setHeld(next);
    setWrong("");
    store(KEPT, JSON.stringify(next.tree));
  };
  /** One more state of this scene. An address that led here leads here no longer: what is kept counts from now on. */
  const take = (next: Tree): boolean => {
    try {
      show({ ...held, tree: next });
    } catch (error) {
      setWrong(format(t.cannot, { reason: reasonOf(error) }));
      return false;
    }
    leaveAddress();
    return true;
  };
  const setAsides = (change: (old: readonly string[]) => readonly string[]): void =>
    setAside((old) => {
      const next = change(old);
      store(ASIDE, JSON.stringify(next));
      return next;
    });
  const putAside = (kept: string): void => setAsides((old) => [...old.filter((one) => one !== kept), kept]);
  /** Another scene takes the place of this one, which is set aside unless nothing was done in it. */
  const replace = (next: Held): void => {
    const before = latest.current.tree;
    show(next);
    setConnection(null);
    if (before.deeds.length > 0) putAside(JSON.stringify(before));
    leaveAddress();
  };
  const load = async (id: string | null): Promise<Base> => {
    if (id === null) return { experiment: EMPTY_SCENE, hash };
    const response = await fetch(files.replace("{id}", encodeURIComponent(id)));
    if (!response.ok)
      throw new Error(format(t.noExperiment, { id, reason: `${response.status} ${response.statusText}`.trim() }));
    return (await response.json()) as Base;
  };
  const begin = async (next: Tree): Promise<boolean> => {
    try {
      replace({ tree: next, base: await load(next.base) });
      setSaid("");
      return true;
    } catch (error) {
      setWrong(format(t.loadFailed, { reason: reasonOf(error) }));
      return false;
    }
  };
  /** The scene that was kept. What does not come back whole is set aside as it was. */
  const restore = async (): Promise<void> => {
    const kept = stored(KEPT);
    const others = stored(ASIDE);
    if (kept === null && others === null) return;
    const { readAside, readTree } = await import("./kept.ts");
    setAside(readAside(others));
    if (kept === null) return;
    const found = readTree(kept);
    let reason = "";
    try {
      if (found) show({ tree: found.tree, base: await load(found.tree.base) });
    } catch (error) {
      reason = reasonOf(error);
    }
    if (found?.lost === 0 && reason === "") return;
    putAside(kept);
    setWrong((await import("./arrive.ts")).troubled(found, reason, locale));
  };
  /** Where the address leads: a link, or an experiment to start from. */
  const goToAddress = async (): Promise<void> => {
    if (!/[#&?](?:x|from)=/.test(location.hash + location.search)) return;
    try {
      const { arrive } = await import("./arrive.ts");
      const came = await arrive(location, latest.current, load, locale);
      if (!came) return;
      if (came.tree) replace({ tree: came.tree, base: came.base });
      leaveAddress();
      setSaid(came.said);
      setConnection(came.follow);
    } catch (error) {
      setWrong(format(t.loadFailed, { reason: reasonOf(error) }));
    }
  };
  useEffect(() => {
    const changed = (): void => void goToAddress();
    void restore()
      .then(goToAddress)
      .finally(() => root.current?.setAttribute("data-ready", ""));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
    // Once, when the page has come: what these read is not of one render.
  }, []);
  useEffect(() => {
    if (aside.length > 0) void import("./Aside.tsx").then(setAsideTools);
  }, [aside]);
  // A button that did its work may be gone, or at its end: who pressed it with a key goes on at the line.
  const byKey = useRef(false);
  useEffect(() => {
    const active = document.activeElement;
    if (byKey.current && (active === document.body || active?.matches(":disabled") === true)) input.current?.focus();
  }, [held]);

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
    // All of them: what a picture has no room for has happened, too.
    const told = tell({ hosts: experiment.hosts, until: experiment.until, events });
    const known = story.steps.length + story.untold;
    const fresh = told.steps.filter(({ t: at, n }) => at >= now && at <= until && n > known);
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
    <figure
      class="sim sandbox"
      data-live=""
      ref={root}
      aria-labelledby={`${UID}-h`}
      onClickCapture={(event) => {
        byKey.current = event.detail === 0;
      }}
    >
      <div class="sim-head">
        <h2 id={`${UID}-h`}>{format(t.run, { title: tree.base === null ? t.fromEmpty : base.title })}</h2>
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
        {story.untold > 0 && (
          <p>{format(t.untold, { count: story.untold + 1, all: story.steps.length + story.untold })}</p>
        )}
      </div>
      {asideTools && aside.length > 0 && (
        <asideTools.Aside
          texts={aside}
          titleOf={(id) => experiments.find((one) => one.id === id)?.title ?? id ?? t.fromEmpty}
          onBring={(kept, next) =>
            void begin(next).then((came) => {
              if (came) setAsides((old) => old.filter((one) => one !== kept));
            })
          }
          locale={locale}
        />
      )}
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
          id={tree.base ?? "sandbox"}
          hash={held.base.hash}
          t={t}
        />
      </div>
    </figure>
  );
}
