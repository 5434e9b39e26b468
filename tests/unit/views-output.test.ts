import { describe, expect, it } from "vitest";
import { excerpt, toolOutput } from "../../src/views/output.ts";
import { recordings } from "../experiments.ts";

const run = (id: string) => {
  const found = recordings().find((one) => one.id === id && one.outcome === 1);
  if (!found) throw new Error(`no recording of ${id}`);
  const { header, events } = found.trace;
  return { hosts: header.hosts, until: header.until, events };
};

describe("an excerpt of what a tool printed", () => {
  const text = "Proto   State       Timer\ntcp     LISTEN      off\ntcp     CLOSE_WAIT  off";

  it("keeps lines, leaves columns out and takes the room between columns away", () => {
    expect(excerpt(text, /^Proto|CLOSE/, "Timer")).toBe("Proto State\ntcp   CLOSE_WAIT");
    expect(excerpt(text, null, null)).toBe("Proto State      Timer\ntcp   LISTEN     off\ntcp   CLOSE_WAIT off");
  });

  it("says what it lacks", () => {
    expect(() => excerpt(text, /UDP/, null)).toThrow("no line matches /UDP/");
    expect(() => excerpt(text, null, "PID")).toThrow('the first line has no column "PID"');
  });

  it("is of the captured text", () => {
    const { text: all } = toolOutput(run("three-waits"), { host: "A", tool: "ss", probe: "soon", lines: null });
    const kept = excerpt(all, /WAIT/, null).split("\n");
    expect(kept.map((line) => line.split(" ")[0])).toEqual(["TIME-WAIT", "FIN-WAIT-2", "FIN-WAIT-2"]);
    for (const line of kept) expect(all.replace(/ +/g, " ")).toContain(line.replace(/ +/g, " "));
  });
});
