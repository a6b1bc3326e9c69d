import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const SCHEMES = ["light", "dark"] as const;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
] as const;

/** Checks that axe finds nothing in this state of the page, in both themes, on a desktop and on a phone. */
export async function isAccessible(page: Page, state: string): Promise<void> {
  const found: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      found.push(...(await violations(page)).map((text) => `${colorScheme}, ${size.width} px: ${text}`));
    }
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
