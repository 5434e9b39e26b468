/** The threads of a host with the call each is in, and who could end its wait. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { parts } from "../../views/narrate.ts";
import { lastEvent, type Story } from "../../views/steps.ts";
import { threadLabel, type ThreadLine, threadLines } from "../../views/threads.ts";
import { Rich } from "./Rich.tsx";

/** What a thread is in, as a sentence's parts: "`recv()` on descriptor 7, waits for worker-3"; `full`: with the other end. */
export function threadText(line: ThreadLine, t: SimulatorText, full = false): string {
  const { threads: words } = t;
  if (line.op === null) return words.between;
  const call = `${line.op}()`;
  const said = [line.fd === null ? format(words.inPlainCall, { call }) : format(words.inCall, { call, fd: line.fd })];
  if (line.peer !== null && full) said.push(format(words.peer, { peer: line.peer }));
  const { servers } = line;
  // Of many the first and the last: in a pool they are numbered.
  const named = servers.length > 2 ? `${servers[0] ?? ""} … ${servers.at(-1) ?? ""}` : servers.join(", ");
  if (servers.length > 0)
    said.push(format(servers.length === 1 ? words.waitsFor : words.waitsForAny, { servers: named }));
  if (line.bounded) said.push(words.bounded);
  return said.join(", ");
}

/** Threads beside a host before they are only counted. */
const BESIDE = 6;

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly host: string;
  readonly t: SimulatorText;
}

/** Beside the host: one line a thread. The first look inside costs a run, so it comes after the page has been drawn. */
export function ThreadList({ story, n, host, t }: Props): JSX.Element | null {
  const [looked, setLooked] = useState<Story | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      story.run.inside?.(-1);
      setLooked(story);
    });
    return () => clearTimeout(timer);
  }, [story]);
  const now = story.after[n - 1];
  if (!now) return null;
  const inside = looked === story ? (story.run.inside?.(lastEvent(story, n)) ?? null) : null;
  const lines = threadLines(now, inside);
  const own = lines.filter((line) => line.host === host);
  if (own.length === 0) return null;
  const rest = own.slice(BESIDE);
  return (
    <ul class="running" aria-label={format(t.threads.beside, { host })}>
      {own.slice(0, BESIDE).map((line) => (
        <li key={`${line.program} ${line.thread}`}>
          <code>{threadLabel(line, lines)}</code>
          {": "}
          <Rich parts={parts(threadText(line, t), new Set())} />
        </li>
      ))}
      {rest.length > 0 && <li>{format(t.threads.more, { count: rest.length })}</li>}
    </ul>
  );
}
