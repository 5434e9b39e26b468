/**
 * Addresses inside the site. Pages write them from the root (`/chapters/how-a-connection-ends/`);
 * the base path the site is served under, and the language, are added here and nowhere else.
 */
import { DEFAULT_LOCALE, type Locale } from "../i18n/index.ts";

/** True for addresses that leave the site, and for jumps within a page. */
export function isOutside(address: string): boolean {
  return address.startsWith("#") || /^[a-z][a-z0-9+.-]*:/i.test(address) || address.startsWith("//");
}

/**
 * The address to print for a page or a file of the site.
 * @param path from the root, `/lab/` or `/experiments/close-four.json`; addresses outside come back unchanged
 * @throws Error if the path is relative, or names a page without its final slash (it would redirect)
 */
export function withBase(path: string, base: string, locale: Locale = DEFAULT_LOCALE): string {
  if (isOutside(path)) return path;
  const [place = "", ...rest] = path.split(/(?=[?#])/);
  if (!place.startsWith("/")) throw new Error(`link "${path}": write it from the root of the site, as in /lab/`);
  if (!place.endsWith("/") && !/\.[a-z0-9]+$/.test(place))
    throw new Error(`link "${path}": a page ends with a slash; write "${place}/"`);
  const language = locale === DEFAULT_LOCALE ? "" : `/${locale}`;
  return `${base.replace(/\/$/, "")}${language}${place}${rest.join("")}`;
}

/** `withBase` for the base path this build is made for. */
export function href(path: string, locale: Locale = DEFAULT_LOCALE): string {
  return withBase(path, import.meta.env.BASE_URL, locale);
}
