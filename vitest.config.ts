import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/{unit,property,conformance,content}/**/*.test.{ts,tsx}"],
    environment: "node",
    // A test.only that was left in would hide all the others; to run one alone there is -t.
    allowOnly: false,
    testTimeout: 20_000,
    // One core less is the default, which on two of them is half.
    maxWorkers: "100%",
    // Each of the concurrent tests starts a tshark: more at once than cores only stand in each other's way.
    maxConcurrency: 2,
  },
});
