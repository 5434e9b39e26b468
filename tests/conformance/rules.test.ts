import { describe, expect, it } from "vitest";
import { RULES } from "../../src/engine/tcp/rules.ts";
import { TRANSITIONS } from "../../src/engine/tcp/transitions.ts";
import { isFromSource, run } from "../../src/experiment/run.ts";
import { experiments, recordings } from "../experiments.ts";

/** Rules that no recorded experiment passes, and the test that holds each instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "listen.old-timestamp": "tests/unit/engine/kernel-version.test.ts: tcp_tw_recycle, gone since Linux 4.12",
  "nat.in": "tests/unit/engine/kernel-version.test.ts: the lab sets up no NAT",
  "nat.out": "tests/unit/engine/kernel-version.test.ts: the lab sets up no NAT",
  "nat.no-port": "tests/unit/engine/nat.test.ts",
  "orphan.too-many": "tests/unit/engine/orphan-limit.test.ts: a limit of the machine, which no namespace has",
  "rst.in-window": "tests/unit/engine/kernel-version.test.ts: before Linux 3.6",
  "listen.syn-again": "tests/conformance/fuzz.test.ts: half-open-syn-again, recorded",
  "listen.other-syn": "tests/conformance/fuzz.test.ts: half-open-syn-in-window, recorded",
  "data.behind-fin": "tests/conformance/fuzz.test.ts: fuzz-6206, recorded",
  "close.linger-0-silent": "tests/conformance/fuzz.test.ts: linger-zero-both-fins, recorded",
  "tw.syn-nobody-listens": "tests/conformance/fuzz.test.ts: fuzz-2127, recorded",
  "accept.ack-too-old": "tests/unit/engine/asked-of-a-kernel.test.ts",
  "rst.behind-held": "tests/unit/engine/asked-of-a-kernel.test.ts",
  "data.no-room": "tests/unit/engine/asked-of-a-kernel.test.ts",
  "syn.in-window-rst": "tests/unit/engine/kernel-version.test.ts: before Linux 3.6",
};

const recorded = new Set(recordings().map(({ id }) => id));
const runs = experiments()
  .filter(({ experiment }) => recorded.has(experiment.id) && !isFromSource(experiment))
  .map(({ experiment }) => run(experiment));
const rules = new Set(runs.flatMap(({ events }) => events.map(({ rule }) => rule)));

describe("every rule of the engine", () => {
  it.each(Object.keys(RULES))(
    "%s is passed by an experiment that a kernel was recorded in, or held elsewhere",
    (rule) => {
      expect(rules.has(rule) || rule in ELSEWHERE).toBe(true);
    },
  );

  it("is held elsewhere only while no recording passes it", () => {
    expect(Object.keys(ELSEWHERE).filter((rule) => rules.has(rule) || !(rule in RULES))).toEqual([]);
  });
});

/**
 * Rows of the transition table that no recorded experiment takes: in Linux only the socket of a simultaneous open can be
 * closed by a program in SYN-RECEIVED, for as long as its SYN+ACK travels.
 */
const UNTAKEN = ["SYN-RECEIVED|close()"];

it("every row of the transition table is taken in a recorded experiment, but for those named", () => {
  const moves = new Set(
    runs.flatMap(({ events }) => events.flatMap((event) => (event.k === "state" ? [`${event.from}|${event.to}`] : []))),
  );
  const rows = TRANSITIONS.filter(({ from, to }) => !moves.has(`${from}|${to}`)).map(
    ({ from, event }) => `${from}|${event}`,
  );
  expect(rows).toEqual(UNTAKEN);
});
