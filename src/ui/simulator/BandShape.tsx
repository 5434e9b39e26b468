/** A stretch of one socket in one state: its ground, its two rails, its name. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Form, HostForm } from "../../views/form.ts";
import type { Band, Sub } from "../../views/sequence.ts";
import { STATE_LOOKS, type Rail } from "../../views/states.ts";
import { duration } from "../../views/time.ts";

/** In a crowd, whether something belongs to the step that is shown; "all" where there is no crowd. */
export type Focus = "in" | "out" | "all";

interface BandProps {
  readonly form: Form;
  readonly open: boolean;
  readonly t: SimulatorText;
  readonly band: Band;
  readonly reached: boolean;
  /** How far down it is filled. */
  readonly until: number;
  /** Whether the step that is shown is of its connection. */
  readonly focus: Focus;
}

export function BandShape({ band, form, reached, until, open, focus, t }: BandProps): JSX.Element | null {
  const host = form.hosts[band.host];
  const lane = host?.lanes[band.lane];
  if (!host || !lane) return null;
  if (!reached && !open) return null;
  const { code, ss, send, recv } = STATE_LOOKS[band.state];
  const full = lane.band.width >= 100;
  const middling = lane.band.width >= 62;
  const marked = full || (!middling && lane.band.width >= 40);
  // In a crowd only one connection is named, over the lanes of its neighbours.
  const over = form.crowded && !middling;
  const name = full ? band.state : middling || over ? ss : code;
  const x = lane.band.x + (full ? 23 : marked ? 19 : middling ? 5 : 3);
  // Away from the wire, where arrows have their names, if there is room for it.
  const outward = over && host.wireSide === "right" && lane.band.x - host.left > 60;
  const left = Math.min(lane.band.x, lane.send, lane.recv);
  const span = lane.band.width + 2 * lane.rail;
  const room = band.y1 - band.y0;
  const showLabel = room >= 18 && (reached || open) && (!over || (focus === "in" && reached));
  return (
    <g class={`st-${code}${focus === "out" ? " faint" : ""}`} data-n={band.n}>
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
          <text
            class={over ? "nm over" : "nm"}
            x={outward ? lane.band.x - 2 : x}
            y={band.y0 + (over && !outward && host.wireSide === "right" ? 28 : 15)}
            text-anchor={outward ? "end" : "start"}
          >
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

function subText(sub: Sub, full: boolean, t: SimulatorText): string {
  if (sub.is === "timer") return format(t.subs.timer, { name: sub.name, left: duration(sub.left) });
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
