/**
 * What a tool printed on a host during a recording: the captured text where the recording has it, else
 * the site's own printing of what was recorded. For questions that ask to read it.
 */
import { counterLines, counterText, NSTAT_HEADING } from "./counters.ts";
import { ssLines, pids, ssText } from "./ss.ts";
import { snapshot, type Run } from "./snapshot.ts";
import { tcpdump } from "./tcpdump.ts";

/** The commands behind the tools' names, as the lab runs them. */
const COMMANDS = {
  ss: "ss -tanop",
  netstat: "netstat -tanop",
  lsof: "lsof -nP -i",
  sockstat: "/proc/net/sockstat",
  nstat: "nstat -a 'Tcp*'",
  tcpdump: "tcpdump -nn",
  threads: "threads",
} as const;

export interface Wanted {
  readonly host: string;
  readonly tool: keyof typeof COMMANDS;
  /** null for tcpdump, which sees the whole run. */
  readonly probe: string | null;
  /** First and last line, counted from 1; null: all. */
  readonly lines: readonly [number, number] | null;
}

/** Lines that match, the first one too, which names the columns; columns from `cut` on left out. */
export function excerpt(text: string, keep: RegExp | null, cut: string | null): string {
  const lines = text.split("\n");
  const kept = keep ? lines.filter((line) => keep.test(line)) : lines;
  if (kept.length === 0) throw new Error(`no line matches ${String(keep)}`);
  const end = cut === null ? -1 : (kept[0] ?? "").indexOf(cut);
  if (cut !== null && end < 0) throw new Error(`the first line has no column "${cut}"`);
  return squeezed(end < 0 ? kept : kept.map((line) => line.slice(0, end)));
}

/** Columns stay columns, with no more room between them than one space. */
function squeezed(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const blank = Array.from({ length: width }, (_, at) => lines.every((line) => (line[at] ?? " ") === " "));
  const stay = blank.map((empty, at) => !empty || !(blank[at - 1] ?? true));
  return lines
    .map((line) =>
      [...line]
        .filter((_, at) => stay[at])
        .join("")
        .trimEnd(),
    )
    .join("\n");
}

/** The command as typed and what it printed. Throws an Error saying what the recording lacks. */
export function toolOutput(run: Run, wanted: Wanted): { readonly command: string; readonly text: string } {
  const { host, tool, lines } = wanted;
  if (!run.hosts.some(({ name }) => name === host)) throw new Error(`the recording has no host ${host}`);
  const command = tool === "sockstat" ? `cat ${COMMANDS.sockstat}` : COMMANDS[tool];
  const all = (tool === "tcpdump" ? dump(run, host) : atProbe(run, wanted)).trimEnd().split("\n");
  if (lines && lines[1] > all.length)
    throw new Error(`${command} on ${host} printed ${all.length} lines, not ${lines[1]}`);
  const text = (lines ? all.slice(lines[0] - 1, lines[1]) : all).map((line) => line.trimEnd()).join("\n");
  if (text === "") throw new Error(`${command} on ${host} printed nothing`);
  return { command, text };
}

function dump(run: Run, host: string): string {
  return tcpdump(run, host)
    .map(({ time, text }) => `${time} ${text}`)
    .join("\n");
}

function atProbe(run: Run, { host, tool, probe }: Wanted): string {
  const captured = run.events.find(
    (event) => event.k === "capture" && event.host === host && event.probe === probe && event.tool === COMMANDS[tool],
  );
  if (captured?.k === "capture") return captured.text;
  const at = run.events.findIndex((event) => event.k === "probe" && event.host === host && event.probe === probe);
  const found = run.events[at];
  if (found?.k !== "probe") throw new Error(`the recording has no probe ${probe} of host ${host}`);
  // Every probe reads the counters; the run began with all of them at zero.
  if (tool === "nstat") return [NSTAT_HEADING, ...counterLines(found.counters, {}).map(counterText)].join("\n");
  if (tool !== "ss")
    throw new Error(`nothing was captured of ${tool} at probe ${probe} on ${host}: give it \`capture\``);
  return ssText(ssLines(snapshot(run, at), host, pids(run)));
}
