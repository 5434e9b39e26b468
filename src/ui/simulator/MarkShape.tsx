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
  const tick = wide
    ? left
      ? `M${host.left - 5} ${y}h5`
      : `M${host.right} ${y}h5`
    : left
      ? `M${host.left} ${y}h8`
      : `M${host.right} ${y}h-8`;
  const x = wide
    ? left
      ? host.left - 9
      : host.right + 9
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
