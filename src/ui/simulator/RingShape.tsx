/** A wait-for cycle, as parts of a drawing: arrows first, so that boxes stand over their ends. */
import type { JSX } from "preact";
import type { Ring } from "../../views/ring.ts";

export function RingShape({ ring: { names, arrows, box } }: { ring: Ring }): JSX.Element {
  return (
    <>
      {arrows.map(({ shaft, head }) => (
        <g key={shaft}>
          <path class="arc" d={shaft} />
          <path class="tip" d={head} />
        </g>
      ))}
      {names.map(({ name, x, y }) => (
        <g key={name}>
          <rect x={x - box.width / 2} y={y - box.height / 2} width={box.width} height={box.height} />
          <text x={x} y={y + 4} text-anchor="middle">
            {name}
          </text>
        </g>
      ))}
    </>
  );
}
