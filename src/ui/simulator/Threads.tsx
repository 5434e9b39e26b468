/** Each thread with the call it is in and who could end its wait; the wait-for cycle, named and drawn. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import type { ToolsText } from "../../i18n/en/tools.ts";
import { format } from "../../i18n/format.ts";
import { parts } from "../../views/narrate.ts";
import { lastEvent, type Story } from "../../views/steps.ts";
import { threadLabel, threadLines, waitCycle } from "../../views/threads.ts";
import { Rich } from "./Rich.tsx";
import { threadText } from "./ThreadList.tsx";
import { Cycle } from "./RingShape.tsx";

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly t: SimulatorText;
  readonly words: ToolsText["threads"];
}

export function Threads({ story, n, t, words }: Props): JSX.Element {
  const now = story.after[n - 1];
  const { inside, hosts } = story.run;
  const look = inside?.(lastEvent(story, n)) ?? null;
  const lines = now ? threadLines(now, look) : [];
  const cycle = look && now ? waitCycle(look).map((one) => threadLabel(one, now.threads)) : [];
  return (
    <div class="threads">
      {hosts.map(({ name }) => {
        const own = lines.filter(({ host }) => host === name);
        return (
          <section key={name}>
            <h3>{name}</h3>
            {own.length === 0 && <p class="say">{words.none}</p>}
            <dl>
              {own.map((line) => (
                <div key={`${line.program} ${line.thread}`} class={line.stuck ? "stuck" : ""}>
                  <dt>
                    <code>{threadLabel(line, lines)}</code>
                    {line.stuck && <b>{words.stuck}</b>}
                  </dt>
                  <dd>
                    <Rich parts={parts(threadText(line, t, true), new Set())} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        );
      })}
      {look && (
        <section class="cycle">
          <p class={cycle.length > 0 ? "found" : "say"}>
            {cycle.length === 0
              ? words.noCycle
              : cycle.length === 2
                ? format(words.cycleSelf, { thread: cycle[0] ?? "" })
                : format(words.cycle, { ring: cycle.join(" → "), count: cycle.length - 1 })}
          </p>
          {cycle.length > 2 && <Cycle names={cycle.slice(0, -1)} t={t} />}
        </section>
      )}
    </div>
  );
}
