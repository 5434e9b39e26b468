import { describe, expect, it } from "vitest";
import { engineStory, isOpen, type Model, open, reduce, shownStory, timeOf } from "../../src/ui/simulator/model.ts";
import { story } from "../../src/views/steps.ts";
import { closeFour, recordedCloseFour } from "./views-fixture.ts";

const start = open(story(closeFour));
const LAST = engineStory(start).steps.length;
const go = (model: Model, to: number, by: "reader" | "play" = "reader"): Model => reduce(model, { do: "go", to, by });

describe("the simulator's model", () => {
  it("stays inside the run, whatever it is asked for", () => {
    expect(go(start, 5).n).toBe(5);
    expect(go(start, -3).n).toBe(1);
    expect(go(start, 2.4).n).toBe(2);
    expect(go(start, Infinity).n).toBe(LAST);
  });

  it("draws what lies ahead once the end was seen, or where nothing was predicted", () => {
    expect(isOpen(start)).toBe(false);
    expect(isOpen(reduce(start, { do: "predicts", predicts: false }))).toBe(true);
    const predicting = reduce(start, { do: "predicts", predicts: true });
    expect(isOpen(go(predicting, 3))).toBe(false);
    expect(isOpen(go(go(predicting, LAST), 1))).toBe(true);
  });

  it("plays until the end or until the reader steps", () => {
    const playing = reduce(start, { do: "play" });
    expect(playing.playing).toBe(true);
    expect(go(playing, 2, "play").playing).toBe(true);
    expect(go(playing, LAST, "play").playing).toBe(false);
    expect(go(playing, 2).playing).toBe(false);
    expect(reduce(playing, { do: "play" }).playing).toBe(false);
    expect(reduce(go(start, LAST), { do: "play" }).playing).toBe(false);
  });

  it("shows a recording at the same moment, and goes back to it", () => {
    const at = go(start, 9);
    const asked = reduce(at, { do: "world", world: "recorded" });
    expect(shownStory(asked)).toBe(engineStory(start));
    const recorded = reduce(asked, { do: "recording", story: story(recordedCloseFour) });
    expect(shownStory(recorded)).not.toBe(engineStory(start));
    expect(Math.abs(timeOf(recorded) - timeOf(at))).toBeLessThan(20_000);
    expect(reduce(recorded, { do: "world", world: "engine" }).n).toBe(9);
  });

  it("a recording that comes when nobody waits for it any more moves nothing", () => {
    const left = reduce(reduce(go(start, 9), { do: "world", world: "recorded" }), { do: "world", world: "engine" });
    const late = reduce(left, { do: "recording", story: story(recordedCloseFour) });
    expect([late.n, late.world]).toEqual([9, "engine"]);
  });

  it("without a recording says why, and shows the engine's run", () => {
    const failed = reduce(reduce(start, { do: "world", world: "recorded" }), { do: "trouble", trouble: "404" });
    expect([failed.world, failed.trouble]).toEqual(["engine", "404"]);
    expect(reduce(failed, { do: "world", world: "recorded" }).trouble).toBe("");
  });

  it("follows a link to the step of an event, with what is to be said about it until the next move", () => {
    const notice = { problem: "experiment-changed", experiment: "close-four" } as const;
    const event = engineStory(start).steps[6]?.at ?? 0;
    const followed = reduce(go(start, 2), { do: "follow", event, notice });
    expect([followed.n, followed.notice]).toEqual([7, notice]);
    expect(go(followed, 8).notice).toBeNull();
    expect(reduce(followed, { do: "follow", event: null, notice: null }).n).toBe(1);
  });
});
