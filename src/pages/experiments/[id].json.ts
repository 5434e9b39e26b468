import { createHash } from "node:crypto";
import type { APIRoute } from "astro";
import { experiments, type ExperimentFile } from "../../components/experiments.ts";
import { datedFacts } from "../../i18n/en/dated-facts.ts";
import { downloadText } from "../../views/download.ts";

/** The file for the lab of each experiment: the experiment, its prediction, what may differ by kernel. */
export async function getStaticPaths() {
  return (await experiments()).map((file) => ({ params: { id: file.experiment.id }, props: { file } }));
}

export const GET: APIRoute<{ file: ExperimentFile }> = ({ props: { file } }) => {
  const hash = createHash("sha256").update(file.text).digest("hex");
  const text = downloadText(file.experiment, hash, file.recording, datedFacts);
  return new Response(text, { headers: { "content-type": "application/json" } });
};
