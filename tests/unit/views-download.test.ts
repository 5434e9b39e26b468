import { describe, expect, it } from "vitest";
import type { Step } from "../../src/engine/process/program.ts";
import { datedFacts } from "../../src/i18n/en/dated-facts.ts";
import { canonicalText } from "../../src/experiment/schema.ts";
import type { Trace } from "../../src/experiment/trace-file.ts";
import { downloadText } from "../../src/views/download.ts";
import { experiment, experiments, recordings } from "../experiments.ts";

interface Download {
  readonly hash: string;
  readonly experiment: Trace;
  readonly prediction: Trace;
  readonly dated: readonly { readonly about: string }[];
}
const download = (id: string, recording: Trace | null = null): Download => {
  const { experiment: one, hash } = experiment(id);
  return JSON.parse(downloadText(one, hash, recording, datedFacts)) as Download;
};

describe("the file for the lab", () => {
  it("holds the experiment as it is, and a prediction of it", () => {
    const { hash, experiment: inside, prediction } = download("close-four");
    expect(inside).toEqual(JSON.parse(canonicalText(experiment("close-four").experiment)));
    expect(prediction.header.hash).toBe(hash);
    expect(prediction.header.world).toBe("engine");
    expect(prediction.events.some(({ k }) => k === "state")).toBe(true);
    expect(prediction.events.some((event) => "cause" in event || event.k === "note")).toBe(false);
  });

  it("holds only the dated facts that can matter", () => {
    const about = (id: string) => download(id).dated.map((fact) => fact.about);
    expect(about("tw-reuse-delay-500")).toContain(datedFacts.facts["tcp_tw_reuse.wait"].about);
    expect(about("close-four")).not.toContain(datedFacts.facts["tcp_tw_reuse.wait"].about);
    expect(about("close-four")).not.toContain(datedFacts.facts["SOCK_DESTROY"].about);
  });

  it("holds our recording where the simulator cannot run it", () => {
    const found = recordings().find(({ id }) => id === "close-four");
    if (!found) throw new Error("close-four has no recording");
    const { experiment: one } = experiment("close-four");
    const socket: Step = { op: "socket", as: "conn", on_error: "stop" };
    const cork: Step = {
      op: "setsockopt",
      as: null,
      on_error: "stop",
      fd: "conn",
      option: "TCP_CORK",
      value: 1,
    };
    const setsWhatIsNotModelled = {
      ...one,
      programs: one.programs.map((program) => ({
        ...program,
        routines: { ...program.routines, main: [socket, cork] },
      })),
    };
    const inside = JSON.parse(
      downloadText(setsWhatIsNotModelled, found.trace.header.hash, found.trace, datedFacts),
    ) as Download;
    expect(inside.prediction.header.world).toBe("linux");
    const other = JSON.parse(
      downloadText(setsWhatIsNotModelled, "of another version", found.trace, datedFacts),
    ) as Download;
    expect(other.prediction).toBeNull();
  });

  it("is never large", () => {
    for (const { experiment: one, hash } of experiments())
      expect(downloadText(one, hash, null, datedFacts).length, one.id).toBeLessThan(1_000_000);
  });
});
