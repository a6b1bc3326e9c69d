import tests from "../playwright.config";

/** Takes the pictures of `docs/screenshots`. */
export default { ...tests, testDir: ".", testMatch: "screenshots.ts" };
