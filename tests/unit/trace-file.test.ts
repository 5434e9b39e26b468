import { describe, expect, test } from "vitest";
import { parseTrace, printEvent, printTrace, TraceFileError } from "../../src/experiment/trace-file.ts";
import { edited, KERNEL, vectorFiles } from "../compare/vectors.ts";

const close = vectorFiles.find(({ name }) => name === "close.json");
if (!close) throw new Error("no vectors");
const trace = edited(close.file, [], KERNEL);
const lines = printTrace(trace).split("\n");

const errorOf = (text: string): string => {
  try {
    parseTrace(text);
  } catch (error) {
    if (error instanceof TraceFileError) return error.message;
    throw error;
  }
  return "none";
};
const changed = (line: number, from: string, to: string): string =>
  lines.map((source, index) => (index === line - 1 ? source.replace(from, to) : source)).join("\n");

describe("trace files", () => {
  test("what is printed can be read and printed again, byte for byte", () => {
    const text = printTrace(trace);
    expect(parseTrace(text)).toEqual(trace);
    expect(printTrace(parseTrace(text))).toBe(text);
  });

  test("keys come in one order, whatever order they were in", () => {
    const { k, t, ...rest } = trace.events[0] as { k: string; t: number };
    const shuffled = { rule: "r", ...Object.fromEntries(Object.entries(rest).reverse()), cause: null, t, k };
    const printed = printEvent(shuffled as unknown as (typeof trace.events)[number]);
    expect(Object.keys(JSON.parse(printed) as object)).toEqual([
      "t",
      "k",
      "host",
      "program",
      "thread",
      "call",
      "op",
      "fd",
      "sock",
      "args",
      "cause",
      "rule",
    ]);
    const probe = trace.events.find((event) => event.k === "probe");
    if (probe?.k !== "probe") throw new Error("no probe");
    const backwards = {
      ...probe,
      sockets: probe.sockets.map((row) => Object.fromEntries(Object.entries(row).reverse())),
    };
    expect(printEvent(backwards as unknown as typeof probe)).toBe(printEvent(probe));
  });

  test("each mistake names its line and what to do", () => {
    expect({
      empty: errorOf(""),
      format: errorOf(changed(1, "lastack-trace/1", "lastack-trace/0")),
      header: errorOf(changed(1, '"until":66000000', '"until":"66s"')),
      lacks: errorOf(changed(1, '"tool":"lab",', "")),
      cut: errorOf(changed(9, "}", "")),
      kind: errorOf(changed(3, '"k":"return"', '"k":"returns"')),
      value: errorOf(changed(2, '"op":"socket"', '"op":3')),
      unknown: errorOf(changed(2, '"op"', '"color":"red","op"')),
      state: errorOf(changed(lines.findIndex((line) => line.includes(`"to":"LISTEN"`)) + 1, "LISTEN", "LISTENS")),
      time: errorOf(changed(4, '"t":0', '"t":-1')),
      blank: errorOf(changed(4, lines[3] ?? "", "")),
    }).toMatchSnapshot();
  });
});
