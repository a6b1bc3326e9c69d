import { expect, type Page } from "@playwright/test";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../../docs/screenshots/", import.meta.url));
const MOST_BYTES = 150_000;
const QUALITIES = [80, 65, 50, 35];
const SIZES = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

/** Takes a picture of the view in both themes, on a desktop and on a phone. `before` brings it into sight. */
export async function takePictures(page: Page, view: string, before?: () => Promise<unknown>): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  for (const [device, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await before?.();
      await isDrawn(page);
      await writeFile(`${FOLDER}${view}-${device}-${colorScheme}.jpg`, await smallPicture(page));
    }
  }
}

/** Waits until every image and every thumbnail on the screen is there. */
async function isDrawn(page: Page): Promise<void> {
  const missing = () =>
    page.evaluate(() => {
      const isOnScreen = (element: Element) => {
        const { top, bottom, width } = element.getBoundingClientRect();
        return width > 0 && bottom > 0 && top < innerHeight;
      };
      const images = [...document.querySelectorAll("img")].filter((image) => !image.complete || image.naturalWidth === 0);
      const canvases = [...document.querySelectorAll("canvas")].filter(({ width }) => width === 0);
      return [...images, ...canvases].filter(isOnScreen).length;
    });
  await expect.poll(missing).toBe(0);
}

async function smallPicture(page: Page): Promise<Buffer> {
  for (const quality of QUALITIES) {
    const picture = await page.screenshot({ type: "jpeg", quality, animations: "disabled", caret: "hide" });
    if (picture.length <= MOST_BYTES) return picture;
  }
  throw new Error(`A picture has more than ${MOST_BYTES} bytes.`);
}
