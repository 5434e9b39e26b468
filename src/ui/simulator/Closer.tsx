/** "Look closer": a row of tools, one open at a time. What they need is fetched when the first is opened. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import type { Locale } from "../../i18n/index.ts";
import type { Story } from "../../views/steps.ts";
import type { ToolProps } from "./tools.tsx";

export const TOOLS = ["states", "header", "threads", "netstat", "lsof", "counters", "take"] as const;
export type ToolName = (typeof TOOLS)[number];

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly t: SimulatorText;
  readonly id: string;
  readonly uid: string;
  readonly labFile: string | null;
  /** Changes in the run that is shown, in words, and the experiment with them as a file for the lab. */
  readonly made: readonly string[];
  readonly onLab: () => void;
  readonly locale: Locale;
  readonly tool: ToolName | null;
  readonly onTool: (tool: ToolName | null) => void;
}

export function Closer(props: Props): JSX.Element {
  const { t, uid, tool, onTool } = props;
  const [loaded, setLoaded] = useState<{ readonly Tool: (props: ToolProps) => JSX.Element } | null>(null);
  useEffect(() => {
    if (tool === null || loaded) return;
    void import("./tools.tsx").then(async ({ Tool, styled }) => {
      await styled();
      setLoaded({ Tool });
    });
  }, [tool, loaded]);
  return (
    <div class="closer" role="group" aria-labelledby={`${uid}-closer`}>
      <div class="bar">
        <h3 id={`${uid}-closer`}>{t.tools.title}</h3>
        {TOOLS.map((name) => (
          <button
            key={name}
            type="button"
            aria-expanded={tool === name}
            aria-controls={`${uid}-tool`}
            onClick={() => onTool(tool === name ? null : name)}
          >
            {t.tools.names[name]}
          </button>
        ))}
      </div>
      <div id={`${uid}-tool`} class="tool">
        {tool !== null && (loaded ? <loaded.Tool {...props} tool={tool} /> : <p class="say">{t.tools.loading}</p>)}
      </div>
    </div>
  );
}
