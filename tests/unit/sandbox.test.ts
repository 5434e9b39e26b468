import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { yamlText } from "../../src/experiment/author-form.ts";
import { read } from "../../src/experiment/commands.ts";
import { intervene } from "../../src/experiment/run.ts";
import {
  EMPTY_SCENE,
  nextMoment,
  runSandbox,
  type Sandbox,
  sandboxExperiment,
  withChange,
} from "../../src/experiment/sandbox.ts";
import { canonicalExperiment } from "../../src/experiment/schema.ts";
import { experiments } from "../experiments.ts";

/** Types lines into a sandbox. */
function type(lines: readonly string[], from: Sandbox = { base: EMPTY_SCENE, changes: [], now: 0 }): Sandbox {
  return lines.reduce((sandbox, line) => {
    const command = read(line, runSandbox(sandbox));
    if (!("do" in command)) throw new Error(`${line}: ${JSON.stringify(command)}`);
    if (command.do === "wait") return { ...sandbox, now: command.until ?? nextMoment(sandbox) ?? sandbox.now };
    return command.do === "change" ? withChange(sandbox, command.change) : sandbox;
  }, from);
}
const states = (sandbox: Sandbox, sock: string) =>
  runSandbox(sandbox).events.flatMap((event) => (event.k === "state" && event.sock === sock ? [event.to] : []));

const OPEN = ["server listen", "client connect", "server accept"];

describe("the sandbox", () => {
  it("begins empty", () => {
    expect(runSandbox({ base: EMPTY_SCENE, changes: [], now: 0 }).events.filter(({ k }) => k === "send")).toEqual([]);
  });

  it("a connection is opened, used and closed by typing", () => {
    const closed = type([...OPEN, "client send 100", "server recv", "client close", "server close", "wait 61s"]);
    const path = ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"];
    expect(states(closed, "A1")).toEqual(path);
  });

  it("the next FIN is lost when it comes, and sent again", () => {
    const lost = type([...OPEN, "drop next FIN from server", "client close", "server close", "wait 2s"]);
    const { events } = runSandbox(lost);
    expect(events.filter(({ k }) => k === "lost")).toHaveLength(1);
    expect(states(lost, "A1").at(-1)).toBe("TIME-WAIT");
  });

  it("wait goes to the next thing that happens by itself", () => {
    const orphan = type([...OPEN, "sysctl client tcp_fin_timeout=5", "client close"]);
    const gone = type(["wait", "wait", "wait"], orphan);
    expect(gone.now).toBeGreaterThan(orphan.now);
    expect(states(gone, "A1").at(-1)).toBe("CLOSED");
    expect(nextMoment(gone)).toBeNull();
  });

  it("time goes on, and nothing that was changes", () => {
    const some = type([...OPEN, "client send 100"]);
    const more = type(["wait 5s", "server close"], some);
    const before = runSandbox(some).events.filter(({ k }) => k !== "probe");
    const after = runSandbox(more).events.filter(({ k }) => k !== "probe");
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it("what was made is an experiment an author could have written", () => {
    const made = type([
      ...OPEN,
      "client send 100",
      "hold next data from server 1s",
      "client shutdown write",
      "wait 3s",
    ]);
    const experiment = intervene(sandboxExperiment(made), made.changes);
    expect(canonicalExperiment("sandbox", parse(yamlText(experiment)))).toEqual(experiment);
  });
});

it.each(experiments().map(({ experiment }) => [experiment.id, experiment] as const))(
  "%s: the YAML of its canonical form means the same",
  (id, experiment) => {
    const again = canonicalExperiment(id, parse(yamlText(experiment)));
    expect({ ...again, expect: [], varies: null }).toEqual({ ...experiment, expect: [], varies: null });
  },
);

it("content/experiments/made-in-the-sandbox.yaml, which a kernel ran, is what these nine lines make", () => {
  const made = type([
    ...OPEN,
    "client send 100",
    "server recv",
    "drop next FIN from server",
    "client close",
    "server close",
    "wait 3s",
  ]);
  const { id, title, summary, expect: wanted, ...saved } = intervene(sandboxExperiment(made), made.changes);
  expect([id, title !== "", summary !== "", wanted]).toEqual(["sandbox", true, true, []]);
  expect(experiments().find(({ experiment }) => experiment.id === "made-in-the-sandbox")?.experiment).toMatchObject(
    saved,
  );
});
