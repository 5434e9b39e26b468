/** Each thread with the call it is in and who could end its wait; the wait-for cycle, named and drawn. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { parts } from "../../views/narrate.ts";
import type { Story } from "../../views/steps.ts";
import { threadLabel, type ThreadLine, threadLines, waitCycle } from "../../views/threads.ts";
import { Rich } from "./Rich.tsx";
import { lastEvent } from "./ToolTexts.tsx";

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly t: SimulatorText;
}

/** Names in a row before they are only counted. */
const NAMED = 4;

/** What a thread is in, as a sentence's parts: "`recv()` on descriptor 7, waits for worker-3". */
export function threadText(line: ThreadLine, t: SimulatorText): string {
  const { threads: words } = t;
  if (line.op === null) return words.between;
  const call = `${line.op}()`;
  const said = [line.fd === null ? format(words.inPlainCall, { call }) : format(words.inCall, { call, fd: line.fd })];
  if (line.peer !== null) said.push(format(words.peer, { peer: line.peer }));
  const { servers } = line;
  const listed = [...servers.slice(0, NAMED), ...(servers.length > NAMED ? [`+${servers.length - NAMED}`] : [])].join(
    ", ",
  );
  if (servers.length === 1) said.push(format(words.waitsFor, { servers: listed }));
  else if (servers.length > 1) said.push(format(words.waitsForAny, { servers: listed }));
  if (line.bounded) said.push(words.bounded);
  return said.join("; ");
}

export function Threads({ story, n, t }: Props): JSX.Element {
  const now = story.after[n - 1];
  const { inside, hosts } = story.run;
  const look = inside?.(lastEvent(story, n)) ?? null;
  const lines = now ? threadLines(now, look) : [];
  const ring = look && now ? waitCycle(look).map((one) => threadLabel(one, now.threads)) : [];
  return (
    <div class="threads">
      {hosts.map(({ name }) => {
        const own = lines.filter(({ host }) => host === name);
        return (
          <section key={name}>
            <h3>{name}</h3>
            {own.length === 0 && <p class="say">{t.threads.none}</p>}
            <dl>
              {own.map((line) => (
                <div key={`${line.program} ${line.thread}`} class={line.stuck ? "stuck" : ""}>
                  <dt>
                    <code>{threadLabel(line, lines)}</code>
                    {line.stuck && <b>{t.threads.stuck}</b>}
                  </dt>
                  <dd>
                    <Rich parts={parts(threadText(line, t), new Set())} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        );
      })}
      {look && (
        <section class="cycle">
          <p class={ring.length > 0 ? "found" : "say"}>
            {ring.length === 0
              ? t.threads.noCycle
              : ring.length === 2
                ? format(t.threads.cycleSelf, { thread: ring[0] ?? "" })
                : format(t.threads.cycle, { ring: ring.join(" → "), count: ring.length - 1 })}
          </p>
          {ring.length > 2 && (
            <Ring names={ring.slice(0, -1)} label={format(t.threads.picture, { ring: ring.join(" → ") })} />
          )}
        </section>
      )}
    </div>
  );
}

/** The threads on a circle, each with an arrow to the one it waits for. */
function Ring({ names, label }: { names: readonly string[]; label: string }): JSX.Element {
  const width = 320;
  const height = Math.max(150, names.length * 26);
  const [cx, cy] = [width / 2, height / 2];
  const [rx, ry] = [width / 2 - 58, height / 2 - 16];
  const at = (i: number): readonly [number, number] => {
    const angle = (i / names.length) * 2 * Math.PI - Math.PI / 2;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  };
  const round = (x: number): number => Math.round(x * 10) / 10;
  return (
    <svg class="ring" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={label}>
      {names.map((name, i) => {
        const [x0, y0] = at(i);
        const [x1, y1] = at(i + 1);
        const length = Math.hypot(x1 - x0, y1 - y0);
        // The arrow ends at the border of the box it points to.
        const scale = Math.min(54 / Math.max(Math.abs(x1 - x0), 1), 13 / Math.max(Math.abs(y1 - y0), 1));
        const back = Math.min(scale, 0.45);
        const [tx, ty] = [x1 - (x1 - x0) * back, y1 - (y1 - y0) * back];
        const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
        return (
          <g key={name}>
            <path d={`M${round(x0)} ${round(y0)}L${round(tx - ux * 6)} ${round(ty - uy * 6)}`} class="arc" />
            <path
              class="tip"
              d={`M${round(tx)} ${round(ty)}L${round(tx - ux * 8 - uy * 4)} ${round(ty - uy * 8 + ux * 4)}L${round(tx - ux * 8 + uy * 4)} ${round(ty - uy * 8 - ux * 4)}Z`}
            />
          </g>
        );
      })}
      {names.map((name, i) => {
        const [x, y] = at(i);
        return (
          <g key={name}>
            <rect x={round(x - 54)} y={round(y - 12)} width="108" height="24" />
            <text x={round(x)} y={round(y + 4)} text-anchor="middle">
              {name}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
