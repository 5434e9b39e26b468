/** Where questions are fetched first: said while they come, and offered again if they did not. */
import type { JSX } from "preact";
import { format } from "../../i18n/format.ts";

export type Waiting = { readonly is: "loading" } | { readonly is: "failed"; readonly reason: string };

export function Fetching(props: {
  stage: Waiting;
  t: { readonly loading: string; readonly failed: string; readonly retry: string };
  onRetry: () => void;
}): JSX.Element {
  const { stage, t, onRetry } = props;
  if (stage.is === "loading") return <p role="status">{t.loading}</p>;
  return (
    <p role="alert">
      {format(t.failed, stage)}{" "}
      <button type="button" class="btn" onClick={onRetry}>
        {t.retry}
      </button>
    </p>
  );
}
