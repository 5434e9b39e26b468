import { describe, expect, test } from "vitest";
import { checkExpectations } from "../../src/experiment/expect.ts";
import { expectations } from "../../src/i18n/en/expectations.ts";
import { format } from "../../src/i18n/format.ts";
import { edited, KERNEL, vectorFiles } from "../compare/vectors.ts";

const vectors = vectorFiles.flatMap(({ name, file }) =>
  file.expectations.map((vector) => ({
    ...vector,
    name: `${name}: ${vector.name}`,
    trace: vector.kernel ? edited(file, vector.kernel, KERNEL) : edited(file),
  })),
);

describe("expectations", () => {
  test.each(vectors)("$name", ({ expectation, trace, holds, code, found }) => {
    const [check] = checkExpectations([expectation], trace);
    expect(check).toMatchObject({ expectation, holds, code });
    if (found !== undefined) expect(check?.values["found"]).toBe(found);
    if (check) expect(format(expectations[check.code], check.values)).not.toContain("{");
  });

  test("every code is shown", () => {
    expect([...new Set(vectors.map(({ code }) => code))].sort()).toEqual(Object.keys(expectations).sort());
  });
});
