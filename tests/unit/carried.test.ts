import { describe, expect, it } from "vitest";
import { carry, unpack } from "../../src/experiment/carried.ts";
import { experiments } from "../experiments.ts";

const all = experiments().map(({ experiment }) => experiment);

describe("an experiment as a page carries it", () => {
  it.each(all.map((one) => [one.id, one] as const))("%s comes back byte for byte", (_, experiment) => {
    expect(JSON.stringify(unpack(carry(experiment)))).toBe(JSON.stringify({ ...experiment, expect: [] }));
  });

  it("leaves the baseline at home", () => {
    const defaults = all.filter(({ hosts }) =>
      hosts.every(({ sysctl }) => sysctl["net.ipv4.tcp_synack_retries"] === "5"),
    );
    expect(defaults.length).toBeGreaterThan(0);
    expect(defaults.filter((one) => carry(one).includes("tcp_synack_retries"))).toEqual([]);
  });
});
