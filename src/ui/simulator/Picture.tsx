/**
 * The sequence diagram. Done is filled, not reached is outline; until a run has been seen once
 * (`open`), nothing below the now-line is drawn. Everything that can be clicked carries `data-n`.
 */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { segmentLabel } from "../../views/segments.ts";
import type { Band, Flight, Form, HostForm, Mark, Sequence, Sub } from "../../views/sequence.ts";
import { STATE_LOOKS, type Rail } from "../../views/states.ts";
import { clock, duration, gap } from "../../views/time.ts";
import { useKept } from "./kept.ts";

interface Props {
  readonly model: Sequence;
  readonly form: Form;
  /** The step reached, from 1. */
  readonly n: number;
  readonly open: boolean;
  readonly t: SimulatorText;
  readonly title: string;
}

type Shown = "done" | "later";

export function Picture({ model, form, n, open, t, title }: Props): JSX.Element {
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
  const side = (step: number): string => (step > n ? "later" : step < n ? "done" : "now");

  return (
    <svg
      class={`fig ${form.name}`}
      viewBox={`0 0 ${width} ${model.height}`}
      width={width}
      height={model.height}
      role="img"
      aria-label={title}
    >
      {row && <rect class="now-b" x="0" y={nowY - 10} width={width} height="20" />}
      {model.hosts.map((host, i) => {
        const at = form.hosts[i];
        if (!at) return null;
        const right = !wide && i === model.hosts.length - 1;
        const x = right ? at.right : at.left;
        const anchor = right ? "end" : "start";
        return (
          <g key={host.name}>
            <text class="host" x={x} y="14" text-anchor={anchor}>
              {host.name} {host.address}
            </text>
            <text x={x} y={wide ? 29 : 28} text-anchor={anchor}>
              {host.programs.join(", ")}
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
        return keep(key, `${reached} ${until}`, () => (
          <BandShape key={key} {...{ band, form, reached, until, open, t }} />
        ));
      })}
      {model.flights.map((flight) => {
        const { segment, sent, settled, y1 } = flight;
        const key = `flight ${segment.seg}/${y1}`;
        const looks = `${sent <= n} ${settled !== null && settled <= n}`;
        return keep(key, looks, () => <FlightShape key={key} {...{ flight, form, n, open, t }} />);
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
              <rect class="now-b" x={wire.left + 2} y={nowY - 9} width={wire.right - wire.left - 4} height="18" />
              <text class="nowlab" x={wire.middle} y={nowY + 4} text-anchor="middle">
                {remarkText(remark, wide, t)}
              </text>
            </>
          )}
        </g>
      )}
      {!last && clear(model, nowY, silences) && (
        <text class="ghost gap" x={wire.middle} y={nowY + 30} text-anchor="middle">
          {open ? t.picture.notReached : n === 1 ? t.picture.firstRun : ""}
        </text>
      )}
    </svg>
  );
}

/** Nothing is written on the wire just below the now-line. */
function clear(model: Sequence, nowY: number, silences: Sequence["silences"]): boolean {
  const free = (y0: number, y1: number): boolean => y1 < nowY + 12 || y0 > nowY + 44;
  return model.flights.every((flight) => free(flight.y0 - 16, flight.y1)) && silences.every((s) => free(s.y0, s.y1));
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

interface BandProps extends Pick<Props, "form" | "open" | "t"> {
  readonly band: Band;
  readonly reached: boolean;
  /** How far down it is filled. */
  readonly until: number;
}

function BandShape({ band, form, reached, until, open, t }: BandProps): JSX.Element | null {
  const host = form.hosts[band.host];
  const lane = host?.lanes[band.lane];
  if (!host || !lane) return null;
  if (!reached && !open) return null;
  const { code, ss, send, recv } = STATE_LOOKS[band.state];
  const full = lane.band.width >= 100;
  const middling = lane.band.width >= 62;
  const marked = full || (!middling && lane.band.width >= 40);
  const name = full ? band.state : middling ? ss : code;
  const x = lane.band.x + (full ? 23 : marked ? 19 : middling ? 5 : 3);
  const left = Math.min(lane.band.x, lane.send, lane.recv);
  const span = lane.band.width + 2 * lane.rail;
  const room = band.y1 - band.y0;
  const showLabel = room >= 18 && (reached || open);
  return (
    <g class={`st-${code}`} data-n={band.n}>
      {until > band.y0 && (
        <>
          <rect class="tint" x={lane.band.x} y={band.y0} width={lane.band.width} height={until - band.y0} />
          <RailShape
            rail={recv}
            x={lane.recv}
            width={lane.rail}
            y0={band.y0}
            y1={until}
            inner={recv === "none" && send !== "none"}
            host={host}
            far
          />
          <RailShape
            rail={send}
            x={lane.send}
            width={lane.rail}
            y0={band.y0}
            y1={until}
            inner={send === "none" && recv !== "none"}
            host={host}
          />
        </>
      )}
      {open && until < band.y1 && (
        <g class="later">
          <path
            class="none"
            d={`M${Math.min(lane.send, lane.recv) + 0.5} ${Math.max(until, band.y0)}V${band.y1}M${Math.max(lane.send, lane.recv) + lane.rail - 0.5} ${Math.max(until, band.y0)}V${band.y1}`}
          />
          {!reached && <path class="none outl" d={`M${left} ${band.y0}h${span}`} />}
        </g>
      )}
      {reached && band.cut && <path class="cut" d={`M${left} ${band.y0}h${span}`} />}
      {showLabel && (
        <g class={reached ? "" : "later"}>
          {marked && (
            <use
              href={`#g-${code}`}
              class="g"
              x={lane.band.x + (full ? 6 : 4)}
              y={band.y0 + 5}
              width="12"
              height="12"
            />
          )}
          <text class="nm" x={x} y={band.y0 + 15}>
            {name}
          </text>
          {middling &&
            band.subs.map((sub, i) =>
              room >= 18 + 13 * (i + 1) ? (
                <text key={sub.is} class="sub" x={x} y={band.y0 + 28 + 13 * i}>
                  {subText(sub, full, t)}
                </text>
              ) : null,
            )}
        </g>
      )}
    </g>
  );
}

export function subText(sub: Sub, full: boolean, t: SimulatorText): string {
  if (sub.is === "timer") return format(full ? t.subs.timer : t.subs.timerShort, { name: sub.name });
  if (sub.is === "recvq") return format(t.subs.recvq, { count: sub.count });
  if (sub.is === "recvqFin") return format(full ? t.subs.recvqFin : t.subs.recvqFinShort, { count: sub.count });
  return t.subs[sub.is];
}

interface RailProps {
  readonly rail: Rail;
  readonly x: number;
  readonly width: number;
  readonly y0: number;
  readonly y1: number;
  /** The other rail is drawn, so one line is enough. */
  readonly inner: boolean;
  readonly host: HostForm;
  /** The rail away from the wire. */
  readonly far?: boolean;
}

function RailShape({ rail, x, width, y0, y1, inner, host, far = false }: RailProps): JSX.Element {
  if (rail === "full") return <rect class="full" x={x} y={y0} width={width} height={y1 - y0} />;
  if (rail === "half") return <path class="half" stroke-width={width} d={`M${x + width / 2} ${y0 + 1}V${y1}`} />;
  const outward = (host.wireSide === "right") !== far ? x + width - 0.5 : x + 0.5;
  const inward = (host.wireSide === "right") !== far ? x + 0.5 : x + width - 0.5;
  return <path class="none" d={`M${outward} ${y0}V${y1}${inner ? "" : `M${inward} ${y0}V${y1}`}`} />;
}

interface FlightProps extends Pick<Props, "form" | "n" | "open" | "t"> {
  readonly flight: Flight;
}

function FlightShape({ flight, form, n, open, t }: FlightProps): JSX.Element | null {
  const from = form.hosts[flight.from.host]?.lanes[flight.from.lane] ?? form.hosts[flight.from.host]?.lanes[0];
  const to = form.hosts[flight.to.host]?.lanes[flight.to.lane] ?? form.hosts[flight.to.host]?.lanes[0];
  const sent = flight.sent <= n;
  if (!from || !to || (!sent && !open)) return null;
  const settled = flight.settled !== null && flight.settled <= n;
  if (flight.from.host === flight.to.host) {
    // A host talking to itself: a loop beside its lifeline.
    const out = form.hosts[flight.from.host]?.wireSide === "right" ? 1 : -1;
    const reach = from.edge + 40 * out;
    const { y0, y1 } = flight;
    return (
      <g class={sent ? "" : "later"} data-n={flight.sent} data-seg={flight.segment.seg}>
        <path
          class={`seg${settled ? "" : " dashed"}`}
          d={`M${from.edge} ${y0}C${reach} ${y0} ${reach} ${y1} ${to.edge + 7 * out} ${y1}`}
        />
        <path class="head" d={`M${to.edge} ${y1}l${7 * out} -4v8Z`} />
        <text
          class={`mono seglab${sent ? "" : " ghost"}`}
          x={reach - 6 * out}
          y={(y0 + y1) / 2 + 4}
          text-anchor={out > 0 ? "start" : "end"}
        >
          {segmentLabel(flight.segment, form.name === "narrow")}
        </text>
      </g>
    );
  }
  const rst = flight.segment.wire.flags.includes("R");
  const x0 = from.edge;
  const x1 = to.edge;
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
  const label = segmentLabel(flight.segment, form.name === "narrow");
  return (
    <g class={sent ? "" : "later"} data-n={flight.sent} data-seg={flight.segment.seg}>
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
            y={round(at(tip)) + 10}
            text-anchor={direction > 0 ? "start" : "end"}
          >
            {t.picture.lost}
          </text>
        </>
      )}
      <text
        class={`mono seglab${rst ? " rst" : ""}${sent ? "" : " ghost"}`}
        transform={
          steep
            ? `translate(${round(x0 + 8 * direction)} ${flight.y0 + (form.name === "narrow" ? 14 : 15)})`
            : `translate(${round(labelX)} ${round(at(labelX))}) rotate(${round(angle)})`
        }
        y="-5"
        text-anchor={steep || lost ? (direction > 0 ? "start" : "end") : "middle"}
      >
        {label}
      </text>
    </g>
  );
}

const round = (x: number): number => Math.round(x * 100) / 100;

function MarkShape({
  mark,
  form,
  look,
}: {
  mark: Mark;
  form: Form;
  look: "done" | "now" | "later";
}): JSX.Element | null {
  const host = form.hosts[mark.host];
  const lane = host?.lanes.at(-1);
  if (!host || !lane) return null;
  const left = host.wireSide === "right";
  const wide = form.name === "wide" && form.hosts.length <= 2;
  const { y } = mark;
  const tick = wide
    ? left
      ? `M${host.left - 10} ${y}h10`
      : `M${host.right} ${y}h10`
    : left
      ? `M${host.left} ${y}h8`
      : `M${host.right} ${y}h-8`;
  const x = wide
    ? left
      ? host.left - 14
      : host.right + 14
    : left
      ? host.left + 5
      : (host.lanes[0]?.band.x ?? host.left) + 5;
  const anchor = wide && left ? "end" : "start";
  const base = wide ? y + 4 : y - 5;
  const boxed = mark.text.length * (wide ? 6.62 : 6.32) + 8;
  return (
    <g class={look} data-n={mark.n}>
      <path class="axis-l" d={tick} />
      {mark.kind === "timer" && (
        <rect
          class="timer-box"
          x={anchor === "end" ? x - boxed + 4 : x - 4}
          y={base - 10.5}
          width={boxed}
          height="14"
        />
      )}
      <text class={`call${look === "later" ? " ghost" : ""}`} x={x} y={base} text-anchor={anchor}>
        {mark.text}
      </text>
      {mark.errno !== null && (
        <text class="call rst" x={x} y={base + 13} text-anchor={anchor}>
          {mark.errno}
        </text>
      )}
    </g>
  );
}
