/** The headers of a step's segment, field by field. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ToolsText } from "../../i18n/en/tools.ts";
import { format } from "../../i18n/format.ts";
import { captured } from "../../views/capture.ts";
import { type HeaderField, headerFields } from "../../views/header.ts";
import { segmentLabel, type SegmentView } from "../../views/segments.ts";
import type { Step } from "../../views/step.ts";
import type { Story } from "../../views/steps.ts";

interface Props {
  readonly story: Story;
  readonly n: number;
  readonly t: ToolsText;
  readonly id: string;
}

/** The segments of a step: the one that arrives or is lost, then those it sends. */
function segmentsOf(step: Step | undefined): readonly SegmentView[] {
  if (!step) return [];
  return [...(step.segment ? [step.segment] : []), ...step.sends].filter(
    (segment, i, all) => all.findIndex(({ seg }) => seg === segment.seg) === i,
  );
}

export function Header({ story, n, t, id }: Props): JSX.Element {
  const [wanted, setWanted] = useState<number | null>(null);
  const own = segmentsOf(story.steps[n - 1]);
  const segment = own.find(({ seg }) => seg === wanted) ?? own[0];
  if (!segment) return <p class="say">{t.header.none}</p>;
  const name = ({ from, to, ...rest }: SegmentView): string =>
    format(t.header.of, { segment: segmentLabel({ from, to, ...rest }), from, to });
  const host = segment.injected ? segment.to : segment.from;
  const shift = captured(story.run, host).find(({ seg }) => seg === segment.seg)?.shift ?? 0;
  return (
    <div class="header-panel">
      {own.length > 1 ? (
        <fieldset class="on-host">
          <legend class="vh">{t.header.choose}</legend>
          {own.map((one) => (
            <label key={one.seg}>
              <input
                type="radio"
                name={`${id}-segment`}
                checked={one.seg === segment.seg}
                onChange={() => setWanted(one.seg)}
              />
              {name(one)}
            </label>
          ))}
        </fieldset>
      ) : (
        <h3>{name(segment)}</h3>
      )}
      <div class="scroll" tabIndex={0} role="group" aria-label={name(segment)}>
        <table>
          <thead>
            <tr>
              <th>{t.header.field}</th>
              <th>{t.header.value}</th>
              <th>{t.header.means}</th>
              <th>{t.header.bytes}</th>
            </tr>
          </thead>
          <tbody>
            {headerFields(segment, shift).map((field, i, all) => (
              <Row key={`${field.at}`} field={field} first={all[i - 1]?.layer !== field.layer} t={t} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="say">{t.header.note}</p>
    </div>
  );
}

function Row({ field, first, t }: { field: HeaderField; first: boolean; t: ToolsText }): JSX.Element {
  const { fields } = t.header;
  const which =
    field.field === "ack" && field.values["isSet"] === 0
      ? "ackOff"
      : field.field === "window" && field.values["shift"] === 0
        ? "windowPlain"
        : field.field;
  const [name = "", means = ""] = fields[which];
  return (
    <tr class={first ? "first" : ""}>
      <th scope="row">
        {first && <span class="layer">{t.header.layers[field.layer]}</span>}
        {name}
      </th>
      <td class="num">{field.raw}</td>
      <td>{format(means, field.values)}</td>
      <td>
        <code>{field.hex}</code>
      </td>
    </tr>
  );
}
