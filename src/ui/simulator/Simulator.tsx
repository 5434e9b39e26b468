/**
 * One run of an experiment: picture, sentence, panels, controls. What it holds and how that changes is in model.ts;
 * here it is drawn. The engine's run is there from the start; the recording of a kernel is fetched when it is
 * asked for.
 */
import type { JSX, TargetedKeyboardEvent, TargetedMouseEvent } from "preact";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { Experiment } from "../../experiment/canonical.ts";
import { encodeLink, type Permalink, resolveLink } from "../../experiment/permalink.ts";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Locale } from "../../i18n/index.ts";
import { narrate, type Narration, plain } from "../../views/narrate.ts";
import { form } from "../../views/form.ts";
import { sequence } from "../../views/sequence.ts";
import type { Run } from "../../views/snapshot.ts";
import { connections } from "../../views/connections.ts";
import { knots } from "../../views/knots.ts";
import { story as tell } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { Closer, type ToolName, TOOLS } from "./Closer.tsx";
import { Beside } from "./Beside.tsx";
import { Follow } from "./Follow.tsx";
import { predictionOf, useLink, useNowInView, usePrediction, useRoom, useSeen, useWidth } from "./hooks.ts";
import {
  engineStory,
  isOpen,
  MOST_STEPS,
  nearest,
  open as opened,
  openBranch,
  reduce,
  shownStory,
  timeOf,
  type World,
} from "./model.ts";
import { Picture } from "./Picture.tsx";
import { Twin } from "./StepTable.tsx";
import { moveByKey, usePlay } from "./moves.ts";
import { type Speed, Transport } from "./Transport.tsx";
import { type RunChanged, useChanges } from "./use-changes.ts";
import { WhatIf } from "./WhatIf.tsx";

export interface RecordedRun {
  readonly kernel: string;
  readonly address: string;
}

export interface SimulatorProps {
  readonly id: string;
  readonly title: string;
  readonly hash: string;
  readonly experiment: Experiment;
  /** The run as written, and the same with changes in it. */
  readonly run: Run;
  readonly runChanged: RunChanged;
  readonly recorded: RecordedRun | null;
  /** Address of the canonical JSON; null hides the link. */
  readonly labFile: string | null;
  /** Address of the sandbox with this experiment in it; null hides the link. */
  readonly sandbox: string | null;
  /** A prediction stands before it on the page, so nothing is drawn ahead and its room grows with the steps. */
  readonly predicted: boolean;
  /** Reads a trace file; given from outside so that this file needs no parser at the start. */
  readonly readRecording: (text: string) => Promise<Run>;
  readonly locale: Locale;
  readonly t: SimulatorText;
  readonly messages: Narration;
}

export function Simulator(props: SimulatorProps): JSX.Element {
  const {
    id,
    title,
    hash,
    experiment,
    run,
    runChanged,
    recorded,
    labFile,
    sandbox,
    predicted,
    readRecording,
    locale,
    t,
    messages,
  } = props;
  // From the experiment, so that the page as built and the page as it runs have the same.
  const uid = `run-${id}`;
  const root = useRef<HTMLElement>(null);
  const [state, send] = useReducer(reduce, run, (first) => opened(tell(first, MOST_STEPS)));
  const [said, setSaid] = useState("");
  const [speed, setSpeed] = useState<Speed>("normal");
  const [tool, setTool] = useState<ToolName | null>(null);
  const [copied, setCopied] = useState(false);
  /** The connection that is followed, by name, so that it stays the same one in another branch. */
  const [follow, setFollow] = useState<string | null>(null);
  /** The segment whose menu is open. */
  const [picked, setPicked] = useState<number | null>(null);
  const { world, n, playing, notice, trouble } = state;
  const story = shownStory(state);
  const own = engineStory(state);
  const written = engineStory({ ...state, branch: 0 });
  const changes = useChanges(state, send, experiment, runChanged, locale);
  const { follow: followLink } = changes;
  const made = openBranch(state).changes;
  // For what stands beside it in the page, such as a challenge.
  useEffect(() => {
    root.current?.dispatchEvent(new CustomEvent("lastack:changes", { bubbles: true, detail: made }));
  }, [made]);
  const open = isOpen(state);
  const width = useWidth();
  const { list } = connections(story);
  const followed = list.find(({ name }) => name === follow) ?? null;
  const model = useMemo(
    () => sequence(story, { follow: followed?.id ?? null, knots: knots(story) }),
    [story, followed],
  );
  const forms = useMemo(() => [form(model, "wide"), form(model, "narrow")] as const, [model]);
  const count = story.steps.length;
  const row = model.rows[n - 1];
  const room = useRoom(model.height, row?.now ?? 0, predicted && !open);

  useEffect(() => root.current?.setAttribute("data-ready", ""), []);
  usePrediction(
    id,
    useCallback((predicts) => send({ do: "predicts", predicts }), []),
  );
  useSeen(id, root, state.seen);
  useLink(
    id,
    root,
    useCallback(
      (link: Permalink) => {
        const changed = link.changes.length > 0 && link.experiment === id;
        const events = changed ? Infinity : written.run.events.length;
        const { event, problem } = resolveLink(link, { experiment: id, hash, events });
        send({
          do: "follow",
          event: link.event === null ? null : event,
          notice: problem && { problem, experiment: link.experiment },
        });
        for (const panel of link.panels) {
          const closer = TOOLS.find((one) => one === panel);
          if (closer) setTool(closer);
          else send({ do: "panel", panel });
        }
        if (changed) void followLink(link);
      },
      [id, hash, written, followLink],
    ),
  );
  useNowInView(root, n, row ? row.now / room : null);

  const go = useCallback(
    (to: number, by: "reader" | "play" = "reader"): void => {
      send({ do: "go", to, by });
      setSaid(plain(narrate(story, Math.min(Math.max(Math.round(to), 1), count), messages).what));
    },
    [story, count, messages],
  );
  usePlay(
    playing,
    speed,
    { rows: model.rows, n },
    useCallback((to: number) => go(to, "play"), [go]),
  );

  const show = async (next: World): Promise<void> => {
    send({ do: "world", world: next });
    if (next === "engine" || !recorded || state.recording) return;
    try {
      const response = await fetch(recorded.address);
      if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
      send({ do: "recording", story: tell(await readRecording(await response.text()), MOST_STEPS) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      send({ do: "trouble", trouble: format(t.world.failed, { reason }) });
    }
  };
  const play = (): void => send({ do: "play" });

  const onKey = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    if (event.key === "Enter" && (event.target as HTMLElement).matches(".pictures")) {
      event.preventDefault();
      const step = story.steps[n - 1];
      pick(step?.sends[0]?.seg ?? step?.segment?.seg ?? null);
      return;
    }
    if (event.key === "Escape" && picked !== null) return setPicked(null);
    const to = moveByKey(event, { story, rows: model.rows, n });
    if (to === "play") play();
    else if (to !== null) go(to);
  };

  const onPicture = (event: TargetedMouseEvent<HTMLElement>): void => {
    const marked = (event.target as Element).closest("[data-n]");
    const to = marked ? Number(marked.getAttribute("data-n")) : rowAt(event);
    if (to !== null) go(to);
    const seg = (event.target as Element).closest("[data-seg]")?.getAttribute("data-seg");
    pick(seg == null ? null : Number(seg));
  };
  /** Opens the menu of a segment. What a kernel did cannot be changed. */
  const pick = (seg: number | null): void => {
    setPicked(world === "engine" ? seg : null);
    if (seg !== null) void changes.load();
  };
  const leaveMenu = (): void => {
    setPicked(null);
    root.current?.querySelector<HTMLElement>(".pictures")?.focus({ preventScroll: true });
  };
  const shown = openBranch(state);
  const other = width === "wide" && world === "engine" ? state.branches[state.beside ?? -1] : undefined;
  const fits = other ? "narrow" : width;
  const segment = picked === null ? undefined : story.segments.get(picked);
  const flight = model.flights.find(({ segment: one }) => one.seg === picked);
  const rowAt = (event: MouseEvent): number | null => {
    const svg = (event.target as Element).closest("svg");
    if (!svg) return null;
    const box = svg.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * room;
    const rows = model.rows.filter((row) => open || row.n <= n);
    return rows.reduce<number | null>((best, row) => {
      const other = rows.find((r) => r.n === best);
      return !other || Math.abs(row.now - y) < Math.abs(other.now - y) ? row.n : best;
    }, null);
  };

  const copyLink = async (): Promise<void> => {
    const step = world === "engine" ? n : nearest(own, timeOf(state), n);
    const tokens = openBranch(state).changes.map((one) => changes.tools?.encodeChange(one, experiment) ?? "");
    const panels = [state.panel === "ss0" ? null : state.panel, tool].filter((one) => one !== null);
    const fragment = encodeLink(id, own.steps[step - 1]?.at ?? 0, hash, { changes: tokens, panels });
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
          {world === "recorded" && !state.recording && <span role="status">{t.world.loading}</span>}
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
      <Follow {...{ story, n, follow, t }} onFollow={setFollow} onGo={go} />
      <div class={`sim-body${other ? " paired" : ""}`}>
        <div class="stage">
          <div class="mine">
            {changes.tools && changes.t && other && (
              <p class="branch-name">{changes.tools.branchText(shown.changes, changes.t)}</p>
            )}
            {/* Focus on the picture is how a mouse user comes to the keys; the controls below do the same. */}
            <div
              class="pictures"
              tabIndex={0}
              role="group"
              aria-label={t.picture.focus}
              aria-describedby={`${uid}-hint`}
              onClick={onPicture}
            >
              {forms.map((one) =>
                fits === null || one.name === fits ? (
                  <Picture
                    key={one.name}
                    model={model}
                    form={one}
                    n={n}
                    open={open}
                    t={t}
                    title={picture}
                    height={room}
                  />
                ) : null,
              )}
              {changes.tools && changes.t && world === "engine" && (
                <changes.tools.Parting
                  model={{ ...model, height: room }}
                  step={shown.left?.step ?? null}
                  until={open ? null : n}
                  t={changes.t}
                />
              )}
              {changes.tools && changes.t && segment && flight && (
                <changes.tools.SegmentMenu
                  segment={segment}
                  time={story.run.events[segment.sent]?.t ?? 0}
                  at={flight.y1 / room}
                  t={changes.t}
                  onAct={(act) => {
                    leaveMenu();
                    changes.meet(segment.seg, act);
                  }}
                  onHeader={() => {
                    leaveMenu();
                    setTool("header");
                  }}
                  onClose={leaveMenu}
                />
              )}
            </div>
          </div>
          {changes.tools && changes.t && other && (
            <changes.tools.Other
              branch={other}
              time={timeOf(state)}
              {...{ shown, n, open }}
              t={changes.t}
              simulator={t}
            />
          )}
          <Transport
            {...{ story, n, open, playing, t, messages }}
            rows={model.rows}
            hintId={`${uid}-hint`}
            onGo={go}
            onPlay={play}
            speed={speed}
            onSpeed={setSpeed}
          />
          <p class="hint" id={`${uid}-hint`}>
            {t.controls.hint}
          </p>
          {state.seen && state.predicts && (
            <p class="observe">
              <a class="btn" href={`#${predictionOf(id) ?? ""}`}>
                {t.observe}
              </a>
            </p>
          )}
        </div>
        <Beside
          {...{ story, n, open, t, messages, uid }}
          panel={state.panel}
          onPanel={(panel) => send({ do: "panel", panel })}
          onJump={go}
        />
      </div>
      <Closer {...{ story, n, t, id, uid, labFile, locale, tool }} onTool={setTool} />
      {/* Made once the page lives, in a place kept free: in the page as built it would only weigh. */}
      <div class="what-if-place">
        {width !== null && <WhatIf {...{ changes, state, send, experiment, uid, open, t, messages, sandbox }} />}
      </div>
      <Twin {...{ story, n, t, messages }} onJump={go} />
      <p class="vh" aria-live="polite">
        {said}
      </p>
    </figure>
  );
}
