/** What stands above a run: its title, what can be taken along, whose run it is, and what the reader should know about it. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Model, World } from "./model.ts";

export interface ShownLink {
  readonly step: number;
  readonly address: string;
}

interface Props {
  readonly uid: string;
  readonly title: string;
  readonly state: Model;
  /** Release of the kernel that was recorded; null: none was. */
  readonly kernel: string | null;
  readonly labFile: string | null;
  /** The run that is open has changes in it, which the lab file has not. */
  readonly changed: boolean;
  /** What came of copying the link, for a moment; null: nothing was copied. */
  readonly copied: string | null;
  /** A link that the reader has to copy by hand. */
  readonly link: ShownLink | null;
  /** More to know, in whole sentences. */
  readonly notices: readonly (string | null)[];
  readonly t: SimulatorText;
  readonly onCopy: () => void;
  readonly onWorld: (world: World) => void;
}

export function Head(props: Props): JSX.Element {
  const { uid, title, state, kernel, labFile, changed, copied, link, notices, t, onCopy, onWorld } = props;
  const { world, trouble, notice } = state;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [link]);
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
                {changed ? t.labFileWritten : t.labFile}
              </a>
            </li>
          )}
        </ul>
      </div>
      {link && (
        <p class="notice">
          <label>
            {format(t.linkShown, { n: link.step })}
            <input style="width:100%" readOnly value={link.address} ref={field} />
          </label>
        </p>
      )}
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
      {[notice?.text ?? null, ...notices].map((one) =>
        one === null ? null : (
          <p key={one} class="notice" role="status">
            {one}
          </p>
        ),
      )}
    </>
  );
}
