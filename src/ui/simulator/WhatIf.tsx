/** Under the run: change something, and the futures that came of it. What is needed is fetched on the first use. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Experiment } from "../../experiment/canonical.ts";
import type { SimulatorText } from "../../i18n/en/simulator.ts";
import type { Narration } from "../../views/narrate.ts";
import { type Action, engineStory, type Model, openBranch, timeOf } from "./model.ts";
import type { Changes } from "./use-changes.ts";

interface Props {
  readonly changes: Changes;
  readonly state: Model;
  readonly send: (action: Action) => void;
  readonly experiment: Experiment;
  readonly uid: string;
  /** What lies ahead may be shown. */
  readonly open: boolean;
  readonly t: SimulatorText;
  readonly messages: Narration;
  readonly sandbox: string | null;
  /** Whether the sandbox opens in a tab of its own. */
  readonly newTab: boolean;
}

export function WhatIf(props: Props): JSX.Element {
  const { changes, state, send, experiment, uid, open, t, messages, sandbox, newTab } = props;
  const [asking, setAsking] = useState(false);
  const { tools } = changes;
  const time = timeOf(state);
  return (
    <div class="what-if" role="group" aria-label={t.whatIf}>
      <button
        type="button"
        class="btn"
        aria-expanded={asking}
        onClick={() => {
          setAsking(!asking);
          void changes.load();
        }}
      >
        {t.whatIf}
      </button>
      {sandbox !== null && (
        <a
          href={tools ? tools.driven(sandbox, experiment, state) : sandbox}
          {...(newTab && { target: "_blank", rel: "noopener" })}
        >
          {t.sandbox}
        </a>
      )}
      {tools && changes.t && asking && (
        <tools.ChangeForm
          experiment={experiment}
          events={engineStory(state).run.events}
          time={time}
          t={changes.t}
          uid={uid}
          onRun={changes.add}
        />
      )}
      {tools && changes.t && state.branches.length > 1 && (
        <tools.Branches
          {...state}
          {...{ uid, messages, open, time }}
          t={changes.t}
          remark={changes.remark}
          onFile={() => tools.saveChanged(experiment, openBranch(state).changes)}
          onSwitch={(branch) => send({ do: "switch", branch })}
          onBeside={(branch) => send({ do: "beside", branch })}
        />
      )}
    </div>
  );
}
