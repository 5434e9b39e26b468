/** A state as a chip: mark and name, as the pages set it. */
import type { JSX } from "preact";
import type { State } from "../engine/trace.ts";
import { STATE_LOOKS } from "../views/states.ts";

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
