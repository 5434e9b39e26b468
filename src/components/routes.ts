import { DEFAULT_LOCALE, LOCALES, type Locale } from "../i18n/index.ts";

/** The `[...locale]` part of an address: nothing for English, the code for any other language. */
export function localeParam(locale: Locale): string | undefined {
  return locale === DEFAULT_LOCALE ? undefined : locale;
}

/** One path a language, for pages whose text is all in the catalogue. */
export function everyLocale(): { params: { locale: string | undefined }; props: { locale: Locale } }[] {
  return LOCALES.map((locale) => ({ params: { locale: localeParam(locale) }, props: { locale } }));
}
