import { expect, it } from "vitest";
import { read } from "./files.ts";

it("docs/words.txt is in the order of the alphabet, each word once, in small letters", () => {
  const words = read("docs/words.txt").trimEnd().split("\n");
  expect(words).toEqual([...new Set(words.map((word) => word.toLowerCase()))].sort());
});
