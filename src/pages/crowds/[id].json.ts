import type { APIRoute } from "astro";
import { crowds } from "../../components/crowds.ts";
import { experiments, isCrowd, isModelled } from "../../components/experiments.ts";
import { canonicalText } from "../../experiment/schema.ts";

/** The canonical form of every run that is shown as a crowd, for the worker that runs it. */
export async function getStaticPaths() {
  const large = crowds().map(({ experiment }) => ({ id: experiment.id, text: canonicalText(experiment) }));
  const small = (await experiments()).flatMap(({ experiment, text }) =>
    isModelled(experiment) && isCrowd(experiment) ? [{ id: experiment.id, text }] : [],
  );
  return [...large, ...small].map(({ id, text }) => ({ params: { id }, props: { text } }));
}

export const GET: APIRoute<{ text: string }> = ({ props: { text } }) =>
  new Response(text, { headers: { "content-type": "application/json" } });
