/** What axe finds on an open page. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** What depends on the theme, of the rules that axe applies unless asked for more. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/**
 * Violations, one line each: the rule, and the elements as they are written. Empty: nothing was found.
 *
 * In one call and without the names of elements that pass: axe otherwise spends three times as long on handing every
 * element of a chapter over. No page has a frame, which is what the longer way would be for.
 *
 * @param within a selector: only this part of the page
 * @param only "colours": the rules about colours, for a page whose other theme has passed them all
 */
export async function violations(
  page: Page,
  { within, only }: { readonly within?: string; readonly only?: "colours" | undefined } = {},
): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({
    resultTypes: ["violations"],
    selectors: false,
    preload: false,
    ...(only && { runOnly: { type: "rule" as const, values: COLOURS } }),
  });
  if (within !== undefined) axe.include(within);
  const found = await axe.analyze();
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
