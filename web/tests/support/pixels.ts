import type { Locator } from "@playwright/test";

/** Returns how many different values the pixels of a canvas have; none if nothing was drawn. */
export function drawnValues(canvas: Locator): Promise<number> {
  return canvas.evaluate((drawn: HTMLCanvasElement) => {
    if (drawn.width === 0) return 0;
    const copy = new OffscreenCanvas(drawn.width, drawn.height).getContext("2d", { willReadFrequently: true });
    copy?.drawImage(drawn, 0, 0);
    return new Set(copy?.getImageData(0, 0, drawn.width, drawn.height).data).size;
  });
}

/** Returns whether an image on the page has the pixels of a JPEG. */
export function isPicture(image: Locator, jpeg: Buffer): Promise<boolean> {
  return image.evaluate(async (shown: HTMLImageElement, base64) => {
    const pixels = (source: CanvasImageSource, width: number, height: number) => {
      const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
      copy?.drawImage(source, 0, 0);
      return copy?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
    };
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    // the policy of the page does not allow fetching the image's own blob
    const expected = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    if (expected.width !== shown.naturalWidth || expected.height !== shown.naturalHeight) return false;
    const wanted = pixels(expected, expected.width, expected.height);
    return pixels(shown, expected.width, expected.height).every((value, index) => value === wanted[index]);
  }, jpeg.toString("base64"));
}
