/** Returns the names of what the viewer needs and this browser lacks. */
export function missingFeatures(): string[] {
  const needed: Record<string, boolean> = {
    createImageBitmap: "createImageBitmap" in globalThis,
    "AbortSignal.any": "any" in AbortSignal,
    ResizeObserver: "ResizeObserver" in globalThis,
  };
  return Object.keys(needed).filter((name) => !needed[name]);
}
