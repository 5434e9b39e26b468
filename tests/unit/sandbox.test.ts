import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NotModelled } from "../../src/engine/not-modelled.ts";
import { SOCKET_OPTIONS, type SocketOption } from "../../src/engine/process/program.ts";
import { yamlText } from "../../src/experiment/author-form.ts";
import { encodeChange } from "../../src/experiment/change-codec.ts";
import { readChanges } from "../../src/experiment/read-changes.ts";
import { isChange } from "../../src/experiment/change-shape.ts";
import { read } from "../../src/experiment/commands.ts";
import { bare } from "../../src/experiment/interventions.ts";
import { MODELLED_OPTIONS, optionExample, readOption } from "../../src/experiment/option-word.ts";
import { intervene, type Intervention } from "../../src/experiment/run.ts";
import {
  EMPTY_SCENE,
  nextMoment,
  runSandbox,
  type Sandbox,
  sandboxExperiment,
  withChange,
} from "../../src/experiment/sandbox.ts";
import { canonicalExperiment } from "../../src/experiment/schema.ts";
import { BASELINE } from "../../src/experiment/sysctl.ts";
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

/** Numbers and times at the edges of what is taken, and past them. */
const EDGES = ["0", "1", "1800", "1801", "65535", "65536", "1048576", "1048577", "2147483647", "2147483648", "off"];
const TIMES = ["0s", "40us", "500ms", "1799s", "1800s", "1801s", "31m", "99999999999999999999s"];
const LINES: readonly string[] = [
  ...["B:0", "B:1", "B:65535", "B:65536", "B:99999"].map((to) => `client connect ${to}`),
  ...EDGES.flatMap((n) => [`client send ${n}`, `client recv ${n}`, `server listen ${n}`, `client bind ${n}`]),
  ...["drop", "delay", "hold", "duplicate"].flatMap((verb) => TIMES.map((time) => `${verb} next FIN from A ${time}`)),
  ...Object.keys(SOCKET_OPTIONS).flatMap((option) =>
    [...EDGES, ...TIMES, "-1", "-2", "1-65535", "99999-99999", "7-3"].map((value) => `client set ${option} ${value}`),
  ),
  ...Object.keys(BASELINE).flatMap((name) =>
    [...EDGES, "banana", "1024-65535"].map((value) => `sysctl A ${name}=${value}`),
  ),
  ...TIMES.map((time) => `wait ${time}`),
];

describe("a command that is taken", () => {
  const before = type([...OPEN, "client socket"]);
  const scene = runSandbox(before);
  const taken = LINES.flatMap((line) => {
    const command = read(line, scene);
    return "do" in command && command.do === "change" ? [{ line, change: command.change }] : [];
  });

  it("is one of many", () => expect(taken.length).toBeGreaterThan(200));

  it("can be kept, shared and written", () => {
    for (const { line, change } of taken) {
      expect(isChange(change), line).toBe(true);
      const after = withChange(before, change);
      const link = { changes: [encodeChange(change, EMPTY_SCENE)], until: after.now };
      expect(readChanges(link, EMPTY_SCENE), line).toEqual({ changes: [change], lost: [] });
      const experiment = intervene(sandboxExperiment(after), after.changes);
      expect(canonicalExperiment("sandbox", parse(yamlText(experiment))), line).toEqual(experiment);
    }
  });
});

it.each(Object.keys(SOCKET_OPTIONS) as SocketOption[])("%s is offered only if the engine models it", (option) => {
  const value = readOption(option, optionExample(option)) ?? 0;
  const step = bare({ op: "setsockopt" as const, fd: "fd", option, value });
  const change: Intervention = {
    add: "event",
    event: {
      at: 0,
      do: "thread",
      program: "client",
      fd: null,
      steps: [{ op: "socket", as: "fd", on_error: "stop" }, step],
    },
  };
  const set = (): unknown => runSandbox({ base: EMPTY_SCENE, changes: [change], now: 100_000 });
  if (MODELLED_OPTIONS.includes(option)) set();
  else expect(set).toThrow(NotModelled);
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
