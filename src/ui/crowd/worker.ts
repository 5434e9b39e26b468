/** Runs a crowd beside the page, and tells of it some times a second. Cancelled by ending the worker. */
import type { Experiment } from "../../experiment/canonical.ts";
import { advance, type Crowd, openCrowd, progressOf } from "../../experiment/crowd.ts";
import type { CrowdNews, CrowdOrder } from "./news.ts";

/** A worker's own side; the library of types for pages does not have it. */
const scope = self as unknown as {
  onmessage: ((order: { readonly data: CrowdOrder }) => void) | null;
  postMessage(news: CrowdNews): void;
};

/** Events from one look at the clock to the next. */
const SLICE = 2_000;
/** Milliseconds from one news to the next. */
const NEWS_EVERY = 200;

// A promise that fails is no error that the page would hear of.
scope.onmessage = ({ data }) => void runCrowd(data).catch(reportError);

async function runCrowd({ address, view }: CrowdOrder): Promise<void> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const crowd = openCrowd((await answer.json()) as Experiment, view);
  tell(crowd, false);
  let told = performance.now();
  while (advance(crowd, SLICE)) {
    if (performance.now() - told < NEWS_EVERY) continue;
    tell(crowd, false);
    told = performance.now();
  }
  tell(crowd, true);
}

function tell(crowd: Crowd, done: boolean): void {
  const { samples, probes, map, last, until, run } = crowd;
  const { stopped } = run.world;
  scope.postMessage({ progress: progressOf(crowd), until, samples, probes, map, last, done, stopped });
}
