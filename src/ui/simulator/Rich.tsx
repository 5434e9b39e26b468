/** Sentences and states as the pages set them. */
import type { JSX } from "preact";
import type { State } from "../../engine/trace.ts";
import type { Part } from "../../views/narrate.ts";
import { STATE_LOOKS } from "../../views/states.ts";

/** A state as a chip: mark and name. */
export function Chip({ state }: { state: State }): JSX.Element {
  const { code } = STATE_LOOKS[state];
  return (
    <span class={`st st-${code}`}>
      <svg class="g" aria-hidden="true">
        <use href={`#g-${code}`} />
      </svg>
      {state}
    </span>
  );
}

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
