// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { format } from "../../src/i18n/format.ts";
import { kept } from "../../src/i18n/en/kept.ts";
import { prediction } from "../../src/i18n/en/prediction.ts";
import { quiz } from "../../src/i18n/en/quiz.ts";
import { sitting } from "../../src/i18n/en/sitting.ts";
import type { Item } from "../../src/quiz/model.ts";

const t = { ...quiz, ...prediction, ...sitting };
const option = (id: string, right = false) => ({
  id,
  text: `Text of ${id}`,
  right,
  feedback: `Because of \`${id}\` in FIN-WAIT-2.`,
  hosts: null,
  range: null,
});
const single: Item = {
  id: "who-closes",
  hash: "00000001",
  kind: "single",
  system: "Linux 6.18",
  stem: "Who closes?",
  options: [option("the-first", true), option("the-server"), option("both")],
  unit: null,
  otherwise: null,
  experiment: "close-four",
};
const number: Item = {
  ...single,
  id: "how-long",
  kind: "number",
  stem: "How long?",
  unit: "ms",
  otherwise: "Nothing takes that long.",
  options: [
    { ...option("at-once"), range: { from: 0, to: 5 } },
    { ...option("delayed", true), range: { from: 30, to: 70 } },
  ],
};

const several: Item = {
  ...single,
  id: "which-hold",
  kind: "multiple",
  options: [option("the-first", true), option("the-server", true), option("both")],
};
const order: Item = {
  ...single,
  id: "in-order",
  kind: "order",
  options: [option("leaves", true), option("confirmed", true), option("ended", true)],
  slips: [{ first: "ended", then: "confirmed", feedback: "The slip." }],
};
const find: Item = {
  ...single,
  id: "find-it",
  kind: "find",
  quote: { who: "An old guide", address: null },
  options: [option("lower-it", true), option("measure-it")],
  reasons: [option("other-timer", true), option("too-low")],
};

// A fresh page for every test: the store is one per page.
let Quiz: typeof import("../../src/ui/quiz/Quiz.tsx").Quiz;
let Predict: typeof import("../../src/ui/quiz/Predict.tsx").Predict;
async function load(): Promise<void> {
  vi.resetModules();
  ({ Quiz } = await import("../../src/ui/quiz/Quiz.tsx"));
  ({ Predict } = await import("../../src/ui/quiz/Predict.tsx"));
}
async function visit(): Promise<void> {
  cleanup();
  await load();
}
beforeEach(async () => {
  localStorage.clear();
  await load();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const click = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const choose = (name: string | RegExp) => fireEvent.click(screen.getByRole("radio", { name }));
const saved = () =>
  JSON.parse(localStorage.getItem("last-ack.progress") ?? "null") as { items: Record<string, object[]> } | null;

describe("a question", () => {
  it("asks for an answer, then for confidence, before anything counts", () => {
    render(<Quiz items={[single]} locale="en" />);
    click(t.answer);
    expect(screen.getByRole("alert").textContent).toBe(t.needAnswer);
    choose("Text of both");
    click(t.answer);
    expect(screen.getByRole("alert").textContent).toBe(t.needConfidence);
    expect(document.activeElement).toBe(screen.getByRole("radio", { name: "sure" }));
    expect(saved()).toBeNull();
  });

  it("shows every reason after a wrong answer, marks the right one, says it, and moves the focus there", () => {
    render(<Quiz items={[single]} locale="en" />);
    choose("Text of both");
    choose("sure");
    click(t.answer);
    const reasons = screen.getAllByRole("listitem");
    expect(reasons).toHaveLength(3);
    const picked = reasons.find((reason) => reason.textContent.includes("Text of both"));
    expect(picked?.textContent).toContain(`${t.wrong} ${t.yours}`);
    expect(picked?.className).toContain("picked");
    expect(
      reasons.filter((reason) => reason.className.includes("correct")).map((reason) => reason.textContent),
    ).toEqual([expect.stringContaining("Text of the-first")]);
    expect(screen.getByRole("status").textContent).toBe(
      "Not this. Because of both in FIN-WAIT-2. Right is: Text of the-first",
    );
    expect(document.activeElement?.textContent).toContain(t.youWere.sure);
    expect(saved()?.items["who-closes"]).toMatchObject([
      { answer: "both", right: false, confidence: "sure", hash: "00000001" },
    ]);
  });

  it("can be tried again, and keeps the first attempt", () => {
    render(<Quiz items={[single]} locale="en" />);
    for (const [name, sure] of [
      ["Text of the-server", "sure"],
      ["Text of the-first", "guess"],
    ] as const) {
      choose(name);
      choose(sure);
      click(t.answer);
      click(t.tryAgain);
    }
    expect(screen.getAllByRole("radio").filter((radio) => (radio as HTMLInputElement).checked)).toEqual([]);
    expect(saved()?.items["who-closes"]).toMatchObject([
      { answer: "the-server", right: false },
      { answer: "the-first", right: true },
    ]);
  });

  it("stands blank on the next visit, with the history beside it and the reasons on request", async () => {
    render(<Quiz items={[single]} locale="en" />);
    expect(screen.queryByRole("button", { name: t.showMe })).toBeNull();
    choose("Text of both");
    choose("think so");
    click(t.answer);
    await visit();
    render(<Quiz items={[single]} locale="en" />);
    expect(screen.getAllByRole("radio")).toHaveLength(6);
    expect(document.body.textContent).toContain("you were fairly sure, and not right");
    click(t.showMe);
    expect(screen.getAllByRole("listitem")).toHaveLength(3);
    expect(saved()?.items["who-closes"]).toHaveLength(1);
  });

  it("marks a question that changed since", async () => {
    render(<Quiz items={[single]} locale="en" />);
    choose("Text of both");
    choose("sure");
    click(t.answer);
    await visit();
    render(<Quiz items={[{ ...single, hash: "00000002" }]} locale="en" />);
    expect(document.body.textContent).toContain(t.changed);
  });

  it("takes a number, with a unit of its own, and answers to one that no option stands for", () => {
    render(<Quiz items={[number]} locale="en" />);
    const type = (value: string) =>
      fireEvent.input(screen.getByRole("textbox", { name: "Your answer in ms" }), { target: { value } });
    type("soon");
    click(t.answer);
    expect(screen.getByRole("alert").textContent).toContain("Write a number first");
    type("0.04 s");
    choose("sure");
    click(t.answer);
    expect(screen.getByRole("status").textContent).toMatch(/^Right\./);
    expect(saved()?.items["how-long"]).toMatchObject([{ answer: 40, right: true }]);
    click(t.tryAgain);
    type("900");
    choose("guess");
    click(t.answer);
    const [first] = screen.getAllByRole("listitem");
    expect(first?.textContent).toBe(`Your answer: 900 ms${t.wrong} ${t.yours}Nothing takes that long.`);
  });

  it("takes all that hold, and says of each what was made of it", () => {
    render(<Quiz items={[several]} locale="en" />);
    click(t.answer);
    expect(screen.getByRole("alert").textContent).toBe(t.needAnswer);
    for (const name of ["Text of the-first", "Text of both"]) fireEvent.click(screen.getByRole("checkbox", { name }));
    choose("sure");
    click(t.answer);
    expect(saved()?.items["which-hold"]).toMatchObject([{ answer: ["the-first", "both"], right: false }]);
    const reasons = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
    expect(reasons.some((text) => text.includes("the-first" + t.holds[0] + " " + t.yours))).toBe(true);
    expect(reasons.some((text) => text.includes("the-server" + t.holds[0] + " " + t.missed))).toBe(true);
    expect(reasons.some((text) => text.includes("both" + t.holds[1] + " " + t.yours))).toBe(true);
    expect(screen.getByRole("status").textContent).toContain("Right is: Text of the-first; Text of the-server");
  });

  it("puts events in order by buttons that keep the focus, and names the slip", () => {
    render(<Quiz items={[order]} locale="en" />);
    const shown = () =>
      [...document.querySelectorAll<HTMLInputElement>("input[name=answer]")].map(({ value }) => value);
    expect(shown()).not.toEqual(["leaves", "confirmed", "ended"]);
    const move = (which: "earlier" | "later", id: string) => click(format(t[which], { what: `Text of ${id}` }));
    for (const id of ["ended", "confirmed"]) for (const _ of [1, 2]) move("later", id);
    expect(shown()).toEqual(["leaves", "ended", "confirmed"]);
    expect(document.activeElement?.getAttribute("aria-label")).toContain("Text of confirmed");
    expect(screen.getAllByRole("status").map(({ textContent }) => textContent)).toContain(
      "Text of confirmed: place 3 of 3",
    );
    choose("guess");
    click(t.answer);
    expect(saved()?.items["in-order"]).toMatchObject([{ answer: ["leaves", "ended", "confirmed"], right: false }]);
    expect(document.body.textContent).toContain(format(t.had, { n: 3 }));
    const slip = screen.getAllByRole("listitem").at(-1);
    expect(slip?.textContent).toContain(`${t.yours}The slip.`);
    click(t.tryAgain);
    expect(shown()).not.toEqual(["leaves", "confirmed", "ended"]);
  });

  it("asks for the wrong sentence and for the why", () => {
    render(<Quiz items={[find]} locale="en" />);
    expect(document.body.textContent).toContain("An old guide");
    choose("Text of lower-it");
    choose("sure");
    click(t.answer);
    expect(screen.getByRole("alert").textContent).toBe(t.needReason);
    choose("Text of too-low");
    click(t.answer);
    expect(saved()?.items["find-it"]).toMatchObject([{ answer: ["lower-it", "too-low"], right: false }]);
    expect(screen.getAllByRole("listitem")).toHaveLength(4);
    expect(document.body.textContent).toContain(`${t.sentence[0]} ${t.yours}`);
  });

  it("shows what a tool printed, before the answer and after", () => {
    const output = {
      command: "ss -tanop",
      host: "B",
      experiment: "close-four",
      release: "6.18.44",
      text: "CLOSE-WAIT 1",
    };
    render(<Quiz items={[{ ...single, kind: "read", output }]} locale="en" />);
    expect(screen.getByText("CLOSE-WAIT 1")).toBeTruthy();
    expect(document.body.textContent).toContain("ss -tanop on B, recorded on Linux 6.18.44");
    choose("Text of both");
    choose("sure");
    click(t.answer);
    expect(screen.getByText("CLOSE-WAIT 1")).toBeTruthy();
  });

  it("goes through several, one at a time, and counts first tries", () => {
    render(<Quiz items={[single, number]} locale="en" />);
    const steps = within(screen.getByRole("list", { name: t.steps }));
    choose("Text of the-first");
    choose("sure");
    click(t.answer);
    expect(steps.getByRole("button", { name: "Question 1, right" })).toBeTruthy();
    click(t.next);
    expect(document.activeElement?.textContent).toContain("2 of 2");
    fireEvent.input(screen.getByRole("textbox"), { target: { value: "2" } });
    choose("guess");
    click(t.answer);
    expect(document.body.textContent).toContain("1 of 2 right at the first try.");
    fireEvent.click(steps.getByRole("button", { name: "Question 1, right" }));
    expect(screen.getAllByRole("listitem").some((reason) => reason.textContent.includes("Text of the-first"))).toBe(
      true,
    );
  });
});

describe("what was missed", () => {
  const answerWith = (name: string, sure = "guess") => {
    choose(name);
    choose(sure);
    click(t.answer);
  };
  const three = ["one", "two", "three"].map((id) => ({ ...single, id, stem: `Stem ${id}` }));
  const stem = () => document.querySelector(".q")?.textContent;

  it("comes back at the end, blank and in another order, until it is answered right there", () => {
    render(<Quiz items={three} locale="en" />);
    answerWith("Text of both");
    // A second try right under the feedback does not count for that.
    click(t.tryAgain);
    answerWith("Text of the-first");
    click(t.next);
    answerWith("Text of the-first");
    click(t.next);
    answerWith("Text of the-server");
    click(t.again);
    expect(stem()).toBe("Stem one");
    expect(document.activeElement?.textContent).toContain("Once more, 1 of 3");
    expect(screen.getAllByRole("radio").filter((radio) => (radio as HTMLInputElement).checked)).toEqual([]);
    answerWith("Text of both");
    click(t.again);
    expect(stem()).toBe("Stem three");
    answerWith("Text of the-first");
    click(t.again);
    expect(stem()).toBe("Stem one");
    answerWith("Text of the-first");
    expect(screen.queryByRole("button", { name: t.again })).toBeNull();
    expect(document.body.textContent).toContain("1 of 3 right at the first try.");
    expect(saved()?.items["one"]).toHaveLength(4);
  });

  it("does not come back where nothing was missed", () => {
    render(<Quiz items={three} locale="en" />);
    for (const last of [false, false, true]) {
      answerWith("Text of the-first");
      if (!last) click(t.next);
    }
    expect(screen.queryByRole("button", { name: t.again })).toBeNull();
  });

  it("is marked for review where the reader was sure, until they are sure and right on another day", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 0 });
    onTestFinished(() => void vi.useRealTimers());
    render(<Quiz items={[single]} locale="en" />);
    answerWith("Text of both", "sure");
    expect(document.querySelector(".tag")?.textContent).toContain(t.marked);
    click(t.tryAgain);
    answerWith("Text of the-first", "sure");
    expect(document.body.textContent).toContain(t.marked);
    vi.setSystemTime(86_400_000);
    await visit();
    render(<Quiz items={[single]} locale="en" />);
    expect(document.querySelector(".history")?.textContent).toContain(t.marked);
    answerWith("Text of the-first", "guess");
    expect(document.body.textContent).toContain(t.marked);
    click(t.tryAgain);
    answerWith("Text of the-first", "sure");
    expect(document.body.textContent).not.toContain(t.marked);
  });
});

describe("a prediction", () => {
  const heard = () => {
    const events: unknown[] = [];
    document.addEventListener("lastack:predicted", (event) => events.push((event as CustomEvent).detail));
    return events;
  };
  const page = (run = <figure />) =>
    render(
      <>
        <div data-predicts="close-four">
          <Predict item={single} locale="en" />
        </div>
        <div data-simulator="close-four">{run}</div>
      </>,
    );
  /** What the simulator does at the last step. */
  const seeRun = () =>
    act(() => {
      document.querySelector("[data-simulator] figure")?.setAttribute("data-seen", "");
      document.dispatchEvent(new CustomEvent("lastack:seen", { detail: { experiment: "close-four" } }));
    });

  it("locks in, is kept, opens the run, and gives the reasons only on request", () => {
    const events = heard();
    page();
    choose("Text of both");
    choose("sure");
    click(t.lockIn);
    expect(events).toEqual([{ experiment: "close-four", id: "who-closes" }]);
    expect(document.querySelector("[data-predicts]")?.hasAttribute("data-predicted")).toBe(true);
    expect((screen.getByRole("radio", { name: "Text of both" }) as HTMLInputElement).checked).toBe(true);
    expect(document.querySelector("fieldset")?.disabled).toBe(true);
    expect(document.body.textContent).not.toContain("Because of");
    click(t.compare);
    expect(screen.getAllByRole("listitem")).toHaveLength(3);
    expect(saved()?.items["who-closes"]).toHaveLength(1);
  });

  it("asks what was observed before the reasons, and keeps it beside the prediction", async () => {
    page();
    choose("Text of both");
    choose("sure");
    click(t.lockIn);
    expect(screen.queryByRole("button", { name: t.observe }), "before the run was seen").toBeNull();
    seeRun();
    click(t.observe);
    expect(screen.getAllByRole("radio")).toHaveLength(3);
    expect(screen.getAllByRole("radio").filter((radio) => (radio as HTMLInputElement).checked)).toEqual([]);
    choose("Text of the-first");
    click(t.observed);
    expect(saved()?.items["who-closes"]).toHaveLength(1);
    expect(saved()?.items["who-closes.observed"]).toMatchObject([
      { answer: "the-first", right: true, confidence: null },
    ]);
    expect(document.body.textContent).toContain(t.compared.surprised);
    expect(document.body.textContent).toContain(`${t.right} ${t.saw}`);
    expect(document.body.textContent).toContain(`${t.wrong} ${t.yours}`);
    await visit();
    page(<figure data-seen="" />);
    expect(screen.queryByRole("button", { name: t.observe })).toBeNull();
    expect(screen.getByRole("button", { name: t.compare })).toBeTruthy();
  });

  it("can be compared without saying what was observed, which is kept too", () => {
    page();
    click(t.skip);
    click(t.compare);
    expect(saved()?.items["who-closes.observed"]).toMatchObject([{ answer: null }]);
  });

  it("can be skipped, which is kept and opens the run too", () => {
    const events = heard();
    page();
    click(t.skip);
    expect(events).toHaveLength(1);
    expect(saved()?.items["who-closes"]).toMatchObject([{ answer: null, confidence: null }]);
    expect(document.body.textContent).toContain(t.skipped);
  });

  it("stays locked on the next visit and says so to a run that starts later", async () => {
    page();
    choose("Text of both");
    choose("guess");
    click(t.lockIn);
    await visit();
    const events = heard();
    page();
    expect(events).toEqual([{ experiment: "close-four", id: "who-closes" }]);
    expect((screen.getByRole("radio", { name: "Text of both" }) as HTMLInputElement).checked).toBe(true);
    expect(screen.queryByRole("button", { name: t.lockIn })).toBeNull();
  });
});

describe("what is kept", () => {
  it("is said to last no longer than the page where storage fails, once, with a file to take along", async () => {
    vi.stubGlobal("localStorage", {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
    render(
      <>
        <Predict item={number} locale="en" />
        <Quiz items={[single]} locale="en" />
      </>,
    );
    click(t.skip);
    expect(await screen.findByText(kept.trouble.full)).toBeTruthy();
    expect(document.body.textContent.split(kept.trouble.full)).toHaveLength(2);
    expect(screen.getAllByRole("button", { name: kept.download })).toHaveLength(1);
  });

  it("is said to be set aside where it could not be read", async () => {
    localStorage.setItem("last-ack.progress", "{ half");
    render(<Quiz items={[single]} locale="en" />);
    expect(await screen.findByText(kept.trouble.aside)).toBeTruthy();
    expect(screen.getByRole("button", { name: kept.trouble.downloadAside })).toBeTruthy();
  });

  it("merges a file and says what came of it", async () => {
    render(<Quiz items={[single, number]} locale="en" />);
    const input = screen.getByLabelText(kept.load);
    const file = (text: string) => fireEvent.change(input, { target: { files: [new File([text], "answers.json")] } });
    file("not ours");
    expect(await screen.findByText(kept.unreadable)).toBeTruthy();
    const attempt = { at: 5, answer: "both", right: false, confidence: "sure", hash: "00000001" };
    file(JSON.stringify({ version: 1, visitor: "x", items: { "who-closes": [attempt] }, resets: {} }));
    expect(await screen.findByText("Merged. Questions with answers: 1.")).toBeTruthy();
    expect(saved()?.items["who-closes"]).toEqual([attempt]);
  });
});
