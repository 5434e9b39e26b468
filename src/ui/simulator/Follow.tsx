/** Which connection of a run is shown: all, or one without the others. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import { connections } from "../../views/connections.ts";
import type { Story } from "../../views/steps.ts";

interface Props {
  readonly story: Story;
  /** The step that is shown. */
  readonly n: number;
  /** Name of the connection that is followed; null: all are shown. */
  readonly follow: string | null;
  readonly t: SimulatorText;
  readonly onFollow: (name: string | null) => void;
  readonly onGo: (n: number) => void;
}

export function Follow({ story, n, follow, t, onFollow, onGo }: Props): JSX.Element | null {
  const { list, ofStep } = connections(story);
  if (list.length < 2) return null;
  const choose = (name: string): void => {
    onFollow(name === "" ? null : name);
    // To where it begins, unless the step that is shown is one of its own.
    const next = list.find((one) => one.name === name);
    if (next && !ofStep[n - 1]?.has(next.id)) onGo(next.from);
  };
  return (
    <p class="follow">
      <label>
        {t.follow.label}{" "}
        <select
          value={list.some(({ name }) => name === follow) ? (follow ?? "") : ""}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="">{format(t.follow.all, { count: list.length })}</option>
          {list.map(({ id, name }) => (
            <option key={id} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}
