import tests from "../playwright.config";

/** Measures times and frame rates, which depend on the machine, and prints them. */
export default {
  ...tests,
  testDir: ".",
  testMatch: "measure.ts",
  // a trace takes a picture of each change, which would be measured too
  use: { ...tests.use, trace: "off" },
};
