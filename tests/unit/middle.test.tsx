// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, it } from "vitest";
import { changes } from "../../src/i18n/en/changes.ts";
import { narration } from "../../src/i18n/en/narration.ts";
import { simulator as t } from "../../src/i18n/en/simulator.ts";
import { Branches } from "../../src/ui/simulator/Branches.tsx";
import { MOST_STEPS, open, reduce } from "../../src/ui/simulator/model.ts";
import { Wire } from "../../src/ui/simulator/Panels.tsx";
import { Still } from "../../src/ui/simulator/Still.tsx";
import { narrate, plain } from "../../src/views/narrate.ts";
import { parting } from "../../src/views/parting.ts";
import { sequence } from "../../src/views/sequence.ts";
import { story } from "../../src/views/steps.ts";
import { tcpdump } from "../../src/views/tcpdump.ts";
import { clock } from "../../src/views/time.ts";
import { closeFour } from "./views-fixture.ts";

describe("the middle of a run with too many steps", () => {
  afterEach(cleanup);
  const whole = story(closeFour);
  // Of 16 steps the first four and the last five stand; seven are one.
  const short = story(closeFour, 10);
  const MIDDLE = 5;
  const nothing = (): void => undefined;

  it("is one step, between a beginning and an end that are told", () => {
    expect([short.steps.length, short.untold, short.steps[MIDDLE - 1]?.skipped]).toEqual([10, 6, 7]);
    const told = ({ steps }: typeof whole, from: number, to?: number) =>
      steps.slice(from, to).map(({ events }) => events);
    expect(told(short, 0, MIDDLE - 1)).toEqual(told(whole, 0, MIDDLE - 1));
    expect(told(short, MIDDLE)).toEqual(told(whole, MIDDLE + 6));
    expect(new Set(short.stepOf.keys())).toEqual(new Set(whole.stepOf.keys()));
  });

  it("leaves the sockets as they are after it", () => {
    expect(short.after.slice(MIDDLE - 1)).toEqual(whole.after.slice(MIDDLE + 5));
    const ends = ({ steps }: typeof whole) =>
      steps.flatMap((step) => step.changes.map(({ sock, to }) => `${sock} ${to}`));
    expect(ends(short)).toEqual(ends(whole));
    const hosts = (of: typeof whole) =>
      sequence(of)
        .bands.map(({ sock, host, state }) => `${sock} ${host} ${state}`)
        .sort();
    expect(hosts(short)).toEqual(hosts(whole));
  });

  it("says how much it is, in its sentence, in the table and in the picture", () => {
    const said = (n: number) => plain(narrate(short, n, narration).what);
    expect(said(MIDDLE)).toBe("7 steps are left out up to here.");
    expect([said(MIDDLE - 1), said(MIDDLE + 1)].join()).not.toContain("left out");
    expect(sequence(short).leftOut).toMatchObject([{ n: MIDDLE, count: 7, middle: true }]);
    expect(sequence(whole).leftOut).toEqual([]);
    const events = Array.from({ length: MOST_STEPS + 5 }, (_, i) => ({
      k: "event" as const,
      t: i * 10_000,
      host: "A",
      what: "link down",
    }));
    render(<Still title="Long" run={{ ...closeFour, events }} t={t} messages={narration} />);
    expect(screen.getByText("6 steps are left out up to here.")).not.toBeNull();
  });

  it("is no silence, and what tcpdump prints of it is one line", () => {
    expect(sequence(short).silences.filter(({ n }) => n === MIDDLE)).toEqual([]);
    const dump = tcpdump(closeFour, "A");
    const lines = (of: typeof short) => {
      const panel = render(
        <Wire story={of} n={of.steps.length} t={t} dump={dump} host="A" onHost={nothing} id="one" />,
      );
      const printed = [...panel.container.querySelectorAll(".ln")].map((line) => line.textContent);
      cleanup();
      return printed;
    };
    const inMiddle = dump.filter(({ event }) => short.stepOf.get(event) === MIDDLE).length;
    expect(lines(whole)).toHaveLength(dump.length);
    expect(lines(short)).toHaveLength(dump.length - inMiddle + 1);
    expect(lines(short)).toContain("7 steps left out");
  });

  it("does not hide where another run parts, nor that one ends and the other goes on", () => {
    const events = closeFour.events.filter(({ t: at }) => at < 10_000_000);
    const ended = story({ ...closeFour, events });
    const branch = {
      do: "branch",
      of: 0,
      changes: [],
      story: ended,
      stopped: null,
      parting,
      event: null,
      notice: null,
    } as const;
    const model = reduce(open(whole), branch);
    render(
      <Branches
        {...model}
        {...{ uid: "one", messages: narration, open: true, time: 0, remark: "", t: changes }}
        onFile={nothing}
        onSwitch={nothing}
        onBeside={nothing}
      />,
    );
    const next = closeFour.events.find(({ t: at, k }) => at >= 10_000_000 && k !== "probe")?.t ?? 0;
    expect(screen.getByRole("status").textContent).toContain(
      `equal up to step 15. There this one ends; the other goes on, at ${clock(next)} s.`,
    );
    expect(model.n).toBe(15);
  });
});
