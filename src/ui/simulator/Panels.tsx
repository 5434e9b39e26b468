/** What an engineer would see at this moment: `ss` on each host, tcpdump, and why it came to this. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { narrate, type Narration, parts, ruleSource } from "../../views/narrate.ts";
import type { Snapshot } from "../../views/snapshot.ts";
import { COLUMNS, ssChanges, type SsColumn, type SsLine, ssLines, ssTable } from "../../views/ss.ts";
import { STATE_LOOKS } from "../../views/states.ts";
import type { Story } from "../../views/steps.ts";
import type { DumpLine } from "../../views/tcpdump.ts";
import { clock } from "../../views/time.ts";
import { Rich } from "./Rich.tsx";
import { ThreadList } from "./ThreadList.tsx";

interface PanelProps {
  readonly story: Story;
  readonly n: number;
  readonly t: SimulatorText;
}

/** Step, time, sentence, rule. */
export function Now({
  story,
  n,
  open,
  t,
  messages,
}: PanelProps & { open: boolean; messages: Narration }): JSX.Element | null {
  const step = story.steps[n - 1];
  if (!step) return null;
  const { what, why } = narrate(story, n, messages);
  const source = step.rule === null ? null : ruleSource(step.rule);
  return (
    <section class="now">
      <div class="count">
        <span>
          <b>{format(t.now.step, { n })}</b> {open && format(t.now.of, { count: story.steps.length })}
        </span>
        <span>{format(t.now.where, { time: clock(step.t), host: step.host })}</span>
      </div>
      <p>
        <Rich parts={what} />
      </p>
      {why.length > 0 && (
        <p class="reason">
          <Rich parts={why} />
        </p>
      )}
      {source && (
        <dl>
          <dt>{t.now.rule}</dt>
          <dd>
            <code>{step.rule}</code>
          </dd>
          <dt>{t.now.linux}</dt>
          <dd>
            <code>{source.linux}</code>
          </dd>
          <dt>{t.now.rfc}</dt>
          <dd>{source.rfc?.replace(/^RFC /, "") ?? t.now.noRfc}</dd>
        </dl>
      )}
    </section>
  );
}

interface SsProps extends PanelProps {
  readonly host: string;
  readonly pid: ReadonlyMap<string, number>;
}

/** `ss -tanop` on one host. What the step changed is marked, and who holds a socket is said in words. */
export function Ss({ story, n, t, host, pid }: SsProps): JSX.Element {
  const now = story.after[n - 1];
  const before = story.after[n - 2];
  const lines = now ? ssLines(now, host, pid) : [];
  const earlier = before ? ssLines(before, host, pid) : [];
  const [heading = [], ...cells] = ssTable(lines);
  const passed = (story.steps[n - 1]?.t ?? 0) - (story.steps[n - 2]?.t ?? 0);
  return (
    <>
      <h3>
        <b>{host}</b> <span>{t.panels.ssCommand}</span>
      </h3>
      <pre>
        {/* Where it has no room, it breaks between its columns. */}
        <span class="ln h">{heading.map((cell) => cell.replace(" Address", "\u00a0Address"))}</span>
        {lines.map((line, i) => (
          <Line
            key={line.socket.sock}
            line={line}
            cells={cells[i] ?? []}
            changed={n > 1 ? ssChanges(line, same(earlier, line), passed) : []}
          />
        ))}
        {lines.length === 0 && <span class="ln h">{t.panels.noSocket}</span>}
      </pre>
      {now && (
        <span class="say">
          <Said {...{ now, host, lines, t }} />
        </span>
      )}
      <ThreadList {...{ story, n, host, t }} />
    </>
  );
}

const same = (lines: readonly SsLine[], line: SsLine): SsLine | undefined =>
  lines.find((other) => other.socket.sock === line.socket.sock);

interface LineProps {
  readonly line: SsLine;
  readonly cells: readonly string[];
  readonly changed: readonly SsColumn[];
}

function Line({ line, cells, changed }: LineProps): JSX.Element {
  return (
    <span class="ln">
      {cells.map((cell, i) => {
        const column = COLUMNS[i] ?? "state";
        const text = cell.trim();
        const classes = [
          column === "state" ? `s st-${STATE_LOOKS[line.socket.state].code}` : "",
          changed.includes(column) ? "new" : "",
        ];
        const name = classes.filter((c) => c !== "").join(" ");
        if (name === "" || text === "") return cell;
        const [before, after] = cell.split(text);
        return [before, <span class={name}>{text}</span>, after];
      })}
    </span>
  );
}

function Said({
  now,
  host,
  lines,
  t,
}: {
  now: Snapshot;
  host: string;
  lines: readonly SsLine[];
  t: SimulatorText;
}): JSX.Element {
  const said: string[] = [];
  for (const { socket } of lines) {
    if (socket.holder || socket.state === "LISTEN") continue;
    if (socket.orphan || socket.mini) said.push(format(t.panels.orphan, { state: socket.state }));
    else if (socket.state !== "SYN-RECEIVED") said.push(format(t.panels.unaccepted, { state: socket.state }));
  }
  const threads = now.threads.filter((thread) => thread.host === host && !thread.ended);
  if (threads.length === 0 && lines.length === 0) said.push(t.panels.noProcess);
  return <Rich parts={parts([...new Set(said)].slice(0, 4).join(" "), new Set(ALL))} />;
}

const ALL = Object.keys(STATE_LOOKS) as (keyof typeof STATE_LOOKS)[];

interface WireProps extends PanelProps {
  readonly dump: readonly DumpLine[];
  readonly host: string;
  readonly onHost: (host: string) => void;
  readonly id: string;
}

/** The capture so far on one host. */
export function Wire({ story, n, t, dump, host, onHost, id }: WireProps): JSX.Element {
  const lines = dump.filter((line) => (story.stepOf.get(line.event) ?? Infinity) <= n);
  const skipped = (line: DumpLine | undefined): number =>
    story.steps[(story.stepOf.get(line?.event ?? -1) ?? 0) - 1]?.skipped ?? 0;
  return (
    <>
      <h3>
        <b>{t.panels.wire}</b>
        <fieldset class="on-host">
          <legend class="vh">{t.panels.captureOn}</legend>
          <span>{format(t.panels.tcpdumpCommand, { host: "" }).trimEnd()}</span>
          {story.run.hosts.map(({ name }) => (
            <label key={name}>
              <input type="radio" name={`${id}-capture`} checked={name === host} onChange={() => onHost(name)} />
              {name}
            </label>
          ))}
        </fieldset>
      </h3>
      <pre>
        {lines.map((line, i) => {
          const count = skipped(line);
          if (count > 0)
            return skipped(lines[i - 1]) > 0 ? null : <span class="ln h">{format(t.picture.skipped, { count })}</span>;
          const [head = "", options, tail] = line.text.split(/(, options \[.*?\])/);
          const fresh = story.stepOf.get(line.event) === n && n > 1;
          return (
            <span key={line.event} class="ln">
              <span class="h">{line.time}</span> <span class={fresh ? "new" : ""}>{head}</span>
              <span class="h">{options}</span>
              {tail}
            </span>
          );
        })}
        {lines.length === 0 && <span class="ln h">{t.panels.nothingYet}</span>}
      </pre>
    </>
  );
}
