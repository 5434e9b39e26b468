/** The run as rows of a table: the text twin of the picture. */
import type { State } from "../engine/trace.ts";
import { format } from "../i18n/format.ts";
import { callLabel, mainCall, type Narration, narrate, plain } from "./narrate.ts";
import { segmentLabel } from "./segments.ts";
import type { Story } from "./steps.ts";
import { clock } from "./time.ts";

export interface TableRow {
  readonly n: number;
  /** Seconds, three decimals. */
  readonly time: string;
  readonly host: string;
  /** The call, timer or arrival the step starts with. */
  readonly cause: string;
  /** What the host sends. */
  readonly sends: string;
  readonly states: readonly { readonly sock: string; readonly state: State }[];
  /** The whole sentence. */
  readonly sentence: string;
}

export function table(story: Story, messages: Narration): readonly TableRow[] {
  return story.steps.map((step) => {
    const call = mainCall(step);
    const event = story.run.events[step.at];
    const label = step.segment ? segmentLabel(step.segment) : "";
    const { row } = messages;
    let cause = call ? callLabel(call) : "";
    if (step.skipped > 0) cause = format(messages.happens.skipped, { count: step.skipped });
    else if (step.kind === "arrive") cause = `${row.arrives} ${label}${cause === "" ? "" : `; ${cause}`}`;
    else if (step.kind === "lost") cause = `${label} ${row.lost}`;
    else if (event?.k === "timer") cause = `${row.timer} ${event.timer === "delack" ? row.delack : event.timer}`;
    else if (event?.k === "process") cause = `${event.program}: ${row[event.act]}`;
    else if (event?.k === "event") cause = event.what;
    const sentence = narrate(story, step.n, messages);
    return {
      n: step.n,
      time: clock(step.t),
      host: step.host,
      cause,
      sends: step.sends.map((segment) => segmentLabel(segment)).join(", "),
      states: step.changes.map(({ sock, to }) => ({ sock, state: to })),
      sentence: plain(sentence.what),
    };
  });
}
