import { defineConfig } from "@playwright/test";

/** Where traces, screenshots and results go. */
const output = process.env.FRAMEZIP_OUTPUT ?? "../target/page-tests";

/** Debian's Chromium, without its own requests to the internet. */
const chromium = {
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ],
};

export default defineConfig({
  testDir: "tests",
  testMatch: "*.spec.ts",
  outputDir: `${output}/failures`,
  reporter: [["list"], ["json", { outputFile: `${output}/results.json` }]],
  // the tests share one stack and two processors
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    browserName: "chromium",
    launchOptions: chromium,
    baseURL: process.env.FRAMEZIP_PAGE ?? "",
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "UTC",
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
