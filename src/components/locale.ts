import { DEFAULT_LOCALE, isLocale, type Locale } from "../i18n/index.ts";

/** The language of the page being built, from Astro's `currentLocale`. */
export function pageLocale(current: string | undefined): Locale {
  return current !== undefined && isLocale(current) ? current : DEFAULT_LOCALE;
}
