/**
 * One run of an experiment: picture, sentence, panels, controls. The engine's run is there from the
 * start; the recording of a kernel is fetched when it is asked for. A run is a story and a cursor in
 * it, so a branch is another story beside this one.
 */
import type { JSX, TargetedKeyboardEvent, TargetedMouseEvent } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { decodeLink, encodeLink, type LinkProblem, resolveLink } from "../../experiment/permalink.ts";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { narrate, type Narration, plain } from "../../views/narrate.ts";
import { form, sequence } from "../../views/sequence.ts";
import type { Run } from "../../views/snapshot.ts";
import { pids } from "../../views/ss.ts";
import { stepAt, story as tell, type Story } from "../../views/steps.ts";
import { tcpdump } from "../../views/tcpdump.ts";
import { clock } from "../../views/time.ts";
import { Now, Ss, Why, Wire } from "./Panels.tsx";
import { Picture } from "./Picture.tsx";
import { StepTable } from "./StepTable.tsx";
import { Transport } from "./Transport.tsx";

export interface RecordedRun {
  readonly kernel: string;
  readonly address: string;
}

export interface SimulatorProps {
  readonly id: string;
  readonly title: string;
  readonly hash: string;
  readonly run: Run;
  readonly recorded: RecordedRun | null;
  /** Address of the canonical JSON; null hides the link. */
  readonly labFile: string | null;
  /** Reads a trace file; given from outside so that this file needs no parser at the start. */
  readonly readRecording: (text: string) => Promise<Run>;
  readonly t: SimulatorText;
  readonly messages: Narration;
}

const STEP_MS = 900;
/** A picture of more is no picture, and slow. */
export const MOST_STEPS = 160;

type World = "engine" | "recorded";

export function Simulator(props: SimulatorProps): JSX.Element {
  const { id, title, hash, run, recorded, labFile, readRecording, t, messages } = props;
  // From the experiment, so that the page as built and the page as it runs have the same.
  const uid = `run-${id}`;
  const root = useRef<HTMLElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const engineStory = useMemo(() => tell(run, MOST_STEPS), [run]);
  const [recording, setRecording] = useState<Story | null>(null);
  const [world, setWorld] = useState<World>("engine");
  const [trouble, setTrouble] = useState("");
  const [n, setN] = useState(1);
  /**
   * After a prediction nothing below the now-line is drawn until the run was seen to its end once. null:
   * not known yet, as when the page is built; what comes later is then left out, which also keeps it small.
   */
  const [predicts, setPredicts] = useState<boolean | null>(null);
  const [seen, setSeen] = useState(false);
  const [playing, setPlaying] = useState(false);
  const [panel, setPanel] = useState("ss0");
  const [captureHost, setCaptureHost] = useState(run.hosts[0]?.name ?? "");
  const [notice, setNotice] = useState<{ problem: LinkProblem; experiment: string } | null>(null);
  const [said, setSaid] = useState("");
  /** The page is built with both pictures; once it lives, only the one that fits is kept up to date. */
  const [width, setWidth] = useState<"wide" | "narrow" | null>(null);

  const story = world === "recorded" && recording ? recording : engineStory;
  const model = useMemo(() => sequence(story), [story]);
  const forms = useMemo(() => [form(model, "wide"), form(model, "narrow")] as const, [model]);
  const dump = useMemo(() => tcpdump(story.run, captureHost), [story, captureHost]);
  const pid = useMemo(() => pids(story.run), [story]);
  const open = seen || predicts === false;
  const count = story.steps.length;

  const go = useCallback(
    (to: number, quiet = false): void => {
      const next = Math.min(Math.max(Math.round(to), 1), count);
      setN(next);
      setNotice(null);
      if (next === count) setSeen(true);
      if (!quiet) setSaid(plain(narrate(story, next, messages).what));
    },
    [story, count, messages],
  );
  const step = useCallback(
    (to: number): void => {
      setPlaying(false);
      go(to);
    },
    [go],
  );

  // Mark the element as alive, and see whether a prediction stands on this page.
  useEffect(() => {
    root.current?.setAttribute("data-ready", "");
    setPredicts(document.querySelector(`[data-predicts="${CSS.escape(id)}"]`) !== null);
    const predicted = (event: Event): void => {
      const detail: unknown = event instanceof CustomEvent ? event.detail : null;
      if (typeof detail === "object" && detail !== null && "experiment" in detail && detail.experiment === id)
        setPredicts(true);
    };
    document.addEventListener("lastack:predicted", predicted);
    return () => document.removeEventListener("lastack:predicted", predicted);
  }, [id]);

  useEffect(() => {
    const phone = matchMedia("(max-width: 40rem)");
    const fit = (): void => setWidth(phone.matches ? "narrow" : "wide");
    fit();
    phone.addEventListener("change", fit);
    return () => phone.removeEventListener("change", fit);
  }, []);

  // A link to a step: in the address when the page opens, or followed later.
  useEffect(() => {
    const follow = (): void => {
      const link = decodeLink(location.hash);
      if (!link) return;
      const simulators = [...document.querySelectorAll("[data-simulator]")];
      const mine = link.experiment === id;
      const nobodys = !simulators.some((other) => other.getAttribute("data-simulator") === link.experiment);
      if (!mine && !(nobodys && simulators[0]?.contains(root.current))) return;
      const resolved = resolveLink(link, { experiment: id, hash, events: engineStory.run.events.length });
      setWorld("engine");
      setPlaying(false);
      setN(link.event === null ? 1 : stepAt(engineStory, resolved.event));
      setNotice(resolved.problem ? { problem: resolved.problem, experiment: link.experiment } : null);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [id, hash, engineStory]);

  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      if (n >= count) setPlaying(false);
      else go(n + 1);
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [playing, n, count, go]);

  // The now-line stays in view: the reader should not have to scroll after every step.
  const moved = useRef(false);
  useEffect(() => {
    if (!moved.current) {
      moved.current = n !== 1;
      if (!moved.current) return;
    }
    const svg = [...(stage.current?.querySelectorAll("svg.fig") ?? [])].find(
      (one) => one.getBoundingClientRect().height > 0,
    );
    const row = model.rows[n - 1];
    if (!svg || !row || !root.current?.contains(document.activeElement)) return;
    const box = svg.getBoundingClientRect();
    const y = box.top + (row.now / model.height) * box.height;
    const docked = root.current.querySelector(".transport")?.getBoundingClientRect().height ?? 0;
    const low = innerHeight - docked - 60;
    if (y < 100 || y > low) scrollBy({ top: y - Math.min(innerHeight * 0.4, low), behavior: "instant" });
  }, [n, model]);

  const show = async (next: World): Promise<void> => {
    setPlaying(false);
    setTrouble("");
    const time = story.steps[n - 1]?.t ?? 0;
    if (next === "engine") {
      setWorld("engine");
      setN(nearest(engineStory, time, n));
      return;
    }
    if (!recorded) return;
    setWorld("recorded");
    try {
      let told = recording;
      if (!told) {
        const response = await fetch(recorded.address);
        if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
        told = tell(await readRecording(await response.text()), MOST_STEPS);
        setRecording(told);
      }
      setN(nearest(told, time, n));
    } catch (error) {
      setWorld("engine");
      setTrouble(format(t.world.failed, { reason: error instanceof Error ? error.message : String(error) }));
    }
  };

  const onKey = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const own = target.matches("input[type=radio], [role=tab], .scroll, pre");
    const range = target.matches("input[type=range]");
    const moves: Readonly<Record<string, number>> = { ArrowRight: n + 1, ArrowLeft: n - 1, Home: 1, End: count };
    const to = moves[event.key];
    if (to !== undefined && !own && !range) {
      event.preventDefault();
      step(to);
    } else if (event.key === " " && !target.matches("button, a, summary, input[type=radio]")) {
      event.preventDefault();
      play();
    }
  };

  const play = (): void => {
    if (!playing && n >= count) return;
    setPlaying(!playing);
  };

  const onPicture = (event: TargetedMouseEvent<HTMLElement>): void => {
    const marked = (event.target as Element).closest("[data-n]");
    const to = marked ? Number(marked.getAttribute("data-n")) : rowAt(event);
    if (to !== null) step(to);
  };
  const rowAt = (event: MouseEvent): number | null => {
    const svg = (event.target as Element).closest("svg");
    if (!svg) return null;
    const box = svg.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * model.height;
    const rows = model.rows.filter((row) => open || row.n <= n);
    return rows.reduce<number | null>((best, row) => {
      const other = rows.find((r) => r.n === best);
      return !other || Math.abs(row.now - y) < Math.abs(other.now - y) ? row.n : best;
    }, null);
  };

  const copyLink = async (): Promise<void> => {
    const event =
      engineStory.steps[(world === "engine" ? n : nearest(engineStory, story.steps[n - 1]?.t ?? 0, n)) - 1]?.at ?? 0;
    const fragment = encodeLink(id, event, hash);
    try {
      await navigator.clipboard.writeText(new URL(fragment, location.href).href);
      setSaid(t.linkCopied);
    } catch {
      history.replaceState(history.state, "", fragment);
      setSaid(t.linkInBar);
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  const [copied, setCopied] = useState(false);

  const picture = format(t.picture.title, {
    n,
    count,
    time: clock(story.steps[n - 1]?.t ?? 0),
    states: story.run.hosts
      .map(({ name }) => {
        const states = (story.after[n - 1]?.sockets ?? [])
          .filter((s) => s.host === name && s.listed)
          .map((s) => s.state);
        return states.length === 0
          ? format(t.picture.nothing, { host: name })
          : format(t.picture.stateOf, { host: name, state: states.join(", ") });
      })
      .join(" "),
  });

  const tabs = [
    ...story.run.hosts.map(({ name }, i) => ({ key: `ss${i}`, name: format(t.panels.ss, { host: name }) })),
    { key: "wire", name: t.panels.tcpdump },
    { key: "why", name: t.panels.why },
  ];
  const panelProps = (key: string): { id: string; class: string; role: "group"; "aria-label": string } => ({
    id: `${uid}-${key}`,
    class: `panel${panel === key ? " picked" : ""}`,
    role: "group",
    "aria-label": tabs.find((tab) => tab.key === key)?.name ?? "",
  });
  const onTabKey = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const i = tabs.findIndex((tab) => tab.key === panel);
    const next = tabs[(i + by + tabs.length) % tabs.length];
    if (!next) return;
    setPanel(next.key);
    document.getElementById(`${uid}-tab-${next.key}`)?.focus();
  };

  return (
    <figure class="sim" data-live="" ref={root} aria-labelledby={`${uid}-h`} onKeyDown={onKey}>
      <div class="sim-head">
        <h2 id={`${uid}-h`}>{format(t.run, { title })}</h2>
        <ul>
          <li>
            <button type="button" class="text" onClick={() => void copyLink()}>
              {copied ? said : t.copyLink}
            </button>
          </li>
          {labFile !== null && (
            <li>
              <a href={labFile} download>
                {t.labFile}
              </a>
            </li>
          )}
        </ul>
      </div>
      {recorded && (
        <fieldset class="worlds">
          <legend class="vh">{t.world.legend}</legend>
          <label>
            <input
              type="radio"
              name={`${uid}-world`}
              checked={world === "engine"}
              onChange={() => void show("engine")}
            />
            {t.world.engine}
          </label>
          <label>
            <input
              type="radio"
              name={`${uid}-world`}
              checked={world === "recorded"}
              onChange={() => void show("recorded")}
            />
            {format(t.world.recorded, { kernel: recorded.kernel })}
          </label>
          {world === "recorded" && !recording && <span role="status">{t.world.loading}</span>}
        </fieldset>
      )}
      {trouble !== "" && (
        <p class="notice" role="alert">
          {trouble}
        </p>
      )}
      {notice && (
        <p class="notice" role="status">
          {format(t.link[notice.problem], { experiment: notice.experiment })}
        </p>
      )}
      {story.untold > 0 && (
        <p class="notice">{format(t.untold, { count: story.steps.length, all: story.steps.length + story.untold })}</p>
      )}
      <div class="sim-body">
        <div class="stage">
          {/* Focus on the picture is how a mouse user comes to the keys; the controls below do the same. */}
          <div
            class="pictures"
            ref={stage}
            tabIndex={0}
            role="group"
            aria-label={t.picture.focus}
            aria-describedby={`${uid}-hint`}
            onClick={onPicture}
          >
            {forms.map((one) =>
              width === null || one.name === width ? (
                <Picture key={one.name} model={model} form={one} n={n} open={open} t={t} title={picture} />
              ) : null,
            )}
          </div>
          <Transport {...{ story, n, open, playing, t, messages }} hintId={`${uid}-hint`} onGo={step} onPlay={play} />
          <p class="hint" id={`${uid}-hint`}>
            {t.controls.hint}
          </p>
        </div>
        <div class="beside">
          <Now {...{ story, n, open, t, messages }} />
          <div class="tabs" role="tablist" aria-label={t.panels.show} onKeyDown={onTabKey}>
            {tabs.map(({ key, name }) => (
              <button
                key={key}
                id={`${uid}-tab-${key}`}
                type="button"
                role="tab"
                aria-selected={panel === key}
                aria-controls={`${uid}-${key}`}
                tabIndex={panel === key ? 0 : -1}
                onClick={() => setPanel(key)}
              >
                {name}
              </button>
            ))}
          </div>
          {story.run.hosts.map(({ name }, i) => {
            const { class: classes, ...rest } = panelProps(`ss${i}`);
            return (
              <section key={name} class={`${classes} term`} {...rest}>
                <Ss {...{ story, n, t, pid }} host={name} />
              </section>
            );
          })}
          <section {...panelProps("why")} class={`${panelProps("why").class} why`}>
            <Why {...{ story, n, t, messages }} onJump={step} />
          </section>
        </div>
        <section {...panelProps("wire")} class={`${panelProps("wire").class} wire term`}>
          <Wire {...{ story, n, t, dump }} host={captureHost} onHost={setCaptureHost} id={uid} />
        </section>
      </div>
      <details class="twin">
        <summary>{t.table.summary}</summary>
        <StepTable {...{ story, n, t, messages }} onJump={step} />
      </details>
      <p class="vh" aria-live="polite">
        {said}
      </p>
    </figure>
  );
}

/** The step of another telling of the same run that is the closest in time; the same number if that fits. */
function nearest(story: Story, time: number, n: number): number {
  const near = (step: number): number => Math.abs((story.steps[step - 1]?.t ?? Infinity) - time);
  let best = Math.min(n, story.steps.length);
  for (const step of story.steps) if (near(step.n) + 20_000 < near(best)) best = step.n;
  return best;
}
