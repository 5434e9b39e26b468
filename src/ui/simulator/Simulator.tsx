/**
 * One run of an experiment: picture, sentence, panels, controls. What it holds and how that changes is in model.ts;
 * here it is drawn. The engine's run is there from the start; the recording of a kernel is fetched when it is
 * asked for.
 */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { Experiment } from "../../experiment/canonical.ts";
import type { Permalink } from "../../experiment/permalink.ts";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Locale } from "../../i18n/index.ts";
import { narrate, type Narration, plain } from "../../views/narrate.ts";
import { sequence } from "../../views/sequence.ts";
import type { Run } from "../../views/snapshot.ts";
import { followedOf } from "../../views/connections.ts";
import { knots } from "../../views/knots.ts";
import { story as tell } from "../../views/steps.ts";
import { clock } from "../../views/time.ts";
import { Closer, type ToolName, TOOLS } from "./Closer.tsx";
import { Beside } from "./Beside.tsx";
import { Drawing } from "./Drawing.tsx";
import { Follow } from "./Follow.tsx";
import { Head, type ShownLink } from "./Head.tsx";
import {
  type Links,
  predictionOf,
  useLink,
  useNowInView,
  useOnPaper,
  usePrediction,
  useRoom,
  useSeen,
  useWidth,
} from "./hooks.ts";
import {
  engineStory,
  isOpen,
  MOST_PICTURED,
  MOST_STEPS,
  nearest,
  open as opened,
  openBranch,
  reduce,
  shownStory,
  timeOf,
  type World,
} from "./model.ts";
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
  /** Address of the experiment's own page, where this one is made for a frame; null: links lead to this one. */
  readonly page: string | null;
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
    page,
    predicted,
    readRecording,
    locale,
    t,
    messages,
  } = props;
  // From the experiment, so that the page as built and the page as it runs have the same.
  const uid = `run-${id}`;
  const root = useRef<HTMLElement>(null);
  const [reached, send] = useReducer(reduce, run, (first) => opened(tell(first, MOST_STEPS)));
  const [said, setSaid] = useState("");
  const [speed, setSpeed] = useState<Speed>("normal");
  const [tool, setTool] = useState<ToolName | null>(null);
  const [copied, setCopied] = useState(false);
  /** A link that could be put nowhere, with the step it leads to. */
  const [shownLink, setShownLink] = useState<ShownLink | null>(null);
  /** The connection that is followed: by name, so that it stays the same one in another branch, or as a link says it. */
  const [follow, setFollow] = useState<string | number | null>(null);
  /** The segment whose menu is open. */
  const [picked, setPicked] = useState<number | null>(null);
  const { world, playing } = reached;
  const story = shownStory(reached);
  const count = story.steps.length;
  const made = openBranch(reached).changes;
  // A short run that nobody has moved is printed from the page as built (Experiment.astro).
  const whole = useOnPaper() && reached.n === 1 && made.length === 0 && count > MOST_PICTURED;
  const state = whole ? { ...reached, n: count } : reached;
  const { n } = state;
  const own = engineStory(state);
  const written = engineStory({ ...state, branch: 0 });
  const changes = useChanges(state, send, experiment, runChanged, locale);
  const { follow: followLink } = changes;
  // For what stands beside it in the page, such as a challenge.
  useEffect(() => {
    root.current?.dispatchEvent(new CustomEvent("lastack:changes", { bubbles: true, detail: made }));
  }, [made]);
  const open = whole || isOpen(state);
  const width = useWidth();
  const followed = followedOf(story, follow);
  const model = useMemo(
    () => sequence(story, { follow: followed?.id ?? null, knots: knots(story) }),
    [story, followed],
  );
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
      (link: Permalink, { arrival }: Links) => {
        const changed = link.changes.length > 0 && link.experiment === id;
        // A step of a run with changes in it is looked for there.
        const led = (events: number) => arrival(link, { experiment: id, hash, events }, locale);
        send({ do: "follow", ...led(changed ? Infinity : written.run.events.length) });
        for (const panel of link.panels) {
          const closer = TOOLS.find((one) => one === panel);
          if (closer) setTool(closer);
          else send({ do: "panel", panel });
        }
        const connection = link.experiment === id ? link.follow : null;
        // It counts in the run with the changes in it.
        if (changed) void followLink(link, led).then(() => setFollow(connection));
        else setFollow(connection);
      },
      [id, hash, locale, written, followLink],
    ),
  );
  useNowInView(root, reached.n, row ? row.now / room : null);

  const go = useCallback(
    (to: number, by: "reader" | "play" = "reader"): void => {
      // A menu that comes late must not take the focus from a reader who has moved on.
      if (by === "reader") setPicked(null);
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

  /** Opens the menu of a segment. What a kernel did cannot be changed. */
  const pick = (seg: number | null): void => {
    setPicked(world === "engine" ? seg : null);
    if (seg !== null) void changes.load();
  };
  const leaveMenu = (): void => {
    setPicked(null);
    root.current?.querySelector<HTMLElement>(".pictures")?.focus({ preventScroll: true });
  };
  const beside = width === "wide" && world === "engine" ? state.beside : null;

  const copyLink = async (): Promise<void> => {
    const step = world === "engine" ? n : nearest(own, timeOf(state), n);
    const tokens = openBranch(state).changes.map((one) => changes.tools?.encodeChange(one, experiment) ?? "");
    const panels = [state.panel === "ss0" ? null : state.panel, tool].filter((one) => one !== null);
    const more = { changes: tokens, follow: followedOf(own, follow)?.id ?? null, panels };
    const { copyLink: put, encodeLink } = await import("./links.ts");
    const address = `${page ?? ""}${encodeLink(id, own.steps[step - 1]?.at ?? 0, hash, more)}`;
    const where = await put(address);
    setSaid(t.linkIs[where]);
    setShownLink(where === "nowhere" ? { step, address: new URL(address, location.href).href } : null);
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
    <figure class={whole ? "sim whole" : "sim"} data-live="" ref={root} aria-labelledby={`${uid}-h`} onKeyDown={onKey}>
      <Head
        {...{ uid, title, state, labFile, t }}
        changed={made.length > 0}
        kernel={recorded?.kernel ?? null}
        copied={copied ? said : null}
        link={shownLink}
        notices={[
          typeof follow === "number" && !followed ? format(t.follow.missing, { number: follow }) : null,
          story.untold > 0 ? format(t.untold, { all: count + story.untold, count: story.untold + 1 }) : null,
        ]}
        onCopy={() => void copyLink()}
        onWorld={(next) => void show(next)}
      />
      <Follow {...{ story, n, t }} follow={followed?.name ?? null} onFollow={setFollow} onGo={go} />
      <div class={`sim-body${beside === null ? "" : " paired"}`}>
        <div class="stage">
          <Drawing
            {...{ state, story, model, open, room, width, beside, changes, picked, t }}
            title={picture}
            hintId={`${uid}-hint`}
            onGo={go}
            onPick={pick}
            onLeave={leaveMenu}
            onHeader={() => setTool("header")}
          />
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
      <Closer
        {...{ story, n, t, id, uid, labFile, locale, tool }}
        // What a kernel did was not changed by anybody.
        made={world === "engine" ? made.map((one) => changes.say(one)) : []}
        onLab={() => changes.tools?.saveChanged(experiment, made)}
        onTool={setTool}
      />
      {/* Made once the page lives, in a place kept free: in the page as built it would only weigh. */}
      <div class="what-if-place">
        {width !== null && (
          <WhatIf {...{ changes, state, send, experiment, uid, open, t, messages, sandbox }} newTab={page !== null} />
        )}
      </div>
      <Twin {...{ story, n, t, messages }} onJump={go} />
      <p class="vh" aria-live="polite">
        {said}
      </p>
    </figure>
  );
}
