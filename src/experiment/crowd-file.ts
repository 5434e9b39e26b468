/** A crowd as authors write it, `content/crowds/<id>.yaml`: an experiment, and what of it is shown and held to a kernel. */
import { z } from "zod";
import { STATES } from "../engine/trace.ts";
import type { Experiment } from "./canonical.ts";
import type { CrowdView } from "./crowd.ts";
import { canonicalExperiment, ExperimentError } from "./schema.ts";

const show = z.strictObject({
  /** The experiments that show the same with few sockets, the first of them step by step. */
  small: z.array(z.string()).min(1),
  host: z.string(),
  /** The address and destination whose ports make a map, or a sentence that says why there is none. */
  ports: z.union([z.strictObject({ address: z.ipv4(), to: z.string() }), z.string().min(40)]),
  /** Which number of content/measurements/<table>.json the host's sockets in a state come to at a probe. */
  kernel: z.array(
    z.strictObject({
      table: z.string(),
      probe: z.string(),
      state: z.enum(STATES),
      row: z.string(),
      column: z.string(),
    }),
  ),
});

export interface CrowdFile {
  readonly experiment: Experiment;
  readonly small: readonly string[];
  readonly view: CrowdView;
  /** Why there is no map of ports; null: there is one. */
  readonly noMap: string | null;
  readonly kernel: z.output<typeof show>["kernel"];
}

/**
 * @param written what the YAML parser returned
 * @throws ExperimentError naming each place and what would be right there
 */
export function readCrowd(id: string, written: Readonly<Record<string, unknown>>): CrowdFile {
  const { show: shown, ...rest } = written;
  const experiment = canonicalExperiment(id, rest, `content/crowds/${id}.yaml`);
  const parsed = show.safeParse(shown);
  if (!parsed.success)
    throw new ExperimentError(
      `content/crowds/${id}.yaml`,
      parsed.error.issues.map(({ path, message }) => ({ path: ["show", ...path].join("."), message })),
    );
  const { small, host, ports, kernel } = parsed.data;
  const [map, noMap] = typeof ports === "string" ? [null, ports] : [ports, null];
  return { experiment, small, view: { host, ports: map }, noMap, kernel };
}
