import tests from "../playwright.config";

/** Measures times and frame rates, which depend on the machine, and prints them. */
export default { ...tests, testDir: ".", testMatch: "measure.ts" };
