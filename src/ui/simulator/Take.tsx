/** What a reader can take away: captures, the trace, the picture, the lab file. Made here, on use; nothing is asked for. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { printEvent } from "../../experiment/trace-file.ts";
import type { ToolsText } from "../../i18n/en/tools.ts";
import { format } from "../../i18n/format.ts";
import { pcapng } from "../../views/pcapng.ts";
import type { Story } from "../../views/steps.ts";
import { png, svgText } from "./picture-file.ts";

interface Props {
  readonly story: Story;
  readonly t: ToolsText;
  /** The experiment's id: names of files begin with it. */
  readonly id: string;
  readonly labFile: string | null;
}

function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has to have begun with it before the address goes.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function Take({ story, t, id, labFile }: Props): JSX.Element {
  const [trouble, setTrouble] = useState("");
  const { take } = t;
  const capture = (host: string): void => {
    const bytes = pcapng(story.run, host, { program: "Last ACK", comment: `experiment ${id}, host ${host}` });
    save(`${id}.${host}.pcapng`, new Blob([bytes as BlobPart], { type: "application/octet-stream" }));
  };
  const trace = (): void => {
    const lines = story.run.events.map((event) => `${printEvent(event)}\n`);
    save(`${id}.jsonl`, new Blob(lines, { type: "application/jsonl" }));
  };
  const picture = async (kind: "svg" | "png", from: HTMLElement): Promise<void> => {
    const drawn = [...(from.closest(".sim")?.querySelectorAll<SVGSVGElement>("svg.fig") ?? [])].find(
      (one) => one.getBoundingClientRect().height > 0,
    );
    if (!drawn) return;
    const text = svgText(drawn);
    try {
      const { width, height } = drawn.viewBox.baseVal;
      const content = kind === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await png(text, width, height);
      save(`${id}.${kind}`, content);
      setTrouble("");
    } catch (error) {
      setTrouble(format(take.failed, { reason: error instanceof Error ? error.message : String(error) }));
    }
  };
  return (
    <div class="take">
      <ul>
        {story.run.hosts.map(({ name }) => (
          <li key={name}>
            <button type="button" class="btn" onClick={() => capture(name)}>
              {format(take.capture, { host: name })}
            </button>
          </li>
        ))}
      </ul>
      <p class="say">{take.captureNote}</p>
      <ul>
        <li>
          <button type="button" class="btn" onClick={trace}>
            {take.trace}
          </button>
        </li>
        <li>
          <button type="button" class="btn" onClick={(event) => void picture("svg", event.currentTarget)}>
            {take.svg}
          </button>
        </li>
        <li>
          <button type="button" class="btn" onClick={(event) => void picture("png", event.currentTarget)}>
            {take.png}
          </button>
        </li>
        {labFile !== null && (
          <li>
            <a class="btn" href={labFile} download>
              {take.lab}
            </a>
          </li>
        )}
      </ul>
      <p class="say">
        {take.traceNote} {labFile !== null && take.labNote}
      </p>
      {trouble !== "" && (
        <p class="notice" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}
