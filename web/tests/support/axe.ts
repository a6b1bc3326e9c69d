import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const SCHEMES = ["light", "dark"] as const;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 320, height: 640 },
] as const;

/**
 * Checks that axe finds nothing in this state of the page, in both themes, on a desktop and on the smallest phone, and that
 * the page is not wider than the screen.
 */
export async function isAccessible(page: Page, state: string): Promise<void> {
  const found: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      found.push(...(await violations(page)).map((text) => `${colorScheme}, ${size.width} px: ${text}`));
    }
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (excess > 0) found.push(`${size.width} px: the page is ${excess} px wider than the screen`);
  }
  await page.setViewportSize(SIZES[0]);
  expect.soft(found, state).toEqual([]);
}

/** The same for a state that does not last long: only as the page is now. */
export async function isAccessibleNow(page: Page, state: string): Promise<void> {
  expect.soft(await violations(page), state).toEqual([]);
}

async function violations(page: Page): Promise<string[]> {
  // without frames in the page, the result can be collected in it
  const result = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return result.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(" ")} – ${node.failureSummary}`).join("; ")}`,
  );
}
