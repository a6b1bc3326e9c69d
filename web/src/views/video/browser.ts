/** Lets the browser download a link whose answer is an attachment. */
export function startDownload(url: string): void {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = "";
  anchor.rel = "noopener";
  anchor.click();
}

/** Returns the names of what the viewer needs and this browser lacks. */
export function missingFeatures(): string[] {
  const needed: Record<string, boolean> = {
    createImageBitmap: "createImageBitmap" in globalThis,
    "AbortSignal.any": "any" in AbortSignal,
    ResizeObserver: "ResizeObserver" in globalThis,
  };
  return Object.keys(needed).filter((name) => !needed[name]);
}
