/** The sentence of the step and the panels. On a phone one panel at a time, picked by tab. */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Narration } from "../../views/narrate.ts";
import { pids } from "../../views/ss.ts";
import type { Story } from "../../views/steps.ts";
import { tcpdump } from "../../views/tcpdump.ts";
import { Now, Ss, Wire } from "./Panels.tsx";
import { Why } from "./Why.tsx";

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly open: boolean;
  readonly t: SimulatorText;
  readonly messages: Narration;
  /** Start of every id in here. */
  readonly uid: string;
  readonly panel: string;
  readonly onPanel: (panel: string) => void;
  readonly onJump: (n: number) => void;
}

export function Beside({ story, n, open, t, messages, uid, panel: wanted, onPanel, onJump }: Props): JSX.Element {
  const [captureHost, setCaptureHost] = useState(story.run.hosts[0]?.name ?? "");
  const dump = useMemo(() => tcpdump(story.run, captureHost), [story, captureHost]);
  const pid = useMemo(() => pids(story.run), [story]);
  const tabs = [
    ...story.run.hosts.map(({ name }, i) => ({ key: `ss${i}`, name: format(t.panels.ss, { host: name }) })),
    { key: "wire", name: t.panels.tcpdump },
    { key: "why", name: t.panels.why },
  ];
  // A link may name a panel that this run does not have.
  const panel = tabs.some(({ key }) => key === wanted) ? wanted : (tabs[0]?.key ?? "");
  const panelProps = (key: string): { id: string; class: string; role: "group"; "aria-label": string } => ({
    id: `${uid}-${key}`,
    class: `panel${panel === key ? " picked" : ""}`,
    role: "group",
    "aria-label": tabs.find((tab) => tab.key === key)?.name ?? "",
  });
  const onTabKey = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const i = tabs.findIndex((tab) => tab.key === panel);
    const next = tabs[(i + by + tabs.length) % tabs.length];
    if (!next) return;
    onPanel(next.key);
    document.getElementById(`${uid}-tab-${next.key}`)?.focus();
  };

  return (
    <>
      {/* The column is as high as the picture: what sticks in it stays beside the picture. */}
      <div class="column">
        <div class="beside">
          <Now {...{ story, n, open, t, messages }} />
          <div class="tabs" role="tablist" aria-label={t.panels.show} onKeyDown={onTabKey}>
            {tabs.map(({ key, name }) => (
              <button
                key={key}
                id={`${uid}-tab-${key}`}
                type="button"
                role="tab"
                aria-selected={panel === key}
                aria-controls={`${uid}-${key}`}
                tabIndex={panel === key ? 0 : -1}
                onClick={() => onPanel(key)}
              >
                {name}
              </button>
            ))}
          </div>
          {story.run.hosts.map(({ name }, i) => {
            const { class: classes, ...rest } = panelProps(`ss${i}`);
            return (
              <section key={name} class={`${classes} term`} {...rest}>
                <Ss {...{ story, n, t, pid }} host={name} />
              </section>
            );
          })}
          <section {...panelProps("why")} class={`${panelProps("why").class} why`}>
            <Why {...{ story, n, t, messages, onJump }} />
          </section>
        </div>
      </div>
      <section {...panelProps("wire")} class={`${panelProps("wire").class} wire term`}>
        <Wire {...{ story, n, t, dump }} host={captureHost} onHost={setCaptureHost} id={uid} />
      </section>
    </>
  );
}
