/** The state diagram with both ends in it. */
import type { JSX } from "preact";
import type { ToolsText } from "../../i18n/en/tools.ts";
import { format } from "../../i18n/format.ts";
import { BOX, SIZE, stateDiagram, type Way } from "../../views/state-diagram.ts";
import { STATE_LOOKS } from "../../views/states.ts";
import type { Story } from "../../views/steps.ts";

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly t: ToolsText;
}

export function States({ story, n, t }: Props): JSX.Element {
  const { boxes, ways } = stateDiagram(story, n);
  const where = boxes.flatMap(({ state, here }) =>
    here.length === 0 ? [] : [format(t.states.at, { who: [...new Set(here)].join(", "), state })],
  );
  const title = format(t.states.title, { n, where: where.length === 0 ? t.states.nobody : where.join("; ") });
  const order = (way: Way): number => (way.now ? 2 : way.taken ? 1 : 0);
  return (
    <div class="states-panel">
      <div class="scroll" tabIndex={0} role="group" aria-label={title}>
        <svg
          class="states"
          viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
          width={SIZE.width}
          height={SIZE.height}
          role="img"
          aria-label={title}
        >
          {[...ways]
            .sort((a, b) => order(a) - order(b))
            .map((way) => (
              <Arrow key={`${way.from} ${way.to}`} way={way} />
            ))}
          {boxes.map((box, i) => {
            const { code } = STATE_LOOKS[box.state];
            return (
              <g key={i} class={`st-${code}${box.here.length > 0 ? " here" : box.visited ? "" : " unseen"}`}>
                <rect
                  class="box"
                  x={box.x - BOX.width / 2}
                  y={box.y - BOX.height / 2}
                  width={BOX.width}
                  height={BOX.height}
                />
                <text x={box.x} y={box.y + 4} text-anchor="middle">
                  {box.state}
                </text>
                {[...new Set(box.here)].slice(0, 4).map((who, k) => (
                  <g key={who} class="who">
                    <rect
                      x={box.x + BOX.width / 2 - 10 - k * 24}
                      y={box.y - BOX.height / 2 - 11}
                      width="22"
                      height="17"
                    />
                    <text x={box.x + BOX.width / 2 + 1 - k * 24} y={box.y - BOX.height / 2 + 2} text-anchor="middle">
                      {who}
                    </text>
                  </g>
                ))}
              </g>
            );
          })}
        </svg>
      </div>
      <p class="say">{t.states.how}</p>
    </div>
  );
}

function Arrow({ way }: { way: Way }): JSX.Element {
  const tip = way.points.at(-1) ?? [0, 0];
  const before = way.points.at(-2) ?? [0, 0];
  const length = Math.hypot(tip[0] - before[0], tip[1] - before[1]) || 1;
  const [ux, uy] = [(tip[0] - before[0]) / length, (tip[1] - before[1]) / length];
  const line = [...way.points.slice(0, -1), [tip[0] - ux * 6, tip[1] - uy * 6] as const];
  const name = `way${way.taken ? " taken" : ""}${way.now ? " now" : ""}${way.beyond ? " beyond" : ""}`;
  const xy = ([x, y]: readonly [number, number]): string => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
  return (
    <g class={name}>
      <path d={`M${line.map(xy).join("L")}`} />
      <path
        class="tip"
        d={`M${xy(tip)}L${xy([tip[0] - ux * 8 - uy * 4, tip[1] - uy * 8 + ux * 4])}L${xy([tip[0] - ux * 8 + uy * 4, tip[1] - uy * 8 - ux * 4])}Z`}
      />
      <text x={way.label[0]} y={way.label[1]} text-anchor={way.anchor}>
        {way.events.join(", ")}
      </text>
    </g>
  );
}
