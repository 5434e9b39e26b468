/** What stands above a run: its title, what can be taken along, whose run it is, and what the reader should know about it. */
import type { JSX } from "preact";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Model, World } from "./model.ts";

interface Props {
  readonly uid: string;
  readonly title: string;
  readonly state: Model;
  /** Release of the kernel that was recorded; null: none was. */
  readonly kernel: string | null;
  readonly labFile: string | null;
  /** What came of copying the link, for a moment; null: nothing was copied. */
  readonly copied: string | null;
  /** More to know, in whole sentences. */
  readonly notices: readonly (string | null)[];
  readonly t: SimulatorText;
  readonly onCopy: () => void;
  readonly onWorld: (world: World) => void;
}

export function Head({ uid, title, state, kernel, labFile, copied, notices, t, onCopy, onWorld }: Props): JSX.Element {
  const { world, trouble, notice } = state;
  const named = notice && format(t.link[notice.problem], { experiment: notice.experiment });
  const choice = (which: World, label: string): JSX.Element => (
    <label>
      <input type="radio" name={`${uid}-world`} checked={world === which} onChange={() => onWorld(which)} />
      {label}
    </label>
  );
  return (
    <>
      <div class="sim-head">
        <h2 id={`${uid}-h`}>{format(t.run, { title })}</h2>
        <ul>
          <li>
            <button type="button" class="text" onClick={onCopy}>
              {copied ?? t.copyLink}
            </button>
          </li>
          {labFile !== null && (
            <li>
              <a href={labFile} download>
                {t.labFile}
              </a>
            </li>
          )}
        </ul>
      </div>
      {kernel !== null && (
        <fieldset class="worlds">
          <legend class="vh">{t.world.legend}</legend>
          {choice("engine", t.world.engine)}
          {choice("recorded", format(t.world.recorded, { kernel }))}
          {world === "recorded" && !state.recording && <span role="status">{t.world.loading}</span>}
        </fieldset>
      )}
      {trouble !== "" && (
        <p class="notice" role="alert">
          {trouble}
        </p>
      )}
      {[named, ...notices].map((one) =>
        one === null ? null : (
          <p key={one} class="notice" role="status">
            {one}
          </p>
        ),
      )}
    </>
  );
}
