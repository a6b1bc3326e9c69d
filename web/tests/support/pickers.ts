import type { BrowserContext } from "@playwright/test";

/**
 * Tests cannot use the browser's own file pickers. With `none`, the page has none and does what it does in Firefox:
 * inputs and downloads. With `private`, the pickers choose from the origin's private file system, whose handles are
 * like those of the disk.
 */
export type Pickers = "none" | "private";

/** Gives all pages of a context these pickers. */
export async function usePickers(context: BrowserContext, pickers: Pickers): Promise<void> {
  await context.addInitScript((kind) => {
    Reflect.deleteProperty(window, "showDirectoryPicker");
    if (kind === "none") {
      Reflect.deleteProperty(window, "showOpenFilePicker");
      Reflect.deleteProperty(window, "showSaveFilePicker");
      return;
    }
    const files = () => navigator.storage.getDirectory();
    const showOpenFilePicker = async () => Array.fromAsync((await files()).values());
    const showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }) =>
      (await files()).getFileHandle(suggestedName, { create: true });
    Object.assign(window, { showOpenFilePicker, showSaveFilePicker });
  }, pickers);
}
