/** What a host does by itself, written beside its lifeline: a call, a timer that fires, a process that ends. */
import type { JSX } from "preact";
import type { Form } from "../../views/form.ts";
import type { Mark } from "../../views/sequence.ts";

export function MarkShape({
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
  const edge = left ? host.left : host.right;
  const tick = wide ? (left ? "h-5" : "h5") : left ? "h8" : "h-8";
  const x = wide ? edge + (left ? -9 : 9) : (left ? edge : (host.lanes[0]?.band.x ?? host.left)) + 5;
  const anchor = wide && left ? "end" : "start";
  const base = wide ? y + 4 : y - 5;
  const letter = wide ? 6.62 : 6.32;
  const boxed = mark.text.length * letter + 8;
  /** Long words go over the band rather than over the ruler's, or out of the picture. */
  const place = (text: string): number => {
    const length = 3 + text.length * letter;
    if (anchor === "end") return Math.max(x, form.ruler + length);
    return wide ? x : Math.min(x, form.width - length);
  };
  return (
    <g class={look} data-n={mark.n}>
      <path class="axis-l" d={`M${edge} ${y}${tick}`} />
      {mark.kind === "timer" && (
        <rect
          class="timer-box"
          x={place(mark.text) - (anchor === "end" ? boxed - 4 : 4)}
          y={base - 10.5}
          width={boxed}
          height="14"
        />
      )}
      <text class={`call${look === "later" ? " ghost" : ""}`} x={place(mark.text)} y={base} text-anchor={anchor}>
        {mark.text}
      </text>
      {mark.errno !== null && (
        <text class="call rst" x={place(mark.errno)} y={base + 13} text-anchor={anchor}>
          {mark.errno}
        </text>
      )}
    </g>
  );
}
