/** Where a ring of threads closes, across the picture: who waits for whom. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Form } from "../../views/form.ts";
import { ring } from "../../views/ring.ts";
import { type DrawnKnot, KNOT_HEAD } from "../../views/sequence.ts";
import { RingShape } from "./RingShape.tsx";

interface Props {
  readonly knot: DrawnKnot;
  readonly form: Form;
  readonly later: boolean;
  readonly t: SimulatorText;
}

export function KnotShape({ knot, form: { ruler, width }, later, t }: Props): JSX.Element {
  const { y0, y1 } = knot;
  const left = ruler + 10;
  const middle = (left + width) / 2;
  const drawn = ring(knot.ring);
  return (
    <g class={later ? "later ghost" : ""} data-n={knot.n}>
      <rect class="pause" x={left} y={y0} width={width - left} height={y1 - y0} />
      <path class="hair" d={`M${left} ${y0 + 0.5}H${width}M${left} ${y1 - 0.5}H${width}`} />
      <text class="quiet" x={middle} y={y0 + 18} text-anchor="middle">
        {knot.ring.length === 1 ? t.picture.knotSelf : format(t.picture.knot, { count: knot.ring.length })}
      </text>
      <g class="ring" transform={`translate(${middle - drawn.width / 2} ${y0 + KNOT_HEAD})`}>
        <RingShape ring={drawn} />
      </g>
    </g>
  );
}
