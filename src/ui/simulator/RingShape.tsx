/** A wait-for cycle, as parts of a drawing: arrows first, so that boxes stand over their ends. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { ring as layRing, type Ring } from "../../views/ring.ts";

/** The cycle as a drawing by itself, with its sentence for who cannot see it. */
export function Cycle({ names, t }: { names: readonly string[]; t: SimulatorText }): JSX.Element {
  const drawn = layRing(names);
  const { width, height } = drawn;
  const label = format(t.threads.picture, { ring: [...names, names[0] ?? ""].join(" → ") });
  return (
    <svg class="ring" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      <RingShape ring={drawn} />
    </svg>
  );
}

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
