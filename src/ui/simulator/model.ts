/**
 * What the simulator holds, as plain values: the runs it can show, the cursor in the one it shows, and what is
 * open beside it. Pure; the view sends actions and draws what comes back. A change made by the reader is another
 * branch beside the first: nothing is undone, one only goes back to the other branch.
 */
import type { LinkProblem } from "../../experiment/permalink.ts";
import type { Intervention } from "../../experiment/run.ts";
import type { Parting } from "../../views/parting.ts";
import { stepAt, type Story } from "../../views/steps.ts";

/** A picture of more is no picture, and slow. The runs that chapters show have fewer; of others the middle is left out. */
export const MOST_STEPS = 320;

/** The page as built has no picture of more: it would be screens tall, and the heaviest thing there. */
export const MOST_PICTURED = 24;

export type World = "engine" | "recorded";

/** Something the reader should know about the link that was followed. */
export interface Notice {
  readonly problem: LinkProblem;
  readonly text: string;
}

export interface Branch {
  readonly story: Story;
  /** Everything in which it differs from the run as written. */
  readonly changes: readonly Intervention[];
  /** The branch from which it was opened, and where it left that one. */
  readonly left: (Parting & { readonly branch: number }) | null;
  /** Why the simulator stopped it before its time. */
  readonly stopped: string | null;
}

export interface Model {
  readonly world: World;
  /** The run as written, then those the reader opened. */
  readonly branches: readonly Branch[];
  readonly branch: number;
  /** Another branch is drawn beside it. */
  readonly beside: number | null;
  /** What a kernel did; null: not fetched. */
  readonly recording: Story | null;
  /** The step reached, from 1. */
  readonly n: number;
  /**
   * After a prediction nothing below the now-line is drawn until the run was seen to its end once. null:
   * not known yet, as when the page is built; what comes later is then left out, which also keeps it small.
   */
  readonly predicts: boolean | null;
  readonly seen: boolean;
  readonly playing: boolean;
  /** Which panel a phone shows: ss0, ss1, …, wire, why. */
  readonly panel: string;
  readonly notice: Notice | null;
  /** Why the recording could not be shown; empty: it could. */
  readonly trouble: string;
}

export type Action =
  /** To a step; `by` what: the reader stops Play, Play does not. */
  | { readonly do: "go"; readonly to: number; readonly by: "reader" | "play" }
  | { readonly do: "play" }
  | { readonly do: "predicts"; readonly predicts: boolean }
  | { readonly do: "panel"; readonly panel: string }
  | { readonly do: "world"; readonly world: World }
  | { readonly do: "recording"; readonly story: Story }
  | { readonly do: "trouble"; readonly trouble: string }
  /** A change opens a branch of the run that is open, or of the run as written. */
  | {
      readonly do: "branch";
      readonly of: number;
      readonly story: Story;
      readonly changes: readonly Intervention[];
      readonly stopped: string | null;
      /** Finds where two runs part; it is loaded with what makes changes. */
      readonly parting: (other: Story, story: Story) => Parting;
      /** Index of the event to go to; null: where the runs part. */
      readonly event: number | null;
      /** About the link that made the change; null: a reader made it here. */
      readonly notice: Notice | null;
    }
  | { readonly do: "switch"; readonly branch: number }
  | { readonly do: "beside"; readonly branch: number | null }
  /** A link leads to an event of the run; null: to its start. */
  | { readonly do: "follow"; readonly event: number | null; readonly notice: Notice | null };

export function open(story: Story): Model {
  return {
    world: "engine",
    branches: [{ story, changes: [], left: null, stopped: null }],
    branch: 0,
    beside: null,
    recording: null,
    n: 1,
    predicts: null,
    seen: false,
    playing: false,
    panel: "ss0",
    notice: null,
    trouble: "",
  };
}

/** The branch that is open. */
export function openBranch({ branches, branch }: Pick<Model, "branches" | "branch">): Branch {
  const found = branches[branch] ?? branches[0];
  if (!found) throw new Error("a simulator has at least the run as written");
  return found;
}

/** The engine's run that is open, whatever is shown. */
export function engineStory(model: Model): Story {
  return openBranch(model).story;
}

/** What is shown. While a recording is on its way, the engine's run stays. */
export function shownStory(model: Model): Story {
  return model.world === "recorded" && model.recording ? model.recording : engineStory(model);
}

/** May what lies ahead be drawn? */
export function isOpen({ seen, predicts }: Model): boolean {
  return seen || predicts === false;
}

export function reduce(model: Model, action: Action): Model {
  switch (action.do) {
    case "go": {
      const count = shownStory(model).steps.length;
      const n = Math.min(Math.max(Math.round(action.to), 1), count);
      return {
        ...model,
        n,
        notice: null,
        seen: model.seen || n === count,
        playing: action.by === "play" && model.playing && n < count,
      };
    }
    case "play":
      return { ...model, playing: !model.playing && model.n < shownStory(model).steps.length };
    case "predicts":
      return { ...model, predicts: action.predicts };
    case "panel":
      return { ...model, panel: action.panel };
    case "world":
      return move({ ...model, playing: false, trouble: "" }, { ...model, world: action.world });
    case "recording":
      return model.world === "recorded"
        ? move(model, { ...model, recording: action.story })
        : { ...model, recording: action.story };
    case "trouble":
      return { ...model, world: "engine", trouble: action.trouble };
    case "branch": {
      const from = openBranch({ branches: model.branches, branch: action.of });
      const { story, changes, stopped } = action;
      const left = { branch: action.of, ...action.parting(from.story, story) };
      const branches = [...model.branches, { story, changes, left, stopped }];
      const stays = left.t === null ? Math.min(model.n, story.steps.length) : story.steps.length;
      const n = action.event === null ? (left.step ?? stays) : stepAt(story, action.event);
      const settled = { ...model, world: "engine" as const, playing: false, notice: action.notice, trouble: "", n };
      return { ...settled, branches, branch: branches.length - 1, beside: model.beside === null ? null : action.of };
    }
    case "switch": {
      const to = { ...model, world: "engine" as const, branch: action.branch, playing: false, notice: null };
      return { ...to, n: nearest(engineStory(to), timeOf(model), model.n), beside: besideOf(model, action.branch) };
    }
    case "beside":
      return { ...model, beside: action.branch };
    case "follow":
      return {
        ...model,
        world: "engine",
        branch: 0,
        beside: null,
        playing: false,
        n: action.event === null ? 1 : stepAt(engineStory({ ...model, branch: 0 }), action.event),
        notice: action.notice,
      };
  }
}

/** Which run stands beside the one that opens: never itself. */
function besideOf({ beside, branch }: Model, opens: number): number | null {
  return beside === opens ? branch : beside;
}

/** From one story to another, staying at the same moment. */
function move(from: Model, to: Model): Model {
  const n = nearest(shownStory(to), timeOf(from), from.n);
  return { ...to, playing: from.playing, trouble: from.trouble, n };
}

/** When the step that is shown happens, microseconds. */
export function timeOf(model: Model): number {
  return shownStory(model).steps[model.n - 1]?.t ?? 0;
}

/** The step of another telling of the same run that is the closest in time; the same number if that fits. */
export function nearest(story: Story, time: number, n: number): number {
  const near = (step: number): number => Math.abs((story.steps[step - 1]?.t ?? Infinity) - time);
  let best = Math.min(n, story.steps.length);
  for (const step of story.steps) if (near(step.n) + 20_000 < near(best)) best = step.n;
  return best;
}
