/** What there is to ask: exam, review and progress choose from it. */
import type { APIRoute } from "astro";
import { catalogue } from "../../components/catalogue.ts";
import { DEFAULT_LOCALE } from "../../i18n/index.ts";

export const GET: APIRoute = async () => Response.json(await catalogue(DEFAULT_LOCALE));
