import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TraceEvent } from "../../src/engine/trace.ts";
import { contentHash } from "../../src/quiz/hash.ts";
import { compare, grade } from "../../src/quiz/grade.ts";
import { parseInline, plainText } from "../../src/quiz/inline.ts";
import { keyProblems } from "../../src/quiz/key.ts";
import { parseNumber } from "../../src/quiz/number.ts";
import { places } from "../../src/quiz/places.ts";
import { parseQuestion, toItem } from "../../src/quiz/schema.ts";
import { optionOrder, shownOptions, shuffle } from "../../src/quiz/shuffle.ts";
import { answered, nextOf, type Sitting, START } from "../../src/quiz/sitting.ts";

const FEEDBACK = "Long enough to say what happens, why it happens, and where to see it.";

function single(): Record<string, unknown> {
  return {
    kind: "single",
    target: "server-closes",
    guise: "plain",
    system: "Linux 6.18",
    chapter: "how-a-connection-ends",
    stem: "Who closes?",
    options: [
      { id: "the-first", text: "One", right: true, feedback: FEEDBACK },
      { id: "the-server", text: "Two", belief: "They say so.", feedback: FEEDBACK },
    ],
  };
}
function number(): Record<string, unknown> {
  return {
    ...single(),
    kind: "number",
    unit: "ms",
    key: { experiment: "close-four", measure: "state-time", sock: "A1", state: "FIN-WAIT-1" },
    otherwise: FEEDBACK,
    options: [
      { id: "at-once", text: "Under 5 ms", from: 0, to: 5, belief: "It is near.", feedback: FEEDBACK },
      { id: "delayed", text: "About 40 ms", from: 30, to: 70, right: true, feedback: FEEDBACK },
    ],
  };
}
function predict(): Record<string, unknown> {
  return {
    ...single(),
    kind: "predict",
    key: { experiment: "close-four", probe: "peer-waits", hosts: { A: "FIN-WAIT-2", B: "CLOSE-WAIT" } },
    options: [
      { id: "mirror", hosts: { A: "FIN-WAIT-2", B: "CLOSE-WAIT" }, feedback: FEEDBACK },
      { id: "done", hosts: { A: "TIME-WAIT", B: "CLOSED" }, belief: "It closed.", feedback: FEEDBACK },
    ],
  };
}
function multiple(): Record<string, unknown> {
  return {
    ...single(),
    kind: "multiple",
    key: { experiment: "close-four", probe: "peer-waits" },
    options: [
      { id: "half", text: "One", right: true, holds: { host: "A", state: "FIN-WAIT-2" }, feedback: FEEDBACK },
      { id: "waiting", text: "Two", right: true, holds: { host: "B", state: "CLOSE-WAIT" }, feedback: FEEDBACK },
      { id: "over", text: "Three", belief: "It did.", holds: { host: "A", state: "TIME-WAIT" }, feedback: FEEDBACK },
    ],
  };
}
function order(): Record<string, unknown> {
  return {
    ...single(),
    kind: "order",
    key: { experiment: "close-four" },
    options: [
      { id: "leaves", text: "FIN leaves", moment: { sock: "A1", enters: "FIN-WAIT-1" }, feedback: FEEDBACK },
      { id: "confirmed", text: "ACK comes", moment: { sock: "A1", enters: "FIN-WAIT-2" }, feedback: FEEDBACK },
      { id: "ended", text: "It ends", moment: { sock: "A1", enters: "TIME-WAIT" }, feedback: FEEDBACK },
    ],
    slips: [{ first: "ended", then: "confirmed", belief: "One wait.", feedback: `Slip. ${FEEDBACK}` }],
  };
}
function find(): Record<string, unknown> {
  return {
    ...single(),
    kind: "find",
    stem: "One sentence is not right. Which, and why?",
    quote: { who: "an old guide" },
    options: [
      { id: "lower-it", text: "Lower it.", right: true, feedback: FEEDBACK },
      { id: "measure-it", text: "Measure it.", feedback: FEEDBACK },
    ],
    reasons: [
      { id: "other-timer", text: "Another timer.", right: true, feedback: FEEDBACK },
      { id: "too-low", text: "Too low.", belief: "It sounds low.", feedback: FEEDBACK },
    ],
  };
}
function read(): Record<string, unknown> {
  return { ...single(), kind: "read", output: { experiment: "close-four", probe: "end", host: "A", tool: "ss" } };
}
const item = (data: unknown) => toItem("a-question", parseQuestion("a-question.yaml", data));

describe("question file", () => {
  it("is accepted in every kind", () => {
    for (const data of [single(), number(), predict(), find(), read()])
      expect(item(data).options.filter(({ right }) => right)).toHaveLength(1);
  });

  it.each<[string, (data: Record<string, unknown>) => void, RegExp]>([
    ["an unknown field", (data) => (data["colour"] = "red"), /^q\.yaml: \(top\): .*colour/],
    ["a missing stem", (data) => delete data["stem"], /^q\.yaml: stem: /],
    ["a stem that is too long", (data) => (data["stem"] = "word ".repeat(61)), /stem: a stem has at most 60 words/],
    ["no system", (data) => (data["system"] = "a computer"), /system: name the system/],
    [
      "a stem that asks for what is not",
      (data) => (data["stem"] = "Which does not close?"),
      /stem: asks for what is not/,
    ],
    ["an unknown kind", (data) => (data["kind"] = "riddle"), /^q\.yaml: kind: /],
  ])("names file, field and fix for %s", (_, change, message) => {
    const data = single();
    change(data);
    expect(() => parseQuestion("q.yaml", data)).toThrow(message);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["positional id", { id: "b" }, /options\.1\.id: an option is named by what it says/],
    ["doubled id", { id: "the-first" }, /options\.1\.id: "the-first" is used twice/],
    ["short feedback", { feedback: "No." }, /options\.1\.feedback: feedback has 40 to 600 characters/],
    ["second right option", { right: true, belief: null }, /options: exactly one option must have `right: true`/],
    ["missing belief", { belief: null }, /options\.1\.belief: say why people hold this/],
    ["all of the above", { text: "All of the above" }, /options\.1\.text: no "all of the above"/],
  ])("refuses a %s", (_, change, message) => {
    const data = single();
    const options = data["options"] as Record<string, unknown>[];
    Object.assign(options[1] ?? {}, change);
    expect(() => parseQuestion("q.yaml", data)).toThrow(message);
  });

  it("refuses ranges that overlap and a key the measures do not know", () => {
    const data = number();
    Object.assign((data["options"] as object[])[0] ?? {}, { to: 31 });
    expect(() => parseQuestion("q.yaml", data)).toThrow(/options\.1\.from: overlaps another option/);
    expect(() => parseQuestion("q.yaml", { ...number(), key: { experiment: "x", measure: "colour" } })).toThrow(
      /q\.yaml: key/,
    );
  });

  it("refuses a prediction whose right option is missing or names other hosts", () => {
    const data = predict();
    Object.assign((data["options"] as object[])[0] ?? {}, { hosts: { A: "CLOSING", C: "CLOSING" }, belief: "x" });
    expect(() => parseQuestion("q.yaml", data)).toThrow(
      /exactly one option must have the same `hosts`[^]*name the hosts of the key, A,B/,
    );
  });

  it.each<[string, () => Record<string, unknown>, object, RegExp]>([
    ["several that all hold", multiple, { options: { 2: { right: true } } }, /at least one must not/],
    ["a computed choice without its state", multiple, { options: { 0: { holds: null } } }, /options\.0\.holds: /],
    ["a computed order without a moment", order, { options: { 1: { moment: null } } }, /options\.1\.moment: /],
    [
      "a slip that is right",
      order,
      { slips: { 0: { first: "leaves", then: "ended" } } },
      /slips\.0: .*does come before/,
    ],
    ["a slip of nothing", order, { slips: { 0: { first: "gone" } } }, /slips\.0\.first: no option has the id "gone"/],
    ["two wrong sentences", find, { options: { 1: { right: true } } }, /options: exactly one/],
    ["a reason with a sentence's id", find, { reasons: { 1: { id: "lower-it" } } }, /reasons\.1\.id: .*used twice/],
    ["tcpdump at a probe", read, { output: { tool: "tcpdump" } }, /output\.probe: every tool but tcpdump/],
  ])("refuses %s", (_, make, change, message) => {
    const merge = (data: Record<string, unknown>, patch: object): void => {
      for (const [key, value] of Object.entries(patch))
        if (typeof value === "object" && value !== null) merge(data[key] as Record<string, unknown>, value as object);
        else data[key] = value;
    };
    const data = make();
    merge(data, change);
    expect(() => parseQuestion("q.yaml", data)).toThrow(message);
  });

  it("lets a stem say what has not happened yet", () => {
    const stem = "B has not closed. In which state is A while B does not close?";
    expect(() => parseQuestion("q.yaml", { ...single(), stem })).not.toThrow();
  });

  it("refuses a file name that is no id", () => {
    expect(() => parseQuestion("content/questions/Who Keeps.yaml", single())).toThrow(/\(file name\)/);
  });

  it("has a hash that follows what the reader sees, not what is kept for authors", () => {
    const data = single();
    expect(item({ ...data, guise: "another" }).hash).toBe(item(data).hash);
    expect(item({ ...data, stem: "Who closes first?" }).hash).not.toBe(item(data).hash);
  });
});

describe("grading", () => {
  it("knows right from wrong, with the feedback of the choice", () => {
    expect(grade(item(single()), "the-first")).toMatchObject({
      right: true,
      chosen: { id: "the-first" },
      feedback: FEEDBACK,
    });
    expect(grade(item(single()), "the-server")).toMatchObject({ right: false, chosen: { id: "the-server" } });
    expect(grade(item(predict()), "mirror").right).toBe(true);
  });

  it("takes a number in its range, from included, to not; anything else is answered too", () => {
    const ask = item(number());
    expect([29.9, 30, 69.9, 70].map((value) => grade(ask, value).right)).toEqual([false, true, true, false]);
    expect(grade(ask, 4).chosen?.id).toBe("at-once");
    expect(grade(ask, 700)).toEqual({ right: false, chosen: null, feedback: FEEDBACK });
  });

  it("wants all that hold and nothing else, and says first what was taken wrongly", () => {
    const ask = item(multiple());
    expect(grade(ask, ["half", "waiting"])).toEqual({ right: true, chosen: null, feedback: "" });
    expect(grade(ask, ["half"])).toMatchObject({ right: false, chosen: { id: "waiting" } });
    expect(grade(ask, ["half", "over"])).toMatchObject({ right: false, chosen: { id: "over" } });
    for (const answer of ["half", ["gone"], ["half", "half"]])
      expect(() => grade(ask, answer)).toThrow(/not an answer/);
  });

  it("knows an order, and the slip in a wrong one", () => {
    const ask = item(order());
    expect(grade(ask, ["leaves", "confirmed", "ended"]).right).toBe(true);
    expect(grade(ask, ["leaves", "ended", "confirmed"])).toMatchObject({ right: false, feedback: `Slip. ${FEEDBACK}` });
    expect(grade(ask, ["confirmed", "leaves", "ended"])).toMatchObject({ right: false, feedback: FEEDBACK });
    for (const answer of [["leaves", "ended"], ["leaves", "leaves", "ended"], "leaves"])
      expect(() => grade(ask, answer)).toThrow(/not an answer/);
    fc.assert(
      fc.property(fc.shuffledSubarray(["leaves", "confirmed", "ended"], { minLength: 3 }), (answer) => {
        expect(grade(ask, answer).right).toBe(answer.join() === "leaves,confirmed,ended");
      }),
    );
  });

  it("wants the sentence and the reason where both are asked", () => {
    const ask = item(find());
    expect(grade(ask, ["lower-it", "other-timer"]).right).toBe(true);
    expect(grade(ask, ["lower-it", "too-low"])).toMatchObject({ right: false, chosen: { id: "too-low" } });
    expect(grade(ask, ["measure-it", "other-timer"])).toMatchObject({ right: false, chosen: { id: "measure-it" } });
    expect(() => grade(ask, ["lower-it"])).toThrow(/not an answer/);
    const { reasons: _, ...sentence } = find();
    expect(grade(item(sentence), "lower-it").right).toBe(true);
  });

  it("throws for what cannot be an answer", () => {
    expect(() => grade(item(single()), "gone")).toThrow(/"gone" is not an answer/);
    expect(() => grade(item(single()), 3)).toThrow(/not an answer/);
    expect(() => grade(item(number()), "delayed")).toThrow(/not an answer/);
  });
});

describe("a prediction beside what was seen", () => {
  const item = toItem("who", parseQuestion("who.yaml", multiple()));
  const says = (...answer: string[]) => ({ answer, right: grade(item, answer).right });
  it.each([
    ["foreseen", says("half", "waiting"), says("half", "waiting")],
    ["surprised", says("over"), says("half", "waiting")],
    ["seen-as-expected", says("half", "over"), says("half", "over")],
    ["seen-otherwise", says("half", "over"), says("over")],
    ["seen-otherwise", says("half", "waiting"), says("over")],
  ] as const)("is %s", (what, predicted, saw) => {
    expect(compare(item, predicted, saw)).toBe(what);
  });
});

describe("a sitting", () => {
  const ids = ["one", "two", "three", "four"];

  it("ends, for whoever learns, with every question answered right at its last showing", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (rights) => {
        const answers = [...rights];
        const last = new Map<string, boolean>();
        let sitting: Sitting = START;
        let at: ReturnType<typeof nextOf> = { id: "one", why: "following" };
        for (let turns = 0; at !== null; turns++) {
          expect(turns).toBeLessThan(100);
          sitting = { ...sitting, returning: at.why === "missed" };
          const right = answers.shift() ?? true;
          last.set(at.id, right);
          sitting = answered(sitting, at.id, right);
          at = nextOf(
            sitting,
            ids,
            at.id,
            ids.filter((id) => !last.has(id)),
          );
        }
        expect([...last.keys()]).toEqual(ids);
        // One that is the only one left is tried again where it stands.
        expect([...last.values()].filter((right) => !right).length).toBeLessThanOrEqual(1);
        expect(sitting.missed).toEqual([...last].filter(([, right]) => !right).map(([id]) => id));
      }),
    );
  });
});

describe("a jump in a sitting", () => {
  it("is told at the end: what it passed over comes before what was missed", () => {
    const missed = { missed: ["four"], returning: false };
    const ids = ["one", "two", "three", "four"];
    expect(nextOf(missed, ids, "four", ["two", "three"])).toEqual({ id: "two", why: "skipped" });
    expect(nextOf(missed, ids, "two", ["three"])).toEqual({ id: "three", why: "following" });
    expect(nextOf({ missed: ["one"], returning: false }, ids, "four", [])).toEqual({ id: "one", why: "missed" });
    expect(nextOf({ missed: [], returning: false }, ids, "four", [])).toBeNull();
  });
});

describe("where questions stand", () => {
  const question = (place: number | null, chapter = "one") => parseQuestion("q.yaml", { ...single(), chapter, place });
  it("is in the text, in the quiz by place, or on the further page, and in one of them only", () => {
    const all = new Map([
      ["late", question(9)],
      ["elsewhere", question(1, "two")],
      ["rest", question(null)],
      ["early", question(2)],
      ["named", question(null)],
    ]);
    expect(places("one", 'Text.\n\n<Predict id="named" />\n', all)).toEqual({
      inText: ["named"],
      quiz: ["early", "late"],
      further: ["rest"],
    });
  });
});

describe("numbers as typed", () => {
  it.each([
    ["40", 40],
    [" 40.5 ", 40.5],
    ["40,5 ms", 40.5],
    ["0.04 s", 40],
    ["41000us", 41],
    ["0.001min", 60],
    ["40 segments", null],
    ["-3", null],
    ["", null],
    ["forty", null],
    ["1e3", null],
  ])("%s is %s ms", (text, value) => {
    expect(parseNumber(text, "ms")).toBe(value);
  });

  it("takes no unit of time where segments are counted", () => {
    expect(parseNumber("4", "segments")).toBe(4);
    expect(parseNumber("4 segments", "segments")).toBe(4);
    expect(parseNumber("4 s", "segments")).toBeNull();
  });
});

describe("order of options", () => {
  it("is a permutation that depends on the seed alone", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (things, seed) => {
        const mixed = shuffle(things, seed);
        expect(shuffle(things, seed)).toEqual(mixed);
        expect([...mixed].sort()).toEqual([...things].sort());
      }),
    );
  });

  it("reaches every order about equally often", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = shuffle(["x", "y", "z"], `visitor/item/${seed}`).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("is the same for everybody at first, so that the rendered page need not move", () => {
    const things = ["p", "q", "r", "s"];
    expect(optionOrder(things, "item", 0, "ann")).toEqual(optionOrder(things, "item", 0, "bob"));
    const orders = Array.from({ length: 20 }, (_, n) => optionOrder(things, "item", n + 1, "ann").join(""));
    expect(new Set(orders).size).toBeGreaterThan(5);
  });
});

it("never shows an order as the right one at first, and leaves sentences where they stand", () => {
  const ask = item(order());
  for (let turn = 0; turn < 30; turn++)
    expect(shownOptions(ask, turn, "ann").map(({ id }) => id)).not.toEqual(["leaves", "confirmed", "ended"]);
  expect(shownOptions(item(find()), 3, "ann").map(({ id }) => id)).toEqual(["lower-it", "measure-it"]);
});

describe("markup in questions", () => {
  it("finds code and state names and keeps the rest", () => {
    expect(parseInline("A calls `close()` in FIN-WAIT-2, not TIME_WAIT.")).toEqual([
      { as: "text", text: "A calls " },
      { as: "code", text: "close()" },
      { as: "text", text: " in " },
      { as: "state", text: "FIN-WAIT-2" },
      { as: "text", text: ", not " },
      { as: "state", text: "TIME_WAIT" },
      { as: "text", text: "." },
    ]);
    expect(plainText("run `ss -t` in LAST-ACK")).toBe("run ss -t in LAST-ACK");
  });
});

describe("key", () => {
  const row = {
    sock: "A1",
    local: "",
    remote: "",
    recvq: 0,
    sendq: 0,
    timer: null,
    holder: null,
    mini: false,
  } as const;
  const trace = (inFinWait1: number, states: { A: "FIN-WAIT-2" | "TIME-WAIT" }) => ({
    header: { until: 1_000_000 },
    events: [
      { t: 0, k: "state", host: "A", sock: "A1", from: "ESTABLISHED", to: "FIN-WAIT-1" },
      { t: inFinWait1, k: "state", host: "A", sock: "A1", from: "FIN-WAIT-1", to: "FIN-WAIT-2" },
      { t: 500_000, k: "probe", host: "A", probe: "peer-waits", sockets: [{ ...row, state: states.A }], counters: {} },
      {
        t: 500_000,
        k: "probe",
        host: "B",
        probe: "peer-waits",
        sockets: [
          { ...row, sock: "B1", state: "LISTEN" },
          { ...row, sock: "B2", state: "CLOSE-WAIT" },
        ],
        counters: {},
      },
    ] satisfies TraceEvent[],
  });
  const engine = (run: ReturnType<typeof trace>) => ({ name: "the engine", trace: run });

  it("agrees with a run that shows it", () => {
    const run = engine(trace(40_100, { A: "FIN-WAIT-2" }));
    expect(keyProblems(parseQuestion("q.yaml", predict()), run)).toEqual([]);
    expect(keyProblems(parseQuestion("q.yaml", number()), run)).toEqual([]);
    expect(keyProblems(parseQuestion("q.yaml", single()), run)).toEqual([]);
  });

  it("says what differs, and who says so", () => {
    const run = engine(trace(90_000, { A: "TIME-WAIT" }));
    expect(keyProblems(parseQuestion("q.yaml", predict()), run)).toEqual([
      "the engine: A is in TIME-WAIT at probe peer-waits; the key says FIN-WAIT-2",
    ]);
    expect(keyProblems(parseQuestion("q.yaml", number()), run)).toEqual([
      "the engine: measures 90 ms; the right answer is taken from 30 to 70 ms",
    ]);
  });

  it("holds several choices and an order against the run", () => {
    const good = engine(trace(40_100, { A: "FIN-WAIT-2" }));
    expect(keyProblems(parseQuestion("q.yaml", multiple()), good)).toEqual([]);
    expect(keyProblems(parseQuestion("q.yaml", multiple()), engine(trace(1, { A: "TIME-WAIT" })))).toEqual([
      "the engine: A has 0 in FIN-WAIT-2 at probe peer-waits; half says it is so",
      "the engine: A has 1 in TIME-WAIT at probe peer-waits; over says it is wrong",
    ]);
    expect(keyProblems(parseQuestion("q.yaml", order()), good)).toEqual([
      'the engine: the run has no moment {"sock":"A1","enters":"TIME-WAIT"}',
    ]);
    const data = order();
    (data["options"] as Record<string, unknown>[])[2] = {
      id: "again",
      text: "x",
      moment: { sock: "A1", enters: "FIN-WAIT-1" },
      feedback: FEEDBACK,
    };
    data["slips"] = [{ first: "again", then: "leaves", belief: "x", feedback: FEEDBACK }];
    expect(keyProblems(parseQuestion("q.yaml", data), good)).toEqual([
      "the engine: confirmed is at 40100 µs, again at 0 µs: not one after the other",
    ]);
  });

  it("reports a run that lacks what the key names", () => {
    const run = { name: "the recording", trace: { header: { until: 1 }, events: [] } };
    expect(keyProblems(parseQuestion("q.yaml", number()), run)).toEqual([
      "the recording: socket A1 is never in FIN-WAIT-1",
    ]);
  });

  it("compares the right option of a counted question", () => {
    const data = single();
    data["key"] = { experiment: "close-four", measure: "through", state: "FIN-WAIT-2" };
    (data["options"] as Record<string, unknown>[]).forEach((option, at) => (option["value"] = at + 2));
    expect(keyProblems(parseQuestion("q.yaml", data), engine(trace(1, { A: "FIN-WAIT-2" })))).toEqual([
      "the engine: measures 1; the right option says 2",
    ]);
  });
});

it("names content by FNV-1a, as the published vectors have it", () => {
  expect(["", "a", "foobar"].map(contentHash)).toEqual(["811c9dc5", "e40c292c", "bf9cf968"]);
});
