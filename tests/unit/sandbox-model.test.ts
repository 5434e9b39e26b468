import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Intervention } from "../../src/experiment/run.ts";
import { readAside, readTree } from "../../src/ui/sandbox/kept.ts";
import { act, chain, EMPTY_TREE, otherFutures, path, stateAt } from "../../src/ui/sandbox/model.ts";

const link = (at: number): Intervention => ({ add: "event", event: { at, do: "link", host: "A", up: false } });
const two = act(act(EMPTY_TREE, "link A down", link(0), 100), "wait", null, 500);

describe("what was done in the sandbox", () => {
  it("adds up to changes and a time", () => {
    expect(stateAt(two)).toEqual({ changes: [link(0)], now: 500 });
    expect(stateAt({ ...two, at: null })).toEqual({ changes: [], now: 0 });
  });

  it("going back and doing something else keeps the other future", () => {
    const other = act({ ...two, at: 0 }, "link A up", link(100), 200);
    expect(stateAt(other).changes).toEqual([link(0), link(100)]);
    expect(otherFutures(other)).toEqual([1]);
    expect(stateAt({ ...other, at: 1 })).toEqual(stateAt(two));
    expect(path(other, other.at).map(({ deed }) => deed.line)).toEqual(["link A down", "link A up"]);
  });

  it("doing the same again leads to the same place", () => {
    expect(act({ ...two, at: 0 }, "wait", null, 500)).toEqual({ ...two, at: 1 });
  });

  it("a link becomes a tree with one branch", () => {
    const tree = chain("close-four", [link(0), link(100)], 900, () => "change");
    expect(stateAt(tree)).toEqual({ changes: [link(0), link(100)], now: 900 });
    expect([tree.base, otherFutures(tree)]).toEqual(["close-four", []]);
  });

  it("comes back from storage as it was", () => {
    expect(readTree(JSON.stringify(two))).toEqual({ tree: two, lost: 0 });
  });

  it.each(["null", "", "{}", "[]", JSON.stringify({ ...two, at: 7 }), JSON.stringify({ ...two, base: "../x" })])(
    "%s is nothing of ours",
    (text) => expect(readTree(text)).toBeNull(),
  );

  it("comes back up to the first deed that cannot be read, and stands on its branch", () => {
    // As the command `client connect B:99999` was once kept.
    const steps = [{ op: "connect", fd: "fd", to: { address: "10.0.0.2", port: 99_999 }, as: null, on_error: "stop" }];
    const event = { at: 500, do: "thread", program: "client", fd: 3, steps };
    const bad = { parent: 0, line: "client connect B:99999", change: { add: "event", event }, now: 600 };
    const after = { parent: 2, line: "wait", change: null, now: 700 };
    const kept = JSON.stringify({ ...two, deeds: [...two.deeds, bad, after], at: 3 });
    expect(readTree(kept)).toEqual({ tree: { ...two, at: 0 }, lost: 2 });
  });

  it.each([
    ["a parent that is not before it", { parent: 0, line: "", change: null, now: 1 }],
    ["half a change", { parent: null, line: "", change: { add: "event", event: {} }, now: 1 }],
    ["nothing", null],
  ])("of a deed with %s nothing is left", (_, deed) => {
    expect(readTree(JSON.stringify({ base: null, deeds: [deed], at: 0 }))).toEqual({ tree: EMPTY_TREE, lost: 1 });
  });

  it("scenes that were set aside are texts, and anything else is none", () => {
    expect(readAside(JSON.stringify(["a", 1, "b"]))).toEqual(["a", "b"]);
    expect([null, "", "{}", "7"].map(readAside)).toEqual([[], [], [], []]);
  });

  it("nothing in storage makes it throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readTree(text);
      }),
    );
  });
});
