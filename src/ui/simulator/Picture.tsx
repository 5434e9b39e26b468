/**
 * The sequence diagram. Done is filled, not reached is outline; until a run has been seen once
 * (`open`), nothing below the now-line is drawn. Everything that can be clicked carries `data-n`.
 */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Form } from "../../views/form.ts";
import type { LeftOut, Sequence } from "../../views/sequence.ts";
import { clock, duration, gap } from "../../views/time.ts";
import { BandShape, type Focus } from "./BandShape.tsx";
import { FlightShape } from "./FlightShape.tsx";
import { useKept } from "./kept.ts";
import { KnotShape } from "./KnotShape.tsx";
import { MarkShape } from "./MarkShape.tsx";

interface Props {
  readonly model: Sequence;
  readonly form: Form;
  /** The step reached, from 1. */
  readonly n: number;
  readonly open: boolean;
  readonly t: SimulatorText;
  readonly title: string;
  /** How much of it has room; left out: all. */
  readonly height?: number;
}

type Shown = "done" | "later";

export function Picture({ model, form, n, open, t, title, height = model.height }: Props): JSX.Element {
  const row = model.rows[n - 1];
  const last = n >= model.rows.length;
  const nowY = row?.now ?? 0;
  const wide = form.name === "wide";
  const { ruler, width, wire } = form;
  const shown = (step: number): Shown | null => (step <= n ? "done" : open ? "later" : null);
  const cls = (step: number, name = ""): string => `${name}${step > n ? " ghost later" : ""}`;
  const end = open || last ? model.height - 8 : nowY;
  const silences = model.silences.filter((silence) => shown(silence.n));
  const remark = model.remarks.find((r) => r.n === n);
  const keep = useKept(model, form, open, t);
  const focus = (of: number | null): Focus =>
    !form.crowded || !row || row.of.size === 0 ? "all" : of !== null && row.of.has(of) ? "in" : "out";
  const several = model.connections > 1;
  const side = (step: number): string => (step > n ? "later" : step < n ? "done" : "now");

  return (
    <svg
      class={`fig ${form.name}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={title}
    >
      {row && <rect class="now-b" x="0" y={nowY - 10} width={width} height="20" />}
      {model.hosts.map((host, i) => {
        const at = form.hosts[i];
        if (!at) return null;
        const { length } = model.hosts;
        const right = i === length - 1 && (!wide || length > 2);
        const x = right ? at.right : at.left;
        const anchor = right ? "end" : "start";
        return (
          <g key={host.name}>
            <text class="host" x={x} y="14" text-anchor={anchor}>
              {host.name} {(wide || length < 4) && host.address}
            </text>
            <text x={x} y={wide ? 29 : 28} text-anchor={anchor}>
              {programsText(host.programs, wide, t)}
            </text>
          </g>
        );
      })}
      {wide && (
        <text class="ghost" x={ruler - 6} y="29" text-anchor="end">
          {t.picture.seconds}
        </text>
      )}
      <path class="axis-l" d={axis(ruler, end, silences)} fill="none" />
      {model.moments.map((moment) =>
        shown(moment.n) ? (
          <g key={moment.n} class={cls(moment.n)}>
            <path class="axis-l" d={`M${ruler - 3} ${moment.y}h6`} />
            {(Math.abs(moment.y - nowY) > 15 || !row) && (
              <text class="num" x={ruler - 6} y={moment.y + 4} text-anchor="end">
                {clock(moment.t, !wide)}
              </text>
            )}
          </g>
        ) : null,
      )}
      {model.gaps.map((g) =>
        shown(g.n) && Math.abs(g.y - nowY) > 14 ? (
          <text key={g.n} class={cls(g.n, "ghost num gap")} x={ruler - 6} y={g.y + 4} text-anchor="end">
            {gap(g.us, !wide)}
          </text>
        ) : null,
      )}
      {model.threads.map((thread) => {
        const look = shown(thread.n);
        const host = form.hosts[thread.host];
        const lane = host?.lanes[thread.lane];
        if (!look || !host || !lane) return null;
        const x = (lane.send + lane.recv + lane.rail) / 2;
        const roomy = lane.band.width > 60;
        return (
          <g
            key={`${thread.host}/${thread.lane}/${thread.y0}`}
            class={`st-CL${look === "later" ? " later" : ""}`}
            data-n={thread.n}
          >
            <path class="outl" d={`M${x} ${thread.y0}V${open || last ? thread.y1 : Math.min(thread.y1, nowY)}`} />
            {wide && roomy && (
              <use href="#g-CL" class="g" x={lane.band.x + 6} y={thread.y0 + 5} width="12" height="12" />
            )}
            {roomy && (
              <text class="nm" x={lane.band.x + (wide ? 23 : 5)} y={thread.y0 + 15}>
                {t.picture.noSocket}
              </text>
            )}
          </g>
        );
      })}
      {model.bands.map((band) => {
        const reached = band.n <= n;
        const over = (band.ends !== null && band.ends <= n) || last;
        const until = !reached ? band.y0 : over ? band.y1 : Math.min(nowY, band.y1);
        const key = `band ${band.sock}/${band.n}/${band.y0}`;
        const near = focus(band.of);
        return keep(key, `${reached} ${until} ${near}`, () => (
          <BandShape key={key} {...{ band, form, reached, until, open, t }} focus={near} />
        ));
      })}
      {model.flights.map((flight) => {
        const { segment, sent, settled, y1 } = flight;
        const key = `flight ${segment.seg}/${y1}`;
        const near = focus(flight.of);
        const looks = `${sent <= n} ${settled !== null && settled <= n} ${near}`;
        return keep(key, looks, () => (
          <FlightShape key={key} {...{ flight, form, n, open, several, t }} focus={near} />
        ));
      })}
      {model.marks.map((mark) => {
        const key = `mark ${mark.n}`;
        const look = mark.n > n ? "later" : "done";
        return keep(key, side(mark.n), () =>
          shown(mark.n) && mark.n !== n ? <MarkShape key={key} {...{ mark, form, look }} /> : null,
        );
      })}
      {silences.map((silence) => (
        <g key={silence.n} class={cls(silence.n)} data-n={silence.n}>
          <path class="axis-l" fill="none" d={zigzag(ruler, silence.y0)} />
          <rect
            class="pause"
            x={ruler + 10}
            y={silence.y0}
            width={width - ruler - 10}
            height={silence.y1 - silence.y0}
          />
          <path
            class="hair"
            d={`M${ruler + 10} ${silence.y0 + 0.5}H${width}M${ruler + 10} ${silence.y1 - 0.5}H${width}`}
          />
          <text class="quiet" x={wire.middle} y={silence.y0 + 22} text-anchor="middle">
            {format(t.picture.passes, { time: duration(silence.us) })}
          </text>
          <text class="ghost" x={wire.middle} y={silence.y0 + 37} text-anchor="middle">
            {silenceText(silence, t)}
          </text>
        </g>
      ))}
      {model.leftOut.map((fold) => (
        <g key={fold.n} class={cls(fold.n)} data-n={fold.n}>
          <path class="left-out" d={`M${ruler + 10} ${fold.y}H${width}`} />
          <text class="ghost halo" x={wire.middle} y={fold.y + 4} text-anchor="middle">
            {leftOutText(fold, wide, t)}
          </text>
        </g>
      ))}
      {model.knots.map((knot) =>
        shown(knot.n) ? <KnotShape key={knot.n} {...{ knot, form, t }} later={knot.n > n} /> : null,
      )}
      {model.remarks.map((r) =>
        shown(r.n) && r.n !== n ? (
          <text key={r.n} class={cls(r.n, "ghost halo")} x={wire.middle} y={r.y + 4} text-anchor="middle">
            {remarkText(r, wide, t)}
          </text>
        ) : null,
      )}
      {row && (
        <g class="nowline">
          <path class="now-l" d={`M${ruler + 4} ${nowY}H${width}`} />
          <rect class="now-p" x="0" y={nowY - 10} width={ruler} height="20" />
          <text class="now-t num" x={ruler - 6} y={nowY + 4} text-anchor="end">
            {clock(row.t, !wide)}
          </text>
          {model.marks.map((mark) =>
            mark.n === n ? <MarkShape key={mark.n} {...{ mark, form, look: "now" }} /> : null,
          )}
          {remark && (
            <>
              <rect class="now-b" x={wire.left + 2} y={remark.y - 9} width={wire.right - wire.left - 4} height="18" />
              <text class="nowlab" x={wire.middle} y={remark.y + 4} text-anchor="middle">
                {remarkText(remark, wide, t)}
              </text>
            </>
          )}
        </g>
      )}
      {!last && clear(model, nowY) && (
        <text class="ghost gap" x={wire.middle} y={nowY + 30} text-anchor="middle">
          {open ? t.picture.notReached : n === 1 ? t.picture.firstRun : ""}
        </text>
      )}
    </svg>
  );
}

/** Nothing is written on the wire just below the now-line. */
function clear(model: Sequence, nowY: number): boolean {
  const free = (y0: number, y1: number): boolean => y1 < nowY + 12 || y0 > nowY + 44;
  return (
    model.flights.every((flight) => free(flight.y0 - 16, flight.y1)) &&
    [...model.silences, ...model.knots].every(({ y0, y1 }) => free(y0, y1)) &&
    model.leftOut.every(({ y }) => free(y - 8, y + 8))
  );
}

/** All names if they have room, else the first, the last and how many; on a phone how many. */
function programsText(programs: readonly string[], wide: boolean, t: SimulatorText): string {
  const all = programs.join(", ");
  if (all.length <= (wide ? 34 : 24) || programs.length < 3) return all;
  const values = { first: programs[0] ?? "", last: programs.at(-1) ?? "", count: programs.length };
  return format(wide ? t.picture.programs : t.picture.programCount, values);
}

function leftOutText({ count, middle }: LeftOut, wide: boolean, t: SimulatorText): string {
  if (middle) return format(t.picture.skipped, { count });
  if (count === 1) return wide ? t.picture.leftOutOne : t.picture.leftOutOneShort;
  return format(wide ? t.picture.leftOut : t.picture.leftOutShort, { count });
}

function silenceText({ timers }: Sequence["silences"][number], t: SimulatorText): string {
  if (timers.length === 0) return t.picture.silence;
  const running = timers.map(({ name, hosts }) => format(t.picture.timerOn, { name, hosts: hosts.join(", ") }));
  return format(t.picture.silenceTimers, { timers: running.join("; ") });
}

function remarkText(remark: Sequence["remarks"][number], wide: boolean, t: SimulatorText): string {
  return remark.is === "outside" ? remark.text : wide ? t.picture.timerFires : t.picture.timerFiresShort;
}

function axis(x: number, end: number, silences: Sequence["silences"]): string {
  let path = `M${x} 40`;
  for (const silence of silences) path += `V${silence.y0}M${x} ${silence.y1}`;
  return `${path}V${Math.max(end, 40)}`;
}

const zigzag = (x: number, y: number): string => `M${x} ${y}l-5 8l10 10.7l-10 10.7l10 10.6l-5 8`;
