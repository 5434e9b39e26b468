/** `netstat`, `lsof` and the counters of every host, in the tools' own layout. */
import type { JSX } from "preact";
import type { ToolsText } from "../../i18n/en/tools.ts";
import { counterLines, counterText, NSTAT_HEADING } from "../../views/counters.ts";
import { inodes, lsofText } from "../../views/lsof.ts";
import { parts } from "../../views/narrate.ts";
import { netstatText } from "../../views/netstat.ts";
import { pids, ssLines } from "../../views/ss.ts";
import { lastEvent, type Story } from "../../views/steps.ts";
import { Rich } from "./Rich.tsx";

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly t: ToolsText;
}

interface TermProps {
  readonly host: string;
  readonly command: string;
  readonly children: JSX.Element;
}

function Term({ host, command, children }: TermProps): JSX.Element {
  return (
    <section class="term">
      <h3>
        <b>{host}</b> <span>{command}</span>
      </h3>
      {children}
    </section>
  );
}

/** Marks the lines that were not there, or not like this, before the step. */
function Lines({ text, before, label }: { text: string; before: string | null; label: string }): JSX.Element {
  const known = new Set(before?.split("\n"));
  return (
    <pre class="cols" tabIndex={0} role="group" aria-label={label}>
      {text.split("\n").map((line, i) => (
        <span key={i} class="ln">
          {before === null || known.has(line) ? line : <span class="new">{line}</span>}
        </span>
      ))}
    </pre>
  );
}

export function Netstat({ story, n, t }: Props): JSX.Element {
  const pid = pids(story.run);
  const text = (step: number, host: string): string | null => {
    const now = story.after[step - 1];
    return now ? netstatText(ssLines(now, host, pid), pid) : null;
  };
  return (
    <>
      {story.run.hosts.map(({ name }) => (
        <Term key={name} host={name} command={t.texts.netstatCommand}>
          <Lines text={text(n, name) ?? ""} before={text(n - 1, name)} label={`${t.texts.netstatCommand}, ${name}`} />
        </Term>
      ))}
    </>
  );
}

export function Lsof({ story, n, t }: Props): JSX.Element {
  const pid = pids(story.run);
  const inode = inodes(story.after.at(-1)?.sockets ?? []);
  const text = (step: number, host: string): string | null => {
    const now = story.after[step - 1];
    return now ? lsofText(ssLines(now, host, pid), pid, inode) : null;
  };
  return (
    <>
      {story.run.hosts.map(({ name }) => {
        const now = text(n, name) ?? "";
        return (
          <Term key={name} host={name} command={t.texts.lsofCommand}>
            {now === "" ? (
              <span class="say">
                <Rich parts={parts(t.texts.lsofEmpty, new Set())} />
              </span>
            ) : (
              <Lines text={now} before={text(n - 1, name)} label={`${t.texts.lsofCommand}, ${name}`} />
            )}
          </Term>
        );
      })}
      <p class="say">{t.texts.inodes}</p>
    </>
  );
}

export function Counters({ story, n, t }: Props): JSX.Element {
  const { inside, hosts } = story.run;
  if (!inside) return <p class="say">{t.texts.recordingOnly}</p>;
  const now = inside(lastEvent(story, n)).counters;
  const before = inside(lastEvent(story, n - 1)).counters;
  return (
    <>
      {hosts.map(({ name }) => {
        const lines = counterLines(now.get(name) ?? {}, before.get(name) ?? {});
        return (
          <Term key={name} host={name} command={t.texts.countersCommand}>
            <pre class="cols" tabIndex={0} role="group" aria-label={`${t.texts.countersCommand}, ${name}`}>
              <span class="ln h">{NSTAT_HEADING}</span>
              {lines.map((line) => (
                <span key={line.key} class="ln">
                  {line.added > 0 ? <span class="new">{counterText(line)}</span> : counterText(line)}
                  {line.added > 0 && <b> +{line.added}</b>}
                </span>
              ))}
              {lines.length === 0 && <span class="ln h">{t.texts.noCounters}</span>}
            </pre>
          </Term>
        );
      })}
      <p class="say">{t.texts.countersHow}</p>
    </>
  );
}
