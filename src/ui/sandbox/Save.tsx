/** The scene taken away: as a link, as a file that the lab runs, as text that an author writes. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { yamlText } from "../../experiment/author-form.ts";
import type { Experiment } from "../../experiment/canonical.ts";
import { encodeLink } from "../../experiment/permalink.ts";
import type { Sandbox } from "../../experiment/sandbox.ts";
import type { SandboxText } from "../../i18n/en/sandbox.ts";
import { copyLink } from "../copy-link.ts";
import { saveExperiment } from "../download.ts";

interface Props {
  readonly scene: Sandbox;
  /** The scene as an experiment. */
  readonly experiment: Experiment;
  readonly event: number;
  /** Id of the connection that is followed; null: all are shown. */
  readonly follow: number | null;
  readonly tokens: () => readonly string[];
  /** The experiment it started from. */
  readonly id: string;
  readonly t: SandboxText;
}

export function Save({ scene, experiment, event, follow, tokens, id, t }: Props): JSX.Element {
  const [said, setSaid] = useState("");
  const [yaml, setYaml] = useState(false);
  const copy = async (): Promise<void> => {
    const fragment = encodeLink(id, Math.max(event, 0), "", { changes: tokens(), until: scene.now, follow });
    setSaid((await copyLink(fragment)) === "clipboard" ? t.copied : t.inBar);
  };
  return (
    <section class="save" aria-label={t.save}>
      <h3>{t.save}</h3>
      <p class="acts">
        <button class="btn" type="button" onClick={() => void copy()}>
          {t.copyLink}
        </button>
        <button class="btn" type="button" onClick={() => saveExperiment(experiment)}>
          {t.download}
        </button>
        <span role="status">{said}</span>
      </p>
      <p>
        {t.threads} {t.runIt}
      </p>
      <details onToggle={(toggled) => setYaml(toggled.currentTarget.open)}>
        <summary>{t.yaml}</summary>
        {yaml && (
          <pre tabIndex={0} class="term">
            {yamlText(experiment)}
          </pre>
        )}
      </details>
    </section>
  );
}
