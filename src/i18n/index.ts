/**
 * Languages of the site. Each room of the interface has its own catalogue, `en/<room>.ts`, a plain
 * object of strings. A page or an island picks the room it needs, so an island never carries the
 * strings of another:
 *
 *     import { site } from "../i18n/en/site.ts";
 *     const t = pick(locale, { en: site });
 *
 * English stands at the root of the site, every other language under its code.
 */

export const LOCALES = ["en"] as const;
export type Locale = (typeof LOCALES)[number];
export const DEFAULT_LOCALE: Locale = "en";

/** What a language is called by those who read it; shown in the language switch. */
export const LOCALE_NAMES: Readonly<Record<Locale, string>> = { en: "English" };

export function isLocale(text: string): text is Locale {
  return (LOCALES as readonly string[]).includes(text);
}

/** A catalogue in a language other than English: strings that are missing fall back to English. */
type Partly<T> = { readonly [K in keyof T]?: T[K] extends string ? string : Partly<T[K]> };

/** One room's catalogue in the given language, over English. */
export function pick<T extends object>(
  locale: Locale,
  catalogues: { readonly en: T } & { readonly [L in Exclude<Locale, "en">]?: Partly<T> },
): T {
  const own: object | undefined = (catalogues as Record<string, object>)[locale];
  return own === undefined || own === catalogues.en ? catalogues.en : over(catalogues.en, own);
}

function over<T extends object>(base: T, own: object): T {
  const merged = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(own)) {
    const below = merged[key];
    merged[key] =
      typeof value === "object" &&
      value !== null &&
      typeof below === "object" &&
      below !== null &&
      !Array.isArray(value)
        ? over(below, value as object)
        : value;
  }
  return merged as T;
}
