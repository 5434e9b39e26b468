/** The tools of "Look closer", together in one file that is fetched when the first of them is opened. */
import address from "../../styles/tools.css?url";
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { tools } from "../../i18n/en/tools.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import type { Story } from "../../views/steps.ts";
import { loadStyle } from "../load-style.ts";
import { Header } from "./Header.tsx";
import type { ToolName } from "./Closer.tsx";
import { States } from "./States.tsx";
import { Take } from "./Take.tsx";
import { Threads } from "./Threads.tsx";
import { Counters, Lsof, Netstat } from "./ToolTexts.tsx";

/** To be awaited before a tool is shown. */
export const styled = (): Promise<void> => loadStyle(address);

export interface ToolProps {
  readonly tool: ToolName;
  readonly story: Story;
  readonly n: number;
  readonly t: SimulatorText;
  readonly id: string;
  readonly labFile: string | null;
  readonly made: readonly string[];
  readonly onLab: () => void;
  readonly locale: Locale;
}

export function Tool({ tool, story, n, t, id, labFile, made, onLab, locale }: ToolProps): JSX.Element {
  const words = pick(locale, { en: tools });
  switch (tool) {
    case "netstat":
      return <Netstat {...{ story, n }} t={words} />;
    case "lsof":
      return <Lsof {...{ story, n }} t={words} />;
    case "threads":
      return <Threads {...{ story, n, t }} words={words.threads} />;
    case "counters":
      return <Counters {...{ story, n }} t={words} />;
    case "states":
      return <States {...{ story, n }} t={words} />;
    case "header":
      return <Header {...{ story, n, id }} t={words} />;
    case "take":
      return <Take {...{ story, id, labFile, made, onLab }} t={words} />;
  }
}
