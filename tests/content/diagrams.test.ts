import { describe, expect, it } from "vitest";
import { diagramHash, diagramStyle, GENERATED } from "../../scripts/diagrams.ts";
import { diagramText } from "../../src/components/diagram.ts";
import { diagrams, read } from "./files.ts";

const style = diagramStyle(read("src/styles/tokens.css"));

describe.each([...diagrams])("content/diagrams/%s", (id) => {
  const source = read(`content/diagrams/${id}.mmd`);
  const svg = read(`content/diagrams/${id}.svg`);

  it("is drawn from its source as it is now", () => {
    expect(svg, "npm run diagrams").toContain(`data-source="${diagramHash(source, style)}"`);
  });
  it("has both themes, a title, and nothing that an image may not hold", () => {
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).toMatch(/<title[^>]*>.+<\/title><desc[^>]*>.+<\/desc>/);
    expect(svg).not.toMatch(/<foreignObject|<script|@import|url\(['"]?(?!#)/);
  });
  it("has a text twin", () => {
    expect(diagramText(id, source).lines.length).toBeGreaterThan(3);
  });
});

describe("diagrams from the transition table", () => {
  it.each(Object.entries(GENERATED))("%s is what the engine's table says", (id, write) => {
    expect(read(`content/diagrams/${id}.mmd`), "npm run diagrams").toBe(write());
  });
});

describe("text twin", () => {
  it.each([
    ["a line it does not know", "sequenceDiagram\nloop forever", 'x.mmd: "loop forever" has no text twin'],
    ["no description", "sequenceDiagram\naccTitle: T", "x.mmd: needs accTitle and accDescr"],
  ])("refuses %s", (_, source, message) => {
    expect(() => diagramText("x.mmd", source)).toThrow(message);
  });
});
