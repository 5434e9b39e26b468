import { defineConfig } from "@playwright/test";
import { findBrowser } from "./scripts/browser.ts";

const port = Number(process.env["TEST_PORT"] ?? 4391);

export default defineConfig({
  testDir: "tests",
  testMatch: ["{e2e,a11y}/**/*.spec.ts"],
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  // A machine that is busy or slow takes longer for the same; only a test that fails waits for these.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions: findBrowser() ?? {},
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1280, height: 900 } } },
    {
      name: "phone",
      testMatch: ["e2e/**/*.spec.ts"],
      testIgnore: ["**/base-path.spec.ts"],
      // What is the same at every width runs once.
      grepInvert: /@once/,
      use: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
    },
  ],
  webServer: {
    command: "node scripts/serve.ts",
    env: { PORT: String(port) },
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
  },
});
