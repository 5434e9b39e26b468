// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, it } from "vitest";
import { changes } from "../../src/i18n/en/changes.ts";
import { narration } from "../../src/i18n/en/narration.ts";
import { simulator as t } from "../../src/i18n/en/simulator.ts";
import { Branches } from "../../src/ui/simulator/Branches.tsx";
import { MOST_STEPS, open, reduce } from "../../src/ui/simulator/model.ts";
import { Still } from "../../src/ui/simulator/Still.tsx";
import { Transport } from "../../src/ui/simulator/Transport.tsx";
import { narrate, plain } from "../../src/views/narrate.ts";
import { parting } from "../../src/views/parting.ts";
import { sequence } from "../../src/views/sequence.ts";
import { type Story, story } from "../../src/views/steps.ts";
import { clock } from "../../src/views/time.ts";
import { closeFour } from "./views-fixture.ts";

describe("a run that is cut", () => {
  afterEach(cleanup);
  const LAST = 10;
  const cut = story(closeFour, LAST);
  const nothing = (): void => undefined;
  const transport = (of: Story): void => {
    const n = of.steps.length;
    const { rows } = sequence(of);
    const acts = { onGo: nothing, onPlay: nothing, speed: "normal", onSpeed: nothing } as const;
    render(
      <Transport story={of} messages={narration} hintId="hint" open playing={false} {...{ n, rows, t }} {...acts} />,
    );
  };

  it("was not seen to its end at the last step that is told", () => {
    const end = (of: Story) => reduce(open(of), { do: "go", to: Infinity, by: "reader" }).seen;
    expect([end(cut), end(story(closeFour))]).toEqual([false, true]);
  });

  it("does not deny the changes that follow", () => {
    transport(cut);
    expect(screen.queryByText(t.controls.noChange)).toBeNull();
    expect(screen.getByText(t.controls.goesOn)).not.toBeNull();
    cleanup();
    transport(story(closeFour));
    expect(screen.getByText(t.controls.noChange)).not.toBeNull();
  });

  it("says in the sentence of that step that it goes on, and how far", () => {
    const said = (of: Story, n: number) => plain(narrate(of, n, narration).what);
    expect(said(cut, LAST)).toContain("6 more steps are not shown");
    expect(said(cut, LAST - 1)).not.toContain("not shown");
    expect(said(story(closeFour), LAST)).not.toContain("not shown");
  });

  it("says so in the table of the page as built, too", () => {
    const { hosts, until } = closeFour;
    const lines = Array.from({ length: MOST_STEPS + 5 }, (_, i) => ({
      k: "event" as const,
      t: i * 10_000,
      host: "A",
      what: "link down",
    }));
    render(<Still title="Cut" run={{ hosts, until, events: lines }} t={t} messages={narration} />);
    expect(screen.getByText(`The first ${MOST_STEPS} of ${MOST_STEPS + 5} steps as a table`)).not.toBeNull();
    expect(screen.getByText("The run goes on: 5 more steps are not shown here.")).not.toBeNull();
    cleanup();
    render(<Still title="Whole" run={closeFour} t={t} messages={narration} />);
    expect(screen.getByText(t.table.summary)).not.toBeNull();
    expect(screen.queryByText(/The run goes on/)).toBeNull();
  });

  it("parts from another run where they part, be it after the last step that is told", () => {
    const events = closeFour.events.filter(({ t }) => t < 350_000);
    const shorter = story({ ...closeFour, events }, LAST);
    const branch = { do: "branch", of: 0, changes: [], story: shorter, stopped: null, parting, event: null } as const;
    const model = reduce(open(cut), branch);
    render(
      <Branches
        {...model}
        {...{ uid: "cut", messages: narration, open: true, time: 0, remark: "", t: changes }}
        onFile={nothing}
        onSwitch={nothing}
        onBeside={nothing}
      />,
    );
    const next = closeFour.events.find(({ t }) => t >= 350_000)?.t ?? 0;
    expect(screen.getByRole("status").textContent).toContain(
      `equal up to step ${LAST}, the last one shown here. They part later, at ${clock(next)} s.`,
    );
    expect(model.n).toBe(LAST);
  });
});
