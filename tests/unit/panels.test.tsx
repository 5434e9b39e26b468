// @vitest-environment happy-dom
/** What stands in the panels is what the tools print. */
import { cleanup, render } from "@testing-library/preact";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { canonicalExperiment } from "../../src/experiment/schema.ts";
import { simulator as t } from "../../src/i18n/en/simulator.ts";
import { tools } from "../../src/i18n/en/tools.ts";
import { Ss } from "../../src/ui/simulator/Panels.tsx";
import { Counters } from "../../src/ui/simulator/ToolTexts.tsx";
import { runOf } from "../../src/ui/simulator/Island.tsx";
import { pids, ssLines, ssText } from "../../src/views/ss.ts";
import { story } from "../../src/views/steps.ts";

const written: unknown = parse(readFileSync("content/experiments/close-four.yaml", "utf8"));
const told = story(runOf(canonicalExperiment("close-four", written)));
const lines = (within: Element) =>
  [...within.querySelectorAll("pre .ln")].map((one) => one.textContent.replaceAll("\u00a0", " ").trimEnd());

describe("the panels", () => {
  afterEach(cleanup);
  const pid = pids(told.run);

  it("ss prints its own columns at every step, and marks only what stands in them", () => {
    const marked = new Set<string>();
    for (const [i, now] of told.after.entries()) {
      const shown = ssLines(now, "A", pid);
      const { container } = render(<Ss story={told} n={i + 1} t={t} host="A" pid={pid} />);
      if (shown.length > 0) expect(lines(container)).toEqual(ssText(shown).split("\n"));
      for (const one of container.querySelectorAll("pre .new")) marked.add(one.textContent);
      cleanup();
    }
    expect([...marked]).toContain("FIN-WAIT-2");
    for (const text of marked) expect(text).toBe(text.trim());
  });

  it("nstat begins as the tool does", () => {
    const { container } = render(<Counters story={told} n={told.steps.length} t={tools} />);
    expect(container.querySelector("h3")?.textContent).toBe("A nstat -a 'Tcp*'");
    expect(lines(container).slice(0, 2)).toEqual(["#kernel", "TcpActiveOpens                  1                  0.0"]);
  });
});
