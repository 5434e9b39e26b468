/** What a crowd has come to so far: areas over time, ports looked at, the map of ports, the last events, numbers. */
import type { JSX } from "preact";
import type { CrowdView } from "../../experiment/crowd.ts";
import type { CrowdText } from "../../i18n/en/crowd.ts";
import { format } from "../../i18n/format.ts";
import { areas, examinedLine, mostExamined, roundUp, socketsIn, statesSeen, tableSamples } from "../../views/crowd.ts";
import { grouped } from "../../views/grouped.ts";
import { STATE_LOOKS } from "../../views/states.ts";
import { Chip } from "../Chip.tsx";
import type { CrowdNews } from "./news.ts";
import { PortsMap } from "./PortsMap.tsx";

interface Props {
  readonly news: CrowdNews;
  readonly view: CrowdView;
  readonly t: CrowdText;
}

/** Rows of the text twin. */
const ROWS = 14;
const seconds = (us: number): string => String(Math.round(us / 1e5) / 10);

export function Shown({ news, view, t }: Props): JSX.Element {
  const { samples, until, map, last } = news;
  const now = samples.at(-1);
  const states = statesSeen(samples);
  const counts = now ? states.map((state) => `${grouped(socketsIn(now, state))} ${state}`) : [];
  // Where there is no map of ports, looking for one is not what the crowd is about.
  const most = map ? mostExamined(samples) : 0;
  return (
    <>
      <Frame
        label={format(t.sockets, { host: view.host })}
        description={format(t.picture, { host: view.host, until: seconds(until), now: counts.join(", ") || t.none })}
        until={until}
        t={t}
        {...stacked(news)}
      />
      <div class="sums">
        <p class="tag">{format(t.now, { t: seconds(now?.t ?? 0) })}</p>
        <ul>
          {[...states].reverse().map((state) => (
            <li key={state}>
              <Chip state={state} /> <b>{grouped(now ? socketsIn(now, state) : 0)}</b>
            </li>
          ))}
          {now && now.opened + now.failed > 0 && (
            <>
              <li>
                {t.opened} <b>{grouped(now.opened)}</b>
              </li>
              <li>
                {t.failedCalls} <b>{grouped(now.failed)}</b>
              </li>
            </>
          )}
        </ul>
      </div>
      {most > 0 && (
        <Frame
          label={t.examined}
          description={format(t.examinedPicture, {
            first: grouped(samples.find(({ examined }) => examined)?.examined?.median ?? 0),
            most: grouped(most),
          })}
          until={until}
          t={t}
          {...looked(news, most)}
        />
      )}
      {map && view.ports && <PortsMap map={map} address={view.ports.address} to={view.ports.to} t={t} />}
      <details class="twin">
        <summary>{t.last}</summary>
        <ol class="last">
          {last.map((event, index) => (
            <li key={index}>
              {event.k === "state"
                ? format(t.moved, { t: (event.t / 1e6).toFixed(6), sock: event.sock, from: event.from, to: event.to })
                : event.k === "return"
                  ? format(t.returned, {
                      t: (event.t / 1e6).toFixed(6),
                      program: event.program,
                      op: event.op,
                      errno: event.errno ?? "",
                    })
                  : ""}
            </li>
          ))}
        </ol>
      </details>
      <details class="twin">
        <summary>{t.numbers}</summary>
        <div class="scroll" tabIndex={0} role="group" aria-label={t.numbers}>
          <table>
            <thead>
              <tr>
                <th>{t.time}</th>
                {states.map((state) => (
                  <th key={state}>{state}</th>
                ))}
                <th>{t.failedCalls}</th>
                {most > 0 && <th>{t.examinedLast}</th>}
              </tr>
            </thead>
            <tbody>
              {tableSamples(samples, ROWS).map((sample) => (
                <tr key={sample.t}>
                  <td>{seconds(sample.t)}</td>
                  {states.map((state) => (
                    <td key={state}>{grouped(socketsIn(sample, state))}</td>
                  ))}
                  <td>{grouped(sample.failed)}</td>
                  {most > 0 && <td>{sample.examined ? grouped(sample.examined.median) : "–"}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

interface Drawn {
  /** Marks on the upright axis: their place in per cent from above, and what they say. */
  readonly marks: readonly { readonly y: number; readonly text: string }[];
  readonly shapes: JSX.Element;
  readonly names: readonly { readonly x: number; readonly y: number; readonly text: string; readonly look: string }[];
}

/** Areas of states; every second one is hatched, so that neighbours differ in grey, too. */
function stacked({ samples, until }: CrowdNews): Drawn {
  const sums = samples.map((sample) => statesSeen([sample]).reduce((sum, state) => sum + socketsIn(sample, state), 0));
  const top = roundUp(Math.max(...sums, 10), [1, 2, 3, 4, 5, 6, 8]);
  const drawn = areas(samples, until, top);
  return {
    marks: [0, top / 2, top].map((count) => ({ y: (1 - count / top) * 100, text: grouped(count) })),
    shapes: (
      <>
        {drawn.map(({ state, path }, index) => (
          <path key={state} class={`area st-${STATE_LOOKS[state].code}${index % 2 === 1 ? " second" : ""}`} d={path} />
        ))}
      </>
    ),
    names: drawn.flatMap(({ state, name }) =>
      name ? [{ ...name, text: state, look: `name st-${STATE_LOOKS[state].code}` }] : [],
    ),
  };
}

function looked({ samples, until }: CrowdNews, most: number): Drawn {
  const powers = Math.max(1, Math.ceil(Math.log10(most)));
  const top = 10 ** powers;
  return {
    marks: Array.from({ length: powers + 1 }, (_, power) => ({
      y: (1 - power / powers) * 100,
      text: grouped(10 ** power),
    })),
    shapes: (
      <>
        <path class="line most" d={examinedLine(samples, "most", until, top)} />
        <path class="line median" d={examinedLine(samples, "median", until, top)} />
      </>
    ),
    names: [],
  };
}

/** A picture with its axes: places are per cent, letters and lines keep their size. */
function Frame({
  label,
  description,
  until,
  marks,
  shapes,
  names,
  t,
}: Drawn & {
  readonly label: string;
  readonly description: string;
  readonly until: number;
  readonly t: CrowdText;
}): JSX.Element {
  const step = roundUp(until / 1e6 / 7, [1, 2, 5]);
  const times = Array.from({ length: Math.floor(until / 1e6 / step) + 1 }, (_, index) => index * step);
  return (
    <figure class="plotted">
      <p class="axis">{label}</p>
      <div class="plot">
        <svg role="img" aria-label={description}>
          {marks.map(({ y, text }) => (
            <g key={text}>
              <line class="grid" x2="100%" y1={`${y}%`} y2={`${y}%`} />
              <text x="-8" y={`${y}%`} dy=".35em" text-anchor="end">
                {text}
              </text>
            </g>
          ))}
          {times.map((second) => (
            <text key={second} x={`${(second * 1e8) / until}%`} y="100%" dy="20" text-anchor="middle">
              {second}
            </text>
          ))}
          <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">
            {shapes}
          </svg>
          {names.map(({ x, y, text, look }) => (
            <text key={text} class={look} x={`${x}%`} y={`${y}%`} text-anchor="middle" dy=".35em">
              {text}
            </text>
          ))}
        </svg>
      </div>
      <p class="axis x">{t.seconds}</p>
    </figure>
  );
}
