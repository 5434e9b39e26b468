// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { format } from "../../src/i18n/format.ts";
import { exam, progressPage } from "../../src/i18n/en/standing.ts";
import { addAttempt, type Attempt, believeItem, challengeItem, emptyProgress } from "../../src/progress/model.ts";
import type { Given } from "../../src/quiz/exam.ts";
import type { Item } from "../../src/quiz/model.ts";
import { Paper } from "../../src/ui/exam/Paper.tsx";
import { smallCatalogue } from "./catalogue-fixture.ts";

const catalogue = smallCatalogue();
const number: Item = {
  id: "how-long",
  hash: "00000001",
  kind: "number",
  system: "Linux 6.18",
  stem: "How long?",
  unit: "s",
  otherwise: "Nothing takes that long.",
  options: [
    { id: "a-minute", text: "", right: true, feedback: "Because.", hosts: null, range: { from: 50, to: 70 } },
    { id: "at-once", text: "", right: false, feedback: "Because.", hosts: null, range: { from: 0, to: 5 } },
  ],
  experiment: null,
};
const click = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the paper of an exam", () => {
  const drawn = { seed: "team1", catalogue, items: [number], about: ["claim-0"] };
  /** Types an answer and how sure, and tries to finish. */
  const answer = (text: string) => {
    fireEvent.input(screen.getByRole("textbox"), { target: { value: text } });
    fireEvent.click(screen.getByRole("radio", { name: "think so" }));
    fireEvent.input(screen.getByRole("radio", { name: "think so" }));
    click(exam.finish);
  };

  it("counts a number it cannot read as open, and says so before it ends", () => {
    const given: Given[][] = [];
    render(<Paper drawn={drawn} locale="en" onFinish={(list) => given.push([...list])} />);
    answer("about a minute");
    expect(given).toEqual([]);
    expect(screen.getByText(format(exam.openOnes, { open: "1" }))).toBeTruthy();
    expect(screen.getByRole("button", { name: format(exam.step.open, { n: 1 }) })).toBeTruthy();
    answer("1 min");
    expect(given).toMatchObject([[{ answer: 60, right: true, confidence: "think-so" }]]);
  });

  it("is blank again once it was handed in, and as it was left before that", () => {
    const text = () => screen.getByRole<HTMLInputElement>("textbox").value;
    const open = () => render(<Paper drawn={drawn} locale="en" onFinish={() => undefined} />);
    open();
    fireEvent.input(screen.getByRole("textbox"), { target: { value: "60" } });
    cleanup();
    open();
    expect(text()).toBe("60");
    answer("60");
    cleanup();
    open();
    expect(text()).toBe("");
  });
});

describe("what a browser knows of its reader", () => {
  const kept = (right: boolean): Attempt => ({ at: 1, answer: "x", right, confidence: "sure", hash: "hash00" });
  const open = async (items: Readonly<Record<string, Attempt>>): Promise<void> => {
    const progress = Object.entries(items).reduce((one, [item, is]) => addAttempt(one, item, is), emptyProgress("ann"));
    localStorage.setItem("last-ack.progress", JSON.stringify(progress));
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json(catalogue)));
    vi.resetModules();
    const { ProgressPage } = await import("../../src/ui/progress/ProgressPage.tsx");
    const challenges = [
      { id: "a-goal", title: "A goal", address: "/challenges/a-goal/" },
      { id: "another", title: "Another goal", address: "/challenges/another/" },
    ];
    render(
      <ProgressPage
        base="/questions/"
        claims="/claims/"
        chapters="/chapters/"
        review="/review/"
        exam="/exam/"
        challenges={challenges}
        locale="en"
      />,
    );
    await screen.findByText(progressPage.claims);
  };
  const left = () =>
    Object.keys(
      (JSON.parse(localStorage.getItem("last-ack.progress") ?? "{}") as { items: Record<string, object> }).items,
    );
  const forget = (name: string) => {
    fireEvent.click(screen.getAllByRole("button", { name: `${progressPage.forgetOne}: ${name}`, hidden: true })[0]!);
    fireEvent.click(within(screen.getByRole("alert")).getByRole("button", { name: progressPage.yes }));
  };

  it("is forgotten claim by claim and challenge by challenge", async () => {
    await open({
      "q-0-0": kept(true),
      "q-2-1": kept(true),
      [believeItem("claim-5")]: kept(true),
      [challengeItem("a-goal")]: kept(true),
      [challengeItem("another")]: kept(true),
    });
    forget("Belief 0.");
    expect(left()).not.toContain("q-0-0");
    forget("Belief 5.");
    forget("A goal");
    expect(left()).toEqual([challengeItem("another"), "q-2-1"]);
    expect(screen.queryByText("A goal")).toBeNull();
  });

  it("counts what was believed before reading, and shows where that was sure and wrong", async () => {
    await open({ [believeItem("claim-5")]: kept(false), [believeItem("claim-6")]: kept(false), "q-6-0": kept(true) });
    expect(screen.getByText(format(progressPage.claimsText, { asked: 2, all: 30, right: 1, wrong: 1 }))).toBeTruthy();
    const sure = screen.getByText(progressPage.sureAndWrong).parentElement!;
    expect(within(sure).getAllByText(/Belief 5/).length).toBeGreaterThan(0);
  });
});
