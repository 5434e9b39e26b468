import type { APIRoute } from "astro";
import { evidenceText, experiments } from "../../components/experiments.ts";

/** The recorded trace of each experiment that has one. */
export async function getStaticPaths() {
  return (await experiments()).flatMap(({ experiment, recording }) =>
    recording === null ? [] : [{ params: { id: experiment.id }, props: { text: evidenceText(recording) } }],
  );
}

export const GET: APIRoute<{ text: string }> = ({ props }) =>
  new Response(props.text, { headers: { "content-type": "application/jsonl" } });
