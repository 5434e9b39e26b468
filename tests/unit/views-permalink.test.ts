import { describe, expect, it } from "vitest";
import { decodeLink, encodeLink, resolveLink } from "../../src/experiment/permalink.ts";

const run = { experiment: "close-four", hash: "1a2b3c4d5e6f", events: 80 };
const follow = (fragment: string) => {
  const link = decodeLink(fragment);
  return link && resolveLink(link, run);
};

describe("links to a step", () => {
  it("come back as they were made", () => {
    const fragment = encodeLink("close-four", 42, "1a2b3c4d5e6f");
    expect(fragment).toBe("#x=close-four@42&v=2&h=1a2b3c4d");
    const followed = encodeLink("close-four", 42, "1a2b3c4d5e6f", { follow: 3, panels: ["why"] });
    expect(followed).toBe("#x=close-four@42&v=2&h=1a2b3c4d&f=3&p=why");
    expect(decodeLink(followed)?.follow).toBe(3);
    expect(follow(fragment)).toEqual({ event: 42, problem: null });
  });

  it.each([
    ["#x=close-four", { event: 0, problem: null }],
    ["#x=close-four@42", { event: 42, problem: null }],
    ["#x=close-four@42&v=1&h=1a2b3c4d&future=yes", { event: 42, problem: null }],
    ["#x=close-five@42", { event: 0, problem: "unknown-experiment" }],
    ["#x=close-four@9999", { event: 79, problem: "no-such-event" }],
    ["#x=close-four@-3", { event: 79, problem: "no-such-event" }],
    ["#x=close-four@1e999", { event: 79, problem: "no-such-event" }],
    ["#x=close-four@42&v=3", { event: 42, problem: "newer-version" }],
    ["#x=close-four@42&v=1&h=ffffffff", { event: 42, problem: "experiment-changed" }],
    ["#x=close-four@42&h=<script>", { event: 42, problem: null }],
  ])("%s leads somewhere and says what it could not take", (fragment, expected) => {
    expect(follow(fragment)).toEqual(expected);
  });

  it.each([
    ["&f=2", 2],
    ["", null],
    ["&f=0", null],
    ["&f=-1", null],
    ["&f=A:40000", null],
    ["&f=99999", null],
  ])("the connection that is followed: %o", (rest, follow) => {
    expect(decodeLink(`#x=close-four@42&v=2${rest}`)?.follow).toBe(follow);
  });

  it.each(["", "#", "#two-parts", "#y=close-four@3", "#x=", "#%E0%A4%A"])("%s is no such link", (fragment) => {
    expect(decodeLink(fragment)).toBeNull();
  });
});
