import { describe, expect, it } from "vitest";
import { type Intervention, run } from "../../src/experiment/run.ts";
import { parting } from "../../src/views/parting.ts";
import { type Story, story } from "../../src/views/steps.ts";
import { experiment } from "../experiments.ts";

const ran = new Map<string, ReturnType<typeof run>>();
const tell = (id: string, changes: readonly Intervention[] = [], most = Infinity): Story => {
  const key = id + JSON.stringify(changes);
  const known = ran.get(key) ?? run(experiment(id).experiment, changes);
  ran.set(key, known);
  const { events, experiment: of } = known;
  return story({ hosts: of.hosts, until: of.until, events }, most);
};
const onKernel = (id: string, version: string): Intervention[] =>
  experiment(id).experiment.hosts.map(({ name: host }) => ({ set: "kernel", host, version }));
const partsOn = (id: string, version: string) => parting(tell(id), tell(id, onKernel(id, version)));

describe("where two runs part", () => {
  const kill: Intervention = {
    add: "event",
    event: { at: 7_000_000, do: "kill", program: "server" },
  };

  it("is the moment in which they do, however much of them is left out", () => {
    for (const most of [160, 20]) {
      const changed = tell("leak-grows", [kill], most);
      const { t, step } = parting(tell("leak-grows", [], most), changed);
      expect([t, changed.steps[(step ?? 0) - 1]?.skipped === 0]).toEqual([7_000_000, most > 20]);
    }
  });

  it("is nowhere when the same run is told twice", () => {
    expect(parting(tell("close-four"), tell("close-four"))).toEqual({ t: null, step: null, numbers: false });
  });

  it("is not where another Linux draws another port, first number or timestamp", () => {
    for (const version of ["6.1", "3.6"])
      expect(partsOn("close-four", version)).toEqual({ t: null, step: null, numbers: true });
  });

  it("is where another Linux does something else", () => {
    const versions = { before: "6.1", after: "6.5" };
    const { step } = partsOn("syn-linear-timeouts", versions.before);
    // The first repeated SYN goes in both; before 6.5 the time until the next doubles at once.
    const told = tell("syn-linear-timeouts", onKernel("syn-linear-timeouts", versions.before)).steps[(step ?? 0) - 1];
    expect([told?.kind, told?.sends.length, told?.rule]).toEqual(["timer", 1, "rto.syn"]);
    expect(partsOn("syn-linear-timeouts", versions.after).t).toBeNull();
    // The port of a FIN-WAIT-2 was taken before 6.12.
    expect(partsOn("fin-wait-2-not-reused", "6.11").t).toBe(2_500_000);
    expect(partsOn("fin-wait-2-not-reused", "6.12").t).toBeNull();
  });

  it("is the step that lacks something, where one run ends and the other goes on", () => {
    // 3.10 knows no `ss -K`: nothing comes of it, and nothing comes after it.
    const [long, short] = [
      tell("ss-kill-established"),
      tell("ss-kill-established", onKernel("ss-kill-established", "3.10")),
    ];
    const last = short.steps.length;
    expect([long, short].map(({ steps }) => [steps[last - 1]?.kind, steps[last - 1]?.changes.length])).toEqual([
      ["outside", 1],
      ["outside", 0],
    ]);
    expect(parting(long, short)).toEqual({ t: 1_000_000, step: last, numbers: false });
  });
});
