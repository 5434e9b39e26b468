/** What the page and its worker tell each other about a crowd. */
import type { TraceEvent } from "../../engine/trace.ts";
import type { CrowdProbe, CrowdSample, CrowdView, PortMap } from "../../experiment/crowd.ts";

export interface CrowdOrder {
  /** Of the experiment's canonical JSON. */
  readonly address: string;
  readonly view: CrowdView;
}

export interface CrowdNews {
  /** 0 to 1. */
  readonly progress: number;
  readonly until: number;
  readonly samples: readonly CrowdSample[];
  readonly probes: readonly CrowdProbe[];
  readonly map: PortMap | null;
  readonly last: readonly TraceEvent[];
  readonly done: boolean;
  /** Why the run ended before its time; null: it did not. */
  readonly stopped: string | null;
}
