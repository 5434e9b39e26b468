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
  const letter = wide ? 6.62 : 6.32;
  const boxed = mark.text.length * letter + 8;
  /** Long words go over the band rather than over the ruler's, or out of the picture. */
  const place = (text: string): { x: number; "text-anchor": "start" | "end" } => {
    const reach = text.length * letter;
    if (anchor === "end" && x - reach < form.ruler) return { x: form.ruler + 3, "text-anchor": "start" };
    if (anchor === "start" && x + reach > form.width) return { x: form.width, "text-anchor": "end" };
    return { x, "text-anchor": anchor };
  };
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
      <text class={`call${look === "later" ? " ghost" : ""}`} y={base} {...place(mark.text)}>
        {mark.text}
      </text>
      {mark.errno !== null && (
        <text class="call rst" y={base + 13} {...place(mark.errno)}>
          {mark.errno}
        </text>
      )}
    </g>
  );
}
