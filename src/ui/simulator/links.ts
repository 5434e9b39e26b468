/** Links to a moment of a run, made and followed: loaded on use. */
import { type Permalink, resolveLink } from "../../experiment/permalink.ts";
import { links } from "../../i18n/en/links.ts";
import { format } from "../../i18n/format.ts";
import { type Locale, pick } from "../../i18n/index.ts";
import type { Notice } from "./model.ts";

export { decodeLink, encodeLink } from "../../experiment/permalink.ts";
export { copyLink } from "../copy-link.ts";

/** Where a link leads in a run of so many events, and what the reader should know about it. */
export function arrival(
  link: Permalink,
  run: Parameters<typeof resolveLink>[1],
  locale: Locale,
): { readonly event: number | null; readonly notice: Notice | null } {
  const { event, problem } = resolveLink(link, run);
  return {
    event: link.event === null ? null : event,
    notice: problem && { problem, text: format(pick(locale, { en: links })[problem], { experiment: link.experiment }) },
  };
}
