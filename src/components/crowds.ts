/** The crowds of content/crowds, as pages need them. Read when the site is built. */
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { State } from "../engine/trace.ts";
import type { Experiment } from "../experiment/canonical.ts";
import type { CrowdView } from "../experiment/crowd.ts";
import { type CrowdFile, readCrowd } from "../experiment/crowd-file.ts";
import { type MeasurementTable, readCell } from "../experiment/measurement.ts";
import type { CrowdText } from "../i18n/en/crowd.ts";
import { format } from "../i18n/format.ts";
import type { Held } from "../ui/crowd/Crowd.tsx";
import { grouped } from "../views/grouped.ts";
import { experiments, isCrowd, type ExperimentFile } from "./experiments.ts";
import { measurement } from "./facts.ts";

const FOLDER = "content/crowds/";

/** Every crowd, in order of id. */
export function crowds(): readonly CrowdFile[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) =>
      readCrowd(file.replace(/\.yaml$/, ""), parse(readFileSync(FOLDER + file, "utf8")) as Record<string, unknown>),
    );
}

/** A run of many sockets as a page shows it. */
export interface ShownCrowd {
  readonly experiment: Experiment;
  readonly view: CrowdView;
  readonly held: readonly Held[];
}

/**
 * A file of content/crowds, or an experiment that is a crowd.
 * @throws Error naming the crowds there are
 */
export async function shownCrowd(id: string, t: CrowdText): Promise<ShownCrowd> {
  const all = crowds();
  const found = all.find(({ experiment }) => experiment.id === id);
  if (found) return { experiment: found.experiment, view: found.view, held: heldOf(found, t) };
  const file = (await experiments()).find(({ experiment }) => experiment.id === id);
  if (file && isCrowd(file.experiment)) return smallCrowd(file, t);
  throw new Error(
    `<Crowd id="${id}" />: there is no content/crowds/${id}.yaml; known are ${all.map((one) => one.experiment.id).join(", ")}`,
  );
}

/** What a kernel came to. */
function heldOf({ experiment, kernel }: CrowdFile, t: CrowdText): readonly Held[] {
  const file = `content/crowds/${experiment.id}.yaml`;
  return kernel.map(({ table: id, probe, state, row, column }) => {
    const table = measurement(file, id);
    if (!experiment.probes.some(({ name }) => name === probe))
      throw new Error(`${file}: show.kernel: no probe is called ${probe}`);
    const count = readCell(table, { measurement: id, row, column, unit: "count" });
    return { probe, state, said: said(count, state, table, t) };
  });
}

/** The host and the states that the experiment expects something of, and what its recording has there. */
function smallCrowd({ experiment, recording }: ExperimentFile, t: CrowdText): ShownCrowd {
  const expected = experiment.expect.flatMap((one) => (one.expect === "sockets" ? [one] : []));
  const host = expected[0]?.host ?? experiment.hosts[0]?.name ?? "A";
  const held = new Map<string, Held>();
  for (const { probe, state, host: of } of expected) {
    const seen = recording?.events.find((event) => event.k === "probe" && event.probe === probe && event.host === host);
    if (of !== host || seen?.k !== "probe" || !recording) continue;
    const count = seen.sockets.filter((socket) => socket.state === state).length;
    const { machine, date } = recording.header;
    const about = { kernel: recording.release, machine: machine ?? "", date: date ?? "" };
    held.set(`${probe} ${state}`, { probe, state, said: said(count, state, about, t) });
  }
  return { experiment, view: { host, ports: null }, held: [...held.values()] };
}

function said(
  count: number,
  state: State,
  { kernel, machine, date }: Pick<MeasurementTable, "kernel" | "machine" | "date">,
  t: CrowdText,
): string {
  return format(t.kernel, { count: grouped(count), state, kernel, machine, date });
}
