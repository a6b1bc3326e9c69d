import type { Page } from "@playwright/test";

/** Returns the compressed bytes of the scripts and styles that the page has loaded since it was opened. */
export function loadedBytes(page: Page): Promise<number> {
  return page.evaluate(() => {
    const resources = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    const isCode = ({ name }: PerformanceResourceTiming) => /\.(js|css)$/.test(new URL(name).pathname);
    return resources.filter(isCode).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  });
}

/** Returns the sum of all layout shifts since the page was opened, but for those that follow a user's action. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const observer = new PerformanceObserver((list) => finish(list.getEntries()));
        const finish = (entries: PerformanceEntryList) => {
          observer.disconnect();
          const shifts = entries as (PerformanceEntry & { value: number; hadRecentInput: boolean })[];
          resolve(shifts.reduce((sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0));
        };
        observer.observe({ type: "layout-shift", buffered: true });
        // without any shift the observer is never called; two frames later all are reported
        requestAnimationFrame(() => requestAnimationFrame(() => finish(observer.takeRecords())));
      }),
  );
}
