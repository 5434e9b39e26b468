/** The scene taken away: as a link, as a file that the lab runs, as text that an author writes. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
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
  /** The experiment it started from, and its hash. */
  readonly id: string;
  readonly hash: string;
  readonly t: SandboxText;
}

type Codec = typeof import("../../experiment/change-codec.ts");
const loadCodec = (): Promise<Codec> => import("../../experiment/change-codec.ts");

export function Save({ scene, experiment, event, follow, id, hash, t }: Props): JSX.Element {
  const [said, setSaid] = useState("");
  const [yamlText, setYamlText] = useState<((experiment: Experiment) => string) | null>(null);
  // Fetched as soon as there is something to write: the clipboard does not wait until it has come.
  const [codec, setCodec] = useState<Codec | null>(null);
  const some = scene.changes.length > 0;
  useEffect(() => {
    if (some) void loadCodec().then(setCodec);
  }, [some]);
  const copy = async (): Promise<void> => {
    const { encodeChange } = codec ?? (await loadCodec());
    const tokens = scene.changes.map((one) => encodeChange(one, scene.base));
    const fragment = encodeLink(id, Math.max(event, 0), hash, { changes: tokens, until: scene.now, follow });
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
      <details
        onToggle={() => void import("../../experiment/author-form.ts").then((made) => setYamlText(() => made.yamlText))}
      >
        <summary>{t.yaml}</summary>
        {yamlText && (
          <pre tabIndex={0} class="term">
            {yamlText(experiment)}
          </pre>
        )}
      </details>
    </section>
  );
}
