import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { SingleHost } from "../../src/engine/single-host.ts";
import type { TraceEvent } from "../../src/engine/trace.ts";
import { run } from "../../src/experiment/run.ts";
import { parseScript } from "../../src/packetdrill/parse.ts";
import { runPacketdrill } from "../../src/packetdrill/run.ts";
import { experiment, recordings } from "../experiments.ts";

const FOLDER = fileURLToPath(new URL("../packetdrill/", import.meta.url));
const scripts = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".pkt"))
  .map((name) => ({ name, text: readFileSync(FOLDER + name, "utf8") }));

/** Recordings of connections that open, carry data and close as they should: most scripts begin and end so. */
const ORDINARY = ["close-three", "close-four", "half-close", "fin-after-receiving"];
/** What the script itself does, and a RST for a stray segment, which does not depend on whether somebody listens. */
const NOT_THE_HOST = ["inject", "listen.not-a-syn"];

const rulesOf = (events: readonly TraceEvent[]): string[] => events.flatMap(({ rule }) => rule ?? []);
const recorded = new Set(recordings().map(({ id }) => id));

describe("scripts about closing", () => {
  it.each(scripts)("$name passes", ({ text }) => {
    expect(runPacketdrill(text)).toBeNull();
  });

  it.each(scripts)("$name names its rule, and experiments whose recordings show a kernel doing it", ({ text }) => {
    const [rule, ...rest] = text.split("\n");
    expect(rule).toMatch(/^\/\/ \S.{30,}/);
    const line = rest.find((one) => one.startsWith("// Recorded: ")) ?? "";
    const named = [...line.matchAll(/content\/experiments\/(\S+?)\.yaml/g)].map(([, id]) => id ?? "");
    expect(named.length).toBeGreaterThan(0);
    // Recordings agree with the engine's runs (evidence.test.ts), so a rule of the run is one that was recorded.
    const shown = new Set(
      [...named, ...ORDINARY].flatMap((id) => {
        expect(recorded).toContain(id);
        return rulesOf(run(experiment(id).experiment).events);
      }),
    );
    let host: SingleHost | null = null;
    runPacketdrill(text, (driven) => (host = driven));
    const passed = new Set(rulesOf((host as SingleHost | null)?.trace ?? []));
    expect([...passed].filter((one) => !shown.has(one) && !NOT_THE_HOST.includes(one))).toEqual([]);
  });

  // A comparison that cannot fail proves nothing.
  it.each(scripts)("$name fails if a line asks for something else", ({ text }) => {
    const lines = text.split("\n");
    for (const { action, place } of parseScript(text).events) {
      const at = place.line - 1;
      const line = lines[at] ?? "";
      const other =
        action.do === "outbound"
          ? line.replace(/(\d+):(\d+)\(/, (_, from: string, to: string) => `${Number(from) + 7}:${Number(to) + 7}(`)
          : action.do === "call" && action.expect.errno !== null
            ? line.replace(/= -1 E\w+/, "= -1 EXDEV")
            : null;
      // The first segment that names the host's ISN may name it as it likes.
      if (other === null || (action.do === "outbound" && action.packet.flags.startsWith("S"))) continue;
      expect(runPacketdrill(lines.with(at, other).join("\n")), line).toMatchObject({ line: place.line });
    }
  });
});
