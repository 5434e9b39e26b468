import { describe, expect, it } from "vitest";
import { arrival, decodeLink } from "../../src/ui/simulator/links.ts";
import { engineStory, isOpen, type Model, open, reduce, shownStory, timeOf } from "../../src/ui/simulator/model.ts";
import { parting } from "../../src/views/parting.ts";
import { story } from "../../src/views/steps.ts";
import { fault } from "../../src/experiment/interventions.ts";
import { type Intervention, run } from "../../src/experiment/run.ts";
import { parseSegmentWord } from "../../src/experiment/words.ts";
import { life, livedUntil, tellingSocket } from "../../src/views/lives.ts";
import { experiment as built } from "../experiments.ts";
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
    const notice = { problem: "experiment-changed", text: "It has changed." } as const;
    const event = engineStory(start).steps[6]?.at ?? 0;
    const followed = reduce(go(start, 2), { do: "follow", event, notice });
    expect([followed.n, followed.notice]).toEqual([7, notice]);
    expect(go(followed, 8).notice).toBeNull();
    expect(reduce(followed, { do: "follow", event: null, notice: null }).n).toBe(1);
  });
});

describe("branches", () => {
  const experiment = built("close-four").experiment;
  const written = open(story({ hosts: experiment.hosts, until: experiment.until, events: run(experiment).events }));
  const changed = (changes: readonly Intervention[]) => {
    const { events, experiment: patched } = run(experiment, changes);
    return story({ hosts: patched.hosts, until: patched.until, events });
  };
  const lose = (host: string, nth: number): Intervention => ({
    add: "fault",
    fault: fault(host, parseSegmentWord("FIN") ?? never(), nth, { do: "drop" }),
  });
  const branch = (model: Model, of: number, changes: readonly Intervention[], event: number | null = null): Model =>
    reduce(model, { do: "branch", of, changes, story: changed(changes), stopped: null, parting, event, notice: null });

  it("a change opens a branch where the runs part; the old future stays", () => {
    const lost = branch(written, 0, [lose("B", 1)]);
    expect([lost.branches.length, lost.branch, lost.branches[0]]).toEqual([2, 1, written.branches[0]]);
    const step = lost.branches[1]?.left?.step ?? 0;
    expect(lost.n).toBe(step);
    expect(engineStory(lost).steps[step - 1]?.kind).toBe("lost");
    const before = (model: Model) => engineStory(model).steps.slice(0, step - 1);
    expect(before(lost).map(({ t }) => t)).toEqual(before(written).map(({ t }) => t));
  });

  it("undo is going back to the other branch, at the same moment", () => {
    const lost = branch(go(written, 4), 0, [lose("B", 1)]);
    const back = reduce(lost, { do: "switch", branch: 0 });
    expect(engineStory(back)).toBe(engineStory(written));
    expect(Math.abs(timeOf(back) - timeOf(lost))).toBeLessThan(1000);
    expect(engineStory(reduce(back, { do: "switch", branch: 1 }))).toBe(engineStory(lost));
  });

  it("branches of branches know where they left", () => {
    const twice = branch(branch(written, 0, [lose("B", 1)]), 1, [lose("B", 1), lose("B", 2)]);
    expect(twice.branches[2]?.left?.branch).toBe(1);
    expect(twice.branches[2]?.left?.step).toBeGreaterThan(twice.branches[1]?.left?.step ?? 0);
  });

  it("a change that meets nothing says so", () => {
    expect(branch(written, 0, [lose("B", 9)]).branches[1]?.left?.step).toBeNull();
  });

  it("the run beside is never the one that is open", () => {
    const beside = reduce(branch(written, 0, [lose("B", 1)]), { do: "beside", branch: 0 });
    expect(reduce(beside, { do: "switch", branch: 0 }).beside).toBe(1);
  });

  it("a link leads into the branch it made", () => {
    const event = changed([lose("B", 1)]).steps[11]?.at ?? 0;
    expect(branch(written, 0, [lose("B", 1)], event).n).toBe(12);
  });

  it("what is to be said about a link is said in the branch it made, too", () => {
    const changes = [lose("B", 1)];
    const follow = (fragment: string) => {
      const link = decodeLink(fragment);
      if (!link) throw new Error("no link");
      const its = changed(changes);
      const led = arrival(link, { experiment: "close-four", hash: "1a2b3c4d", events: its.run.events.length }, "en");
      return reduce(written, { do: "branch", of: 0, changes, story: its, stopped: null, parting, ...led });
    };
    expect(follow("#x=close-four@20&v=99&h=ffffffff&c=fd131").notice?.problem).toBe("newer-version");
    expect(follow("#x=close-four@20&v=2&h=ffffffff&c=fd131").notice?.problem).toBe("experiment-changed");
    const beyond = follow("#x=close-four@9999&v=2&h=1a2b3c4d&c=fd131");
    expect([beyond.notice?.problem, beyond.n]).toEqual(["no-such-event", engineStory(beyond).steps.length]);
    expect(follow("#x=close-four@20&v=2&h=1a2b3c4d&c=fd131").notice).toBeNull();
    expect(follow("#x=close-four&v=2&c=fd131").n).toBe(branch(written, 0, changes).n);
  });

  it("the life that differs is the one to compare", () => {
    const lost = branch(written, 0, [lose("B", 1)]);
    const [a, b] = [engineStory(written).run, engineStory(lost).run];
    expect(tellingSocket(a, b)).toBe("A1");
    expect(tellingSocket(a, a)).toBeNull();
    const inWait = (which: typeof a) => life(which, "A1").stretches.find(({ state }) => state === "FIN-WAIT-2");
    const early = livedUntil(life(b, "A1"), 350_000);
    expect([early.cut, early.stretches.at(-1)]).toEqual([true, { state: "FIN-WAIT-2", from: 340_200, to: 350_000 }]);
    expect((inWait(b)?.to ?? 0) - (inWait(a)?.to ?? 0)).toBeGreaterThan(100_000);
  });
});

function never(): never {
  throw new Error("cannot be");
}
