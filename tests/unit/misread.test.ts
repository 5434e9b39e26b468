/** A sweep over what can be mistyped: whatever it is, the answer says what was understood, what was not and what is possible. */
import { describe, expect, it } from "vitest";
import type { Command } from "../../src/experiment/command-change.ts";
import type { Scene } from "../../src/experiment/command-words.ts";
import { complete, type Misread, read } from "../../src/experiment/commands.ts";
import { EMPTY_SCENE, nextMoment, runSandbox, type Sandbox, withChange } from "../../src/experiment/sandbox.ts";
import { changes as t } from "../../src/i18n/en/changes.ts";
import { misreadText } from "../../src/views/change-text.ts";

/** The scene after these commands, all of which make sense. */
function after(...lines: readonly string[]): Scene {
  let sandbox: Sandbox = { base: EMPTY_SCENE, changes: [], now: 0 };
  for (const line of lines) {
    const command = read(line, runSandbox(sandbox));
    if (!("do" in command)) throw new Error(`${line}: ${misreadText(command, t)}`);
    if (command.do === "change") sandbox = withChange(sandbox, command.change);
    if (command.do === "wait") sandbox = { ...sandbox, now: command.until ?? nextMoment(sandbox) ?? sandbox.now };
  }
  return runSandbox(sandbox);
}

const SCENES: Readonly<Record<string, Scene>> = {
  "nothing yet": after(),
  "somebody listens": after("server listen"),
  "a connection": after("server listen", "client connect", "server accept"),
  "half closed": after("server listen", "client connect", "server accept", "client close"),
  "the server is gone": after("server listen", "client connect", "kill server"),
};

/** Every line that a walk along the completions makes, a few words deep; at each place a few of the words that fit. */
function lines(scene: Scene, begun = "", deep = 0): readonly string[] {
  const next = complete(begun, scene);
  const some = next.length > 14 ? [...next.slice(0, 5), ...next.slice(-2)] : next;
  return deep > 4 ? [] : some.flatMap((word) => [`${begun}${word}`, ...lines(scene, `${begun}${word} `, deep + 1)]);
}

const WRONG = ["xyzzy", "9999999999999", "-1", "=", "closee", "кто", "drop next", "<b>", "{host}", "0x10", "1e9"];

const answer = (line: string, scene: Scene): Command | Misread => read(line, scene);

function check(line: string, scene: Scene): void {
  const result = answer(line, scene);
  if ("do" in result) return;
  const text = misreadText(result, t);
  // Every place in the sentence was filled in, except where the reader typed braces.
  expect(text.replaceAll("{host}", ""), line).not.toMatch(/[{}]|undefined|null|NaN/);
  // What was understood is how the line begins.
  expect(line.split(/\s+/).join(" ").startsWith(result.understood), `${line}: ${result.understood}`).toBe(true);
  if (result.understood !== "") expect(text, line).toContain(`Understood: ${result.understood}.`);
  switch (result.code) {
    case "unknown-word":
      expect(text, line).toContain(`“${String(result.values["word"])}”`);
      break;
    case "incomplete":
      expect(text, line).toContain("Something is missing");
      break;
    case "too-much":
      // Without the word too many it is a command, or one that is refused for another reason.
      expect(answer(result.understood, scene), line).not.toMatchObject({ code: "too-much" });
      return;
  }
  // What is possible is named as words, or as a remedy in the sentence.
  const remedy =
    /Write |Choose |Completion lists|Hosts here|Programs here|A value like|makes one|goes to before|it should be|missing: /;
  expect(result.possible.length > 0 || remedy.test(text), `${line}: ${text}`).toBe(true);
  for (const word of result.code === "unknown-word" || result.code === "incomplete"
    ? result.possible.slice(0, 12)
    : []) {
    const mended = answer(`${result.understood} ${word}`.trim(), scene);
    if (!("do" in mended))
      expect([mended.code, mended.values["word"]], `${line} + ${word}`).not.toEqual(["unknown-word", word]);
  }
}

describe.each(Object.entries(SCENES))("in a scene where there is %s", (_, scene) => {
  const walked = lines(scene);

  it("completions lead to commands, or to an answer that helps", () => {
    expect(walked.length).toBeGreaterThan(60);
    expect(walked.filter((line) => "do" in answer(line, scene)).length).toBeGreaterThan(20);
    for (const line of walked) check(line, scene);
  });

  it("a wrong word at any place is explained", () => {
    // Every so many of them: the walk has hundreds.
    for (const line of walked.filter((_line, i) => i % Math.ceil(walked.length / 40) === 0)) {
      const words = line.split(" ");
      for (let i = 0; i <= words.length; i += 1)
        for (const wrong of WRONG) {
          check([...words.slice(0, i), wrong, ...words.slice(i + 1)].join(" "), scene);
          check([...words.slice(0, i), wrong, ...words.slice(i)].join(" "), scene);
        }
    }
  });

  it("a slip of one letter is recognized", () => {
    for (const [wrong, right] of [
      ["srever", "server"],
      ["cleint", "client"],
      ["sysclt", "sysctl"],
      ["wiat", "wait"],
      ["dorp", "drop"],
    ] as const)
      expect(answer(`${wrong} close`, scene)).toMatchObject({ code: "unknown-word", nearest: right });
  });

  it("a call for which there is no socket names the calls that there are", () => {
    const result = answer("client send 10", scene);
    if ("do" in result) return;
    expect(result.code).toBe("no-descriptor");
    expect(result.possible).toContain("connect");
    for (const call of result.possible) expect(complete("client ", scene)).toContain(call);
  });
});
