/** A segment on its way: an arrow that arrives, one that is lost half-way, one that is still under way. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import type { Form, LaneForm } from "../../views/form.ts";
import { segmentLabel } from "../../views/segments.ts";
import type { Flight } from "../../views/sequence.ts";
import type { Focus } from "./BandShape.tsx";

/** A loop's label stands by its beginning: no line of steps that are left out comes so close below a step. */
const LOOP_LABEL = 11;

interface FlightProps {
  readonly form: Form;
  readonly n: number;
  readonly open: boolean;
  readonly t: SimulatorText;
  readonly flight: Flight;
  readonly focus: Focus;
  /** The run has several connections: a SYN says from which port. */
  readonly several: boolean;
}

export function FlightShape({ flight, form, n, open, focus, several, t }: FlightProps): JSX.Element | null {
  const from = form.hosts[flight.from.host]?.lanes[flight.from.lane] ?? form.hosts[flight.from.host]?.lanes[0];
  const to = form.hosts[flight.to.host]?.lanes[flight.to.lane] ?? form.hosts[flight.to.host]?.lanes[0];
  const sent = flight.sent <= n;
  if (!from || !to || (!sent && !open)) return null;
  const settled = flight.settled !== null && flight.settled <= n;
  const look = `${sent ? "" : "later"}${focus === "out" ? " faint" : ""}`;
  const named = flight.labelAt > 0 && focus !== "out" && (sent || !form.crowded);
  const { wire } = flight.segment;
  const port = several && wire.flags === "S" ? ` from ${wire.src.slice(wire.src.lastIndexOf(":"))}` : "";
  const label = segmentLabel(flight.segment, form.name === "narrow") + port;
  if (flight.from.host === flight.to.host) {
    // A host talking to itself: a loop beside its lifeline.
    const out = form.hosts[flight.from.host]?.wireSide === "right" ? 1 : -1;
    const reach = (out > 0 ? Math.max(from.edge, to.edge) : Math.min(from.edge, to.edge)) + 40 * out;
    const { y0, y1 } = flight;
    return (
      <g class={look} data-n={flight.sent} data-seg={flight.segment.seg}>
        <path
          class={`seg${settled ? "" : " dashed"}`}
          d={`M${from.edge} ${y0}C${reach} ${y0} ${reach} ${y1} ${to.edge + 7 * out} ${y1}`}
        />
        <path class="head" d={`M${to.edge} ${y1}l${7 * out} -4v8Z`} />
        {named && (
          <text
            class={`mono seglab${sent ? "" : " ghost"}`}
            x={reach - 6 * out}
            y={y0 + LOOP_LABEL}
            text-anchor={out > 0 ? "start" : "end"}
          >
            {label}
          </text>
        )}
      </g>
    );
  }
  const rst = flight.segment.wire.flags.includes("R");
  // A host in the middle has peers on both sides.
  const leaves = (lane: LaneForm, at: number, peer: number): number =>
    (form.hosts[at]?.wireSide === "right") === peer > at ? lane.edge : lane.far;
  const x0 = leaves(from, flight.from.host, flight.to.host);
  const x1 = leaves(to, flight.to.host, flight.from.host);
  const direction = x1 >= x0 ? 1 : -1;
  const slope = (flight.y1 - flight.y0) / (x1 - x0 || 1);
  const at = (x: number): number => flight.y0 + (x - x0) * slope;
  const lost = flight.fate === "lost";
  const way = lost ? 0.5 : sent && !settled ? 0.42 : 1;
  const tip = x0 + (x1 - x0) * way;
  const angle = (Math.atan(slope) * 180) / Math.PI;
  const labelX = lost ? x0 + 8 * direction : x0 + (x1 - x0) * flight.labelAt;
  const steep = Math.abs(angle) > 30;
  const seg = `seg${rst ? " rst" : ""}`;
  const done = sent && (settled || flight.fate !== "arrives");
  const back = 7 * direction;
  const arrow = way === 1;
  const shaft = arrow ? tip - back : tip;
  return (
    <g class={look} data-n={flight.sent} data-seg={flight.segment.seg}>
      <path class="hit" d={`M${x0} ${flight.y0}L${x1} ${flight.y1}`} />
      <path class={`${seg}${sent ? "" : " dashed"}`} d={`M${x0} ${flight.y0}L${round(shaft)} ${round(at(shaft))}`} />
      {sent && !done && open && (
        <path class={`${seg} dashed`} d={`M${round(tip)} ${round(at(tip))}L${x1} ${flight.y1}`} />
      )}
      {arrow && (
        <path
          class={rst ? "headrst" : "head"}
          transform={`translate(${x1} ${flight.y1}) rotate(${round(angle)})`}
          d={`M0 0l${-back} -4v8Z`}
        />
      )}
      {arrow && rst && (
        <path
          class="seg rst"
          transform={`translate(${x1} ${flight.y1}) rotate(${round(angle)})`}
          d={`M${-1.8 * back} -5.5v11`}
        />
      )}
      {lost && (sent || open) && (
        <>
          <path
            class="seg cross"
            transform={`translate(${round(tip)} ${round(at(tip))})`}
            d="M-4.5 -4.5L4.5 4.5M4.5 -4.5L-4.5 4.5"
          />
          <text
            class="lost"
            x={round(tip + 9 * direction)}
            y={round(at(tip)) + 3}
            text-anchor={direction > 0 ? "start" : "end"}
          >
            {t.picture.lost}
          </text>
        </>
      )}
      {named && (
        <text
          class={`mono seglab${rst ? " rst" : ""}${sent ? "" : " ghost"}`}
          transform={
            steep
              ? `translate(${round(x0 + 8 * direction)} ${flight.y0 + (form.name === "narrow" ? 14 : 15)})`
              : `translate(${round(labelX)} ${round(at(labelX))}) rotate(${round(angle)})`
          }
          y={lost ? 13 : -5}
          text-anchor={steep || lost ? (direction > 0 ? "start" : "end") : "middle"}
        >
          {label}
        </text>
      )}
    </g>
  );
}

const round = (x: number): number => Math.round(x * 100) / 100;
