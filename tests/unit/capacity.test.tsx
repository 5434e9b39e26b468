// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, describe, expect, it } from "vitest";
import { capacity as t } from "../../src/i18n/en/capacity.ts";
import { format } from "../../src/i18n/format.ts";
import { Capacity } from "../../src/ui/capacity/Capacity.tsx";
import { capacity } from "../../src/views/capacity.ts";

const start = { ports: 28_232, seconds: 60, destinations: 1, sources: 1 };

describe("the arithmetic of ports", () => {
  it("has each combination once in the time", () => {
    expect(capacity(start)).toEqual({ combinations: 28_232, perSecond: 470, firstHalf: 235 });
    expect(capacity({ ...start, destinations: 2, sources: 3 }).perSecond).toBe(2823);
  });

  it("leaves one port of an odd range out, as connect() does, but uses a single one", () => {
    expect(capacity({ ...start, ports: 3 }).combinations).toBe(2);
    expect(capacity({ ...start, ports: 1 }).combinations).toBe(1);
  });
});

describe("the calculator", () => {
  afterEach(cleanup);
  const type = (field: string, value: string): boolean =>
    fireEvent.input(screen.getByLabelText(field), { target: { value } });
  const said = (): string => screen.getByRole("status").textContent;

  it("says its result in words, and again when a field changes", () => {
    render(<Capacity start={start} locale="en" />);
    expect(said()).toContain(format(t.result.many, { combinations: "28,232", seconds: 60, n: 470 }));
    type(t.fields.destinations, "2");
    expect(said()).toContain(format(t.result.many, { combinations: "56,464", seconds: 60, n: 941 }));
    type(t.fields.ports, "4");
    expect(said()).toContain(format(t.result.less, { combinations: "8", seconds: 60 }));
  });

  it.each(["", "0", "1.5", "70000"])("names the field that cannot be: %j ports", (ports) => {
    render(<Capacity start={start} locale="en" />);
    type(t.fields.ports, ports);
    expect(said()).toBe(format(t.invalid, { field: t.fields.ports, most: "65,535" }));
    expect(screen.getByLabelText(t.fields.ports).getAttribute("aria-invalid")).toBe("true");
  });
});
