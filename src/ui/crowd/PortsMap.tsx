/** Every port of the range as a cell, even and odd ones apart, as connect() goes through them. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PortMap } from "../../experiment/crowd.ts";
import type { CrowdText } from "../../i18n/en/crowd.ts";
import { format } from "../../i18n/format.ts";
import { CELL, half, paintPorts, portColumns, portCounts } from "../../views/crowd.ts";
import { grouped } from "../../views/grouped.ts";

interface Props {
  readonly map: PortMap;
  readonly address: string;
  readonly to: string;
  readonly t: CrowdText;
}

export function PortsMap({ map, address, to, t }: Props): JSX.Element {
  const halves = ([0, 1] as const).map((parity) => {
    const ports = half(map, parity);
    return { name: (map.first + parity) % 2 === 0 ? t.even : t.odd, ports, ...portCounts(ports) };
  });
  const last = map.first + map.ports.length - 1;
  const title = format(t.mapTitle, { address, first: map.first, last, to });
  return (
    <figure class="map">
      <p class="axis">{title}</p>
      <div class="halves">
        {halves.map(({ name, ports }) => (
          <div key={name}>
            <Cells ports={ports} />
            <p class="axis">{name}</p>
          </div>
        ))}
      </div>
      <table aria-label={title}>
        <thead>
          <tr>
            <td />
            {(["free", "used", "waiting"] as const).map((kind) => (
              <th key={kind}>
                <span class={`cell ${kind}`} aria-hidden="true" /> {t[kind]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {halves.map(({ name, free, used, waiting }) => (
            <tr key={name}>
              <th>{name}</th>
              <td>{grouped(free)}</td>
              <td>{grouped(used)}</td>
              <td>{grouped(waiting)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** The cells of one half. The table below them says the same, so they are hidden from readers of text. */
function Cells({ ports }: { readonly ports: Uint8Array }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const columns = portColumns(ports.length);
  const width = columns * CELL;
  const height = Math.ceil(ports.length / columns) * CELL;
  useEffect(() => {
    const paint = (): void => {
      const context = canvas.current?.getContext("2d");
      if (!context || !canvas.current) return;
      const style = getComputedStyle(canvas.current);
      const image = context.createImageData(width, height);
      paintPorts(new Uint32Array(image.data.buffer), ports, {
        used: numberOf(style.getPropertyValue("outline-color")),
        waiting: numberOf(style.getPropertyValue("color")),
        none: numberOf(style.getPropertyValue("background-color")),
      });
      context.putImageData(image, 0, 0);
    };
    paint();
    // Colours belong to the theme.
    const watch = new MutationObserver(paint);
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", paint);
    return () => {
      watch.disconnect();
      scheme.removeEventListener("change", paint);
    };
  }, [ports]);
  return <canvas ref={canvas} width={width} height={height} aria-hidden="true" />;
}

/** `rgb(r, g, b)` as ImageData has it, lowest byte first. */
function numberOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
