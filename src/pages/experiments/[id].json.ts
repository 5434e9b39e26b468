import type { APIRoute } from "astro";
import { experiments } from "../../components/experiments.ts";

/** The canonical JSON of each experiment: what the simulator and the lab read. */
export async function getStaticPaths() {
  return (await experiments()).map(({ experiment, text }) => ({ params: { id: experiment.id }, props: { text } }));
}

export const GET: APIRoute<{ text: string }> = ({ props }) =>
  new Response(props.text, { headers: { "content-type": "application/json" } });
