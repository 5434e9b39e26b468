import { describe, expect, test } from "vitest";
import { isOutside, withBase } from "../../src/components/links.ts";
import { keepWhole } from "../../src/components/whole.ts";
import { format } from "../../src/i18n/format.ts";
import { pick, type Locale } from "../../src/i18n/index.ts";

describe("withBase", () => {
  test("adds the base path to pages and files", () => {
    expect(withBase("/lab/", "/")).toBe("/lab/");
    expect(withBase("/", "/x/y/")).toBe("/x/y/");
    expect(withBase("/lab/#three-steps", "/x/y/")).toBe("/x/y/lab/#three-steps");
    expect(withBase("/experiments/close-four.json", "/x/y")).toBe("/x/y/experiments/close-four.json");
  });

  test("puts a language other than English before the path", () => {
    expect(withBase("/lab/", "/x/y/", "ko" as Locale)).toBe("/x/y/ko/lab/");
  });

  test("leaves addresses alone that leave the site or the page", () => {
    for (const address of ["https://www.rfc-editor.org/rfc/rfc9293", "mailto:a@example.org", "#predict", "//host/a"]) {
      expect(isOutside(address)).toBe(true);
      expect(withBase(address, "/x/y/")).toBe(address);
    }
  });

  test("refuses what would break or redirect, and says how to write it", () => {
    expect(() => withBase("lab/", "/")).toThrow("from the root");
    expect(() => withBase("/lab", "/")).toThrow('write "/lab/"');
  });
});

describe("keepWhole", () => {
  test("wraps state names in text, not in tags", () => {
    expect(keepWhole('<a title="TIME-WAIT">in TIME-WAIT</a>')).toBe(
      '<a title="TIME-WAIT">in <span class="nb">TIME-WAIT</span></a>',
    );
  });

  test("takes the longer of two names that begin alike, and no part of a word", () => {
    expect(keepWhole("FIN-WAIT-1, LAST-ACKS")).toBe('<span class="nb">FIN-WAIT-1</span>, LAST-ACKS');
  });
});

describe("format", () => {
  test("fills placeholders, and throws where one has no value", () => {
    expect(format("{n} of {total}", { n: 1, total: 10 })).toBe("1 of 10");
    expect(() => format("{n} min", {})).toThrow('no value for {n} in the message "{n} min"');
  });
});

describe("pick", () => {
  const en = { a: "A", deep: { b: "B", c: "C" } };

  test("gives English as it is", () => {
    expect(pick("en", { en })).toBe(en);
  });

  test("lays another language over English, string by string", () => {
    const ko = { deep: { b: "나" } };
    expect(pick("ko" as Locale, { en, ko } as never)).toEqual({ a: "A", deep: { b: "나", c: "C" } });
  });
});
