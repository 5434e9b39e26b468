import { describe, expect, it } from "vitest";
import { RULES } from "../../src/engine/tcp/rules.ts";
import { run } from "../../src/experiment/run.ts";
import { narration } from "../../src/i18n/en/narration.ts";
import { brief, narrate, parts, plain } from "../../src/views/narrate.ts";
import { story } from "../../src/views/steps.ts";
import { experiments, recordings } from "../experiments.ts";
import { closeFour } from "./views-fixture.ts";

describe("narration", () => {
  it("has a sentence for every rule of the engine, and for no other", () => {
    expect(Object.keys(narration.rules).sort()).toEqual(Object.keys(RULES).sort());
  });

  it("tells a close in four segments", () => {
    const told = story(closeFour);
    expect(told.steps.map(({ n }) => plain(narrate(told, n, narration).what))).toMatchInlineSnapshot(`
      [
        "On B, server calls listen(). B is now in LISTEN.",
        "On A, client calls connect(). A sends SYN. A is now in SYN-SENT.",
        "SYN reaches B. B sends SYN+ACK. B is now in SYN-RECEIVED.",
        "SYN+ACK reaches A. connect() of client returns 0. A sends ACK 1. A goes from SYN-SENT to ESTABLISHED.",
        "ACK 1 reaches B. accept() of server returns the connection as descriptor 4. B goes from SYN-RECEIVED to ESTABLISHED.",
        "On A, client calls send(26). A sends PSH+ACK seq 1:27.",
        "PSH+ACK seq 1:27 reaches B. recv() of server returns 26 bytes. B sends ACK 27.",
        "ACK 27 reaches A.",
        "On A, client calls close(). A sends FIN+ACK seq 27. A goes from ESTABLISHED to FIN-WAIT-1.",
        "FIN+ACK seq 27 reaches B. recv() of server returns 0: end of file. B goes from ESTABLISHED to CLOSE-WAIT.",
        "B has waited long enough with its ACK: the delayed-ACK timer fires. B sends ACK 28.",
        "ACK 28 reaches A. A goes from FIN-WAIT-1 to FIN-WAIT-2.",
        "On B, server calls close(). B sends FIN+ACK seq 1. B goes from CLOSE-WAIT to LAST-ACK.",
        "FIN+ACK seq 1 reaches A. A sends ACK 2. A goes from FIN-WAIT-2 to TIME-WAIT.",
        "ACK 2 reaches B. B leaves LAST-ACK: the socket is gone.",
        "The timewait timer of A fires. A leaves TIME-WAIT: the socket is gone.",
      ]
    `);
  });

  it("never leaves a step of any run without words, nor a placeholder without its value", () => {
    for (const { experiment } of experiments()) {
      const told = story({ hosts: experiment.hosts, until: experiment.until, events: run(experiment).events }, 400);
      for (const { n, rule } of told.steps) {
        const { what, why } = narrate(told, n, narration);
        expect(plain(what), `${experiment.id} step ${n}`).toMatch(/\.$/);
        expect(plain(what) + plain(why)).not.toMatch(/[{}`~]|undefined|null/);
        if (rule !== null && rule in RULES) expect(plain(why), rule).not.toBe("");
        expect(plain(brief(told, n, narration))).not.toBe("");
      }
    }
  });

  it("tells recordings too", () => {
    for (const { id, trace } of recordings()) {
      const told = story({ hosts: trace.header.hosts, until: trace.header.until, events: trace.events }, 400);
      for (const { n } of told.steps) {
        const { what } = narrate(told, n, narration);
        expect(plain(what), `${id} step ${n}`).toMatch(/\.$/);
      }
    }
  });

  it("finds states, code and timers in a sentence, and makes a chip of each state once", () => {
    expect(parts("In `close()` A goes to TIME-WAIT, ~timewait~; TIME-WAIT lasts.", new Set())).toEqual([
      { kind: "text", text: "In " },
      { kind: "code", text: "close()" },
      { kind: "text", text: " A goes to " },
      { kind: "state", text: "TIME-WAIT", chip: true },
      { kind: "text", text: ", " },
      { kind: "timer", text: "timewait" },
      { kind: "text", text: "; " },
      { kind: "state", text: "TIME-WAIT", chip: false },
      { kind: "text", text: " lasts." },
    ]);
  });
});
