/** The reference: what the build does not see, because no page would fail. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { DATED_FACTS } from "../../src/engine/kernel/dated-facts.ts";
import { STATES } from "../../src/engine/trace.ts";
import { naming, parseCounter, parseGlossary, parseKnob, parseState, termOf } from "../../src/experiment/reference.ts";
import { toolOutput } from "../../src/views/output.ts";
import { CLAIM_VALUE } from "../../src/quiz/claims.ts";
import { parseQuestion } from "../../src/quiz/schema.ts";
import { STATE_LOOKS } from "../../src/views/states.ts";
import { chapters, experiments, facts, read, recordings } from "./files.ts";
import { BANNED } from "./words.ts";

const folder = (name: string): readonly string[] =>
  readdirSync(`content/reference/${name}`).map((file) => `content/reference/${name}/${file}`);
const glossary = parseGlossary("content/reference/glossary.yaml", parse(read("content/reference/glossary.yaml")));

describe.each([...folder("states"), ...folder("knobs"), ...folder("counters"), "content/reference/glossary.yaml"])(
  "%s",
  (file) => {
    it("is written plainly, and its numbers exist", () => {
      const text = read(file);
      expect(text.match(BANNED) ?? []).toEqual([]);
      const unknown = [...text.matchAll(CLAIM_VALUE)].filter(
        ([, fact = "", value = ""]) => facts.get(fact)?.values[value] === undefined,
      );
      expect(unknown.map(([all]) => all)).toEqual([]);
    });
  },
);

describe("the states", () => {
  const states = folder("states").map((file) => parseState(file, parse(read(file))));
  it("are all there, once", () => {
    expect(states.map(({ state }) => state).toSorted()).toEqual([...STATES].toSorted());
  });
  it.each(states.map((entry) => [entry.state, entry] as const))("%s shows a line of itself", (state, entry) => {
    expect(entry.experiments.filter((id) => !experiments.has(id))).toEqual([]);
    if (entry.see === null) return;
    const recording = recordings.get(entry.see.experiment);
    if (!recording) throw new Error(`no recording of ${entry.see.experiment}`);
    const { line } = entry.see;
    const run = { hosts: recording.header.hosts, until: recording.header.until, events: recording.events };
    const { text } = toolOutput(run, { ...entry.see, tool: "ss", lines: [line, line] });
    expect(text.split(/\s+/)[0]).toBe(STATE_LOOKS[state].ss);
  });
});

describe("the tools", () => {
  it.each(folder("tools/en"))("%s asks to read what that tool printed", (file) => {
    const [, front = ""] = /^---\n([\s\S]*?)\n---/.exec(read(file)) ?? [];
    const { questions } = parse(front) as { readonly questions: readonly string[] };
    const outputs = questions
      .map((id) => parseQuestion(id, parse(read(`content/questions/${id}.yaml`))))
      .flatMap((question) => (question.kind === "read" ? [question.output.tool] : []));
    expect(outputs).toContain(/([a-z]+)\.mdx$/.exec(file)?.[1]);
  });
});

const knobs = folder("knobs").map((file) => [file, parseKnob(file, parse(read(file)))] as const);

describe("the settings", () => {
  it.each(knobs)("%s names what is there", (file, { name, kind, key, experiments: runs, dated }) => {
    // One file name for ip_local_port_range, the sysctl, and IP_LOCAL_PORT_RANGE: the option says so in its own.
    const twice = knobs.filter(([, other]) => other.name.toLowerCase() === name.toLowerCase()).length > 1;
    const slug = name.toLowerCase().replaceAll("_", "-") + (twice && kind === "option" ? "-option" : "");
    expect(file).toBe(`content/reference/knobs/${slug}.yaml`);
    if (kind === "sysctl") expect(key.endsWith(`.${name}`)).toBe(true);
    expect(runs.filter((id) => !experiments.has(id))).toEqual([]);
    expect(dated.filter((id) => !DATED_FACTS.some((fact) => fact.id === id))).toEqual([]);
  });
  it.each(knobs.filter(([, { kind, per }]) => kind === "sysctl" && per !== "machine"))(
    "%s is a sysctl of this kernel, or newer than it",
    (_, { key }) => {
      const path = `/proc/sys/${key.replaceAll(".", "/")}`;
      if (!existsSync("/proc/sys/net/ipv4/tcp_rto_max_ms")) return;
      // Connection tracking is a module, and its sysctls come with it.
      if (!key.startsWith("net.netfilter.")) expect(existsSync(path), path).toBe(true);
    },
  );
});

describe("a setting", () => {
  const [, whole] = knobs[0]!;
  const parsed = (change: object) =>
    parseKnob("x.yaml", { ...whole, experiments: [], why_not_run: undefined, ...change });
  it("has experiments, or says why there are none", () => {
    expect(() => parsed({})).toThrow("x.yaml: why_not_run: a setting has experiments, or says why there are none");
    expect(() => parsed({ experiments: ["close-four"], why_not_run: "There is one." })).toThrow("x.yaml: why_not_run");
    expect(parsed({ why_not_run: "The simulator has no such setting." }).experiments).toEqual([]);
  });
});

describe("the counters", () => {
  it.each(folder("counters"))("%s is named like its file, as nstat prints it", (file) => {
    const { name } = parseCounter(file, parse(read(file)));
    expect(file).toBe(`content/reference/counters/${name.toLowerCase()}.yaml`);
    const [proc, prefix] = name.startsWith("TcpExt") ? ["/proc/net/netstat", "TcpExt"] : ["/proc/net/snmp", "Tcp"];
    if (existsSync(proc)) expect(readFileSync(proc, "utf8").split(/\s+/)).toContain(name.slice(prefix.length));
  });
});

describe("terms", () => {
  it("have a definition wherever a text marks them", () => {
    const marked = chapters.flatMap(({ file, body }) =>
      [...body.matchAll(/<Term>([^<]+)<\/Term>/g)].map(([, term = ""]) => [file, term] as const),
    );
    expect(marked.length).toBeGreaterThan(0);
    expect(marked.filter(([, term]) => termOf(glossary, term) === undefined)).toEqual([]);
  });
  it("are not defined twice", () => {
    const forms = glossary.flatMap(({ term, also }) => [term, ...also]).map((form) => form.toLowerCase());
    expect(forms.filter((form, at) => forms.indexOf(form) !== at)).toEqual([]);
  });
});

describe("naming", () => {
  it.each([
    ["CLOSE-WAIT", "CLOSE_WAIT goes", true],
    ["CLOSE-WAIT", "a CLOSE-WAIT", true],
    ["CLOSING", "ENCLOSING", false],
    ["tcp_tw_reuse", "tcp_tw_reuse_delay", false],
  ])("%s in “%s”: %s", (name, text, found) => {
    expect(naming(name).test(text)).toBe(found);
  });
});
