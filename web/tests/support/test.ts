import { type BrowserContext, type BrowserContextOptions, test as base } from "@playwright/test";
import { Guard } from "./guard";
import { type Library, makeLibrary } from "./library";
import { newPerson, type Person } from "./person";
import { usePickers, type Pickers } from "./pickers";

export { expect } from "@playwright/test";

interface Fixtures {
  /** The file pickers of the browser. */
  pickers: Pickers;
  /** Fails the test if something unexpected happens on a page. */
  guard: Guard;
  /** Opens another browser, so to speak: with its own storage, and watched as well. */
  openContext: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  /** A person with an account and no videos. */
  person: Person;
}

interface WorkerFixtures {
  /** A person with videos in every state. The tests that use it change nothing. */
  library: Library;
}

/** A test of the page in a watched browser. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  pickers: ["none", { option: true }],

  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    guard.verify();
  },

  context: async ({ context, guard, pickers }, use) => {
    await guard.watch(context);
    await usePickers(context, pickers);
    await use(context);
    // answers that a test has replaced may be on their way still
    for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
  },

  openContext: async ({ browser, guard, pickers, baseURL, contextOptions, locale, timezoneId, viewport }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext({
        ...contextOptions,
        ...(baseURL === undefined ? {} : { baseURL }),
        ...(locale === undefined ? {} : { locale }),
        ...(timezoneId === undefined ? {} : { timezoneId }),
        viewport,
        ...options,
      });
      opened.push(context);
      await guard.watch(context);
      await usePickers(context, pickers);
      return context;
    });
    for (const context of opened) await context.close();
  },

  person: async ({}, use) => use(await newPerson()),

  library: [async ({}, use) => use(await makeLibrary()), { scope: "worker", timeout: 180_000 }],
});
