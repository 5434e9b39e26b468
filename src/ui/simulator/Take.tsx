/** What a reader can take away: captures, the trace, the picture, the lab file. Made here, on use; nothing is asked for. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { printTrace, type TraceHeader } from "../../experiment/trace-file.ts";
import type { ToolsText } from "../../i18n/en/tools.ts";
import { format } from "../../i18n/format.ts";
import { pcapng } from "../../views/pcapng.ts";
import type { Story } from "../../views/steps.ts";
import { png, svgText } from "./picture-file.ts";

interface Props {
  readonly story: Story;
  readonly t: ToolsText;
  readonly id: string;
  readonly labFile: string | null;
  /** The changes in the run, in words. */
  readonly made: readonly string[];
  readonly onLab: () => void;
}

/** More changes than this are counted in a capture's comment. */
const MOST_NAMED = 8;

/** Whose run it is, for the names of files: `close-four.linux-6.18.44`, `close-four-changed.simulated`. */
function nameOf({ experiment, world, kernel }: TraceHeader): string {
  return `${experiment}.${world === "linux" ? `linux-${kernel}` : "simulated"}`;
}

function commentOf(header: TraceHeader, host: string, made: readonly string[], t: ToolsText): string {
  const { comment } = t.take;
  const kernel = header.hosts.find(({ name }) => name === host)?.kernel ?? header.kernel;
  const of = format(comment[header.world], { id: header.experiment, host, kernel });
  if (made.length === 0) return of;
  const first = made.slice(0, MOST_NAMED).join(", ");
  const count = made.length - MOST_NAMED;
  return format(comment.changed, { of, changes: count > 0 ? format(comment.more, { changes: first, count }) : first });
}

function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has to have begun with it before the address goes.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function Take({ story, t, id, labFile, made, onLab }: Props): JSX.Element {
  const [trouble, setTrouble] = useState("");
  const { take } = t;
  const { header, events } = story.run;
  const name = header ? nameOf(header) : id;
  const capture = (host: string): void => {
    const comment = header ? commentOf(header, host, made, t) : "";
    const bytes = pcapng(story.run, host, { program: "Last ACK", comment });
    save(`${name}.${host}.pcapng`, new Blob([bytes as BlobPart], { type: "application/octet-stream" }));
  };
  const trace = (): void => {
    if (header) save(`${name}.jsonl`, new Blob([printTrace({ header, events })], { type: "application/jsonl" }));
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
      save(`${name}.${kind}`, content);
      setTrouble("");
    } catch (error) {
      setTrouble(format(take.failed, { reason: error instanceof Error ? error.message : String(error) }));
    }
  };
  return (
    <div class="take">
      <ul>
        {story.run.hosts.map(({ name: host }) => (
          <li key={host}>
            <button type="button" class="btn" onClick={() => capture(host)}>
              {format(take.capture, { host })}
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
            {made.length > 0 ? (
              <button type="button" class="btn" onClick={onLab}>
                {take.labChanged}
              </button>
            ) : (
              <a class="btn" href={labFile} download>
                {take.lab}
              </a>
            )}
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
