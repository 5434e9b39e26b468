/** What becomes of an address with a link, or with an experiment to start from, in a sandbox. */
import { describe, expect, it } from "vitest";
import { encodeChange } from "../../src/experiment/change-codec.ts";
import { read } from "../../src/experiment/commands.ts";
import { encodeLink } from "../../src/experiment/permalink.ts";
import { type Intervention, run } from "../../src/experiment/run.ts";
import { EMPTY_SCENE, runSandbox, withChange } from "../../src/experiment/sandbox.ts";
import { arrive, troubled } from "../../src/ui/sandbox/arrive.ts";
import { act, type Base, EMPTY_TREE, stateAt, type Tree } from "../../src/ui/sandbox/model.ts";
import { driven } from "../../src/ui/simulator/driven.ts";
import { open, reduce } from "../../src/ui/simulator/model.ts";
import { parting } from "../../src/views/parting.ts";
import { story as tell } from "../../src/views/steps.ts";
import { experiment } from "../experiments.ts";

const EMPTY: Base = { experiment: EMPTY_SCENE, hash: "5a5a5a5a" };
const closeFour: Base = { experiment: experiment("close-four").experiment, hash: "c4c4c4c4" };
const load = (id: string | null): Promise<Base> =>
  id === null
    ? Promise.resolve(EMPTY)
    : id === "close-four"
      ? Promise.resolve(closeFour)
      : Promise.reject(new Error(`the experiment “${id}” could not be loaded: 404`));

function typed(lines: readonly string[]): Tree {
  return lines.reduce<Tree>((tree, line) => {
    const { changes, now } = stateAt(tree);
    const scene = { base: EMPTY_SCENE, changes, now };
    const command = read(line, runSandbox(scene));
    if (!("do" in command) || command.do !== "change") throw new Error(line);
    return act(tree, line, command.change, withChange(scene, command.change).now);
  }, EMPTY_TREE);
}
const made = typed(["server listen", "client connect", "client close"]);
const linkTo = (tree: Tree, hash = EMPTY.hash): string => {
  const { changes, now } = stateAt(tree);
  const { events } = runSandbox({ base: EMPTY_SCENE, changes, now });
  const tokens = changes.map((one) => encodeChange(one, EMPTY_SCENE));
  return encodeLink("sandbox", events.length - 1, hash, { changes: tokens, until: now });
};
const go = (hash: string, tree: Tree = EMPTY_TREE, search = "") =>
  arrive({ hash, search }, { tree, base: EMPTY }, load, "en");

describe("an address with a link", () => {
  it("brings the scene back, and says no more than that", async () => {
    const came = await go(linkTo(made));
    expect(came?.tree && stateAt(came.tree)).toEqual(stateAt(made));
    expect(came?.said).toBe("This scene came with a link.");
  });

  it("to what is here changes nothing: other futures stay", async () => {
    const here = act({ ...made, at: 1 }, "wait", null, 900_000);
    expect((await go(linkTo(made), { ...here, at: 2 }))?.tree).toBeNull();
    expect((await go(linkTo(made), here))?.tree).not.toBeNull();
  });

  it("says that it comes from another version of the experiment, or of the site", async () => {
    expect((await go(linkTo(made, "ffffffff")))?.said).toContain("The experiment has changed since this link was made");
    expect((await go(linkTo(made).replace(/&v=\d+/, "&v=99")))?.said).toContain("newer version of this site");
    expect((await go(linkTo(made).replace(/@\d+/, "@9999")))?.said).toContain(
      "names a step that this run does not have",
    );
  });

  it("says an end that no run has, and keeps the changes", async () => {
    for (const until of ["zzzzzzzz", "zzzzzzzzzzzz"]) {
      const came = await go(linkTo(made).replace(/&u=[^&]*/, `&u=${until}`));
      expect(came?.said).toContain("an end that no run has: 1800 s is the most");
      expect(came?.tree && stateAt(came.tree).changes).toEqual(stateAt(made).changes);
      expect(came?.tree && stateAt(came.tree).now).toBeLessThanOrEqual(stateAt(made).now);
    }
  });

  it("from beside a run stands at its step, with the changes", async () => {
    const changes = [{ set: "sysctl" as const, host: "A", name: "net.ipv4.tcp_fin_timeout", value: "5" }];
    const { events } = run(closeFour.experiment, changes);
    const at = events.findIndex(({ k, t }) => k === "send" && t > 200_000);
    const tokens = changes.map((one) => encodeChange(one, closeFour.experiment));
    const came = await go(encodeLink("close-four", at, closeFour.hash, { changes: tokens }));
    expect(came?.tree && stateAt(came.tree)).toEqual({ changes, now: events[at]?.t });
    expect(came?.tree?.base).toBe("close-four");
  });

  it("from the simulator brings the changes of the branch that is open", async () => {
    const changes: readonly Intervention[] = [
      { set: "sysctl", host: "A", name: "net.ipv4.tcp_fin_timeout", value: "5" },
      { add: "event", event: { at: 300_000, do: "kill", program: "server" } },
    ];
    const written = open(tell({ ...closeFour.experiment, events: run(closeFour.experiment).events }));
    expect(driven("/sandbox/?from=close-four", closeFour.experiment, written)).toBe("/sandbox/?from=close-four");
    const { experiment: hosted, events } = run(closeFour.experiment, changes);
    const story = tell({ ...hosted, events });
    const model = reduce(written, {
      do: "branch",
      of: 0,
      story,
      changes,
      stopped: null,
      event: null,
      notice: null,
      parting,
    });
    const n = story.steps.length;
    const address = driven("/sandbox/?from=close-four", closeFour.experiment, { ...model, n });
    const { hash, search } = new URL(address, "https://example.org");
    const came = await go(hash, EMPTY_TREE, search);
    expect([came?.tree?.base, came?.tree && stateAt(came.tree)]).toEqual([
      "close-four",
      { changes, now: story.steps[n - 1]?.t },
    ]);
    expect(came?.said).toBe("This scene came with a link.");
  });

  it("names no more than a few of the changes that it leaves out", async () => {
    const came = await go(`#x=sandbox@0&c=${Array(3000).fill("zz").join("~")}`);
    expect(came?.said).toContain("Change 5 of the link is left out");
    expect(came?.said).toContain("2995 more");
    expect(came?.said.length).toBeLessThan(1000);
  });

  it("to an experiment that is not there is an error, and no scene", async () => {
    await expect(go("#x=nobody@1", made)).rejects.toThrow("“nobody” could not be loaded");
  });
});

describe("an address with an experiment to start from", () => {
  it("starts from it", async () => {
    expect((await go("", made, "?from=close-four"))?.tree).toEqual({ ...EMPTY_TREE, base: "close-four" });
  });

  it("goes on with what was done in it", async () => {
    const came = await go("", { ...made, base: "close-four" }, "?from=close-four");
    expect([came?.tree, came?.said]).toEqual([null, "You were here before: this is what you left."]);
  });
});

it("another address leads nowhere", async () => {
  expect(await go("#main")).toBeNull();
});

it("what did not come back whole is said", () => {
  expect(troubled({ tree: made, lost: 4 }, "", "en")).toContain("Of the 7 commands that were kept here, the first 3");
  expect(troubled({ tree: made, lost: 0 }, "404", "en")).toContain("could not be opened: 404");
  expect(troubled(null, "", "en")).toContain("cannot be read");
});
