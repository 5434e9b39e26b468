/** One question, as an island needs it: exam and review fetch them one by one. */
import type { APIRoute, GetStaticPaths } from "astro";
import { itemsOf, QUESTION_IDS } from "../../components/questions.ts";

export const getStaticPaths: GetStaticPaths = () => QUESTION_IDS.map((id) => ({ params: { id } }));

export const GET: APIRoute<Record<string, never>, { id: string }> = async ({ params: { id } }) => {
  const [item] = await itemsOf([id]);
  return Response.json(item);
};
