/** A sentence as the pages set it. */
import type { JSX } from "preact";
import type { Part } from "../../views/narrate.ts";
import { Chip } from "../Chip.tsx";

export function Rich({ parts }: { parts: readonly Part[] }): JSX.Element {
  return (
    <>
      {parts.map((part) => {
        if (part.kind === "code") return <code>{part.text}</code>;
        if (part.kind === "timer") return <span class="tm">{part.text}</span>;
        if (part.kind === "state") return part.chip ? <Chip state={part.text} /> : <span class="nb">{part.text}</span>;
        return part.text;
      })}
    </>
  );
}
