/** The text twin of the picture. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import { format } from "../../i18n/format.ts";
import type { Narration } from "../../views/narrate.ts";
import type { Story } from "../../views/steps.ts";
import { table } from "../../views/table.ts";
import { Chip } from "../Chip.tsx";
import { useKept } from "./kept.ts";

interface Props {
  readonly story: Story;
  readonly n: number | null;
  readonly t: SimulatorText;
  readonly messages: Narration;
  /** Absent: a table to read only. */
  readonly onJump?: (n: number) => void;
}

export function StepTable({ story, n, t, messages, onJump }: Props): JSX.Element {
  const rows = useMemo(() => table(story, messages), [story, messages]);
  const keep = useKept(rows, onJump, t);
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={t.table.region}>
      <table>
        <thead>
          <tr>
            <th class="n">{t.table.step}</th>
            <th class="n">{t.table.seconds}</th>
            <th>{t.table.host}</th>
            <th>{t.table.cause}</th>
            <th>{t.table.sends}</th>
            <th>{t.table.state}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) =>
            keep(String(row.n), String(row.n === n), () => (
              <tr key={row.n} aria-current={row.n === n ? "step" : undefined}>
                <td class="n">
                  {onJump ? (
                    <button type="button" aria-label={format(t.table.jump, { n: row.n })} onClick={() => onJump(row.n)}>
                      {row.n}
                    </button>
                  ) : (
                    row.n
                  )}
                </td>
                <td class="n">{row.time}</td>
                <td>{row.host}</td>
                <td>{row.cause}</td>
                <td>{row.sends}</td>
                <td>
                  {row.states.map(({ sock, state }) => (
                    <Chip key={sock} state={state} />
                  ))}
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}

/** The table behind a line to open. It is made when it is opened: in the page as built it would be the heaviest part. */
export function Twin(props: Props): JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    // It may have been opened before the script was there. Paper has it in any case.
    setOpen(details.current?.open ?? false);
    const print = (): void => setOpen(true);
    addEventListener("beforeprint", print);
    return () => removeEventListener("beforeprint", print);
  }, []);
  return (
    <details class="twin" ref={details} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{props.t.table.summary}</summary>
      {open && <StepTable {...props} />}
    </details>
  );
}
