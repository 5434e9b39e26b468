// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, it } from "vitest";
import { type Intervention, run } from "../../src/experiment/run.ts";
import { canonicalExperiment } from "../../src/experiment/schema.ts";
import { changes as t } from "../../src/i18n/en/changes.ts";
import { narration } from "../../src/i18n/en/narration.ts";
import { Branches } from "../../src/ui/simulator/Branches.tsx";
import { open, reduce } from "../../src/ui/simulator/model.ts";
import { parting } from "../../src/views/parting.ts";
import { story } from "../../src/views/steps.ts";

const written = canonicalExperiment("loops", {
  title: "A server that waits",
  summary: "A listener, and a thread that is added.",
  class: "quick",
  until: "5s",
  hosts: { A: {} },
  programs: {
    server: {
      host: "A",
      routines: {
        main: [
          { socket: "listener" },
          { bind: { fd: "listener", port: 7000 } },
          { listen: { fd: "listener", backlog: 1 } },
          "pause",
        ],
      },
    },
  },
});

describe("a program that loops for ever, on the page", () => {
  afterEach(cleanup);

  it("the simulator says when and why the run was stopped, and shows it up to there", () => {
    const base = run(written);
    const loops: Intervention = {
      add: "event",
      event: {
        at: 1_000_000,
        do: "thread",
        program: "server",
        fd: 3,
        steps: [{ op: "loop", times: null, body: [{ op: "set", variable: "n", value: 1 }] }],
      },
    };
    const changed = run(written, [loops]);
    expect(changed.stopped).toMatch(/1000000 steps without waiting/);
    const told = ({ experiment: of, events }: typeof base) => story({ hosts: of.hosts, until: of.until, events });
    const model = reduce(open(told(base)), {
      do: "branch",
      of: 0,
      changes: [loops],
      story: told(changed),
      stopped: changed.stopped,
      parting,
      event: null,
      notice: null,
    });
    const nothing = (): void => undefined;
    render(
      <Branches
        {...model}
        time={0}
        open
        t={t}
        messages={narration}
        uid="one"
        remark=""
        onFile={nothing}
        onSwitch={nothing}
        onBeside={nothing}
      />,
    );
    const said = screen.getByRole("status").textContent;
    expect(said).toContain("The simulator stopped this run at 1.000 s");
    expect(said).toContain(changed.stopped);
  });
});
