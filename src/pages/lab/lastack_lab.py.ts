import { readFileSync } from "node:fs";
import type { APIRoute } from "astro";

/** The lab, as one file to download. */
export const GET: APIRoute = () =>
  new Response(readFileSync("lab/lastack_lab.py", "utf8"), { headers: { "content-type": "text/x-python" } });
