import { EXTENSIONS } from "./file-kinds";
import { filesOfDirectory, filesOfHandles, NOTHING, type Found } from "./found-files";

// parts of the File System Access API that TypeScript's own types do not have
interface Pickers {
  showOpenFilePicker?(options: {
    id: string;
    multiple: boolean;
    types: { description: string; accept: Record<string, readonly string[]> }[];
  }): Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?(options: { id: string }): Promise<FileSystemDirectoryHandle>;
}

const pickers: Pickers = globalThis as unknown as Pickers;

/**
 * Lets the user choose files with handles, so that an upload survives a reload. Returns `"unsupported"` where a
 * file input does better: without the API, and on phones, where the input offers the camera roll.
 */
export async function pickFiles(description: string): Promise<Found | "unsupported"> {
  if (!pickers.showOpenFilePicker || !matchMedia("(pointer: fine)").matches) return "unsupported";
  const accept = { "video/*": EXTENSIONS.map((extension) => `.${extension}`) };
  const ask = () => pickers.showOpenFilePicker?.({ id: "videos", multiple: true, types: [{ description, accept }] });
  return picked(async () => filesOfHandles((await ask()) ?? []));
}

/** Lets the user choose a folder with handles, as `pickFiles` does files. */
export async function pickFolder(): Promise<Found | "unsupported"> {
  if (!pickers.showDirectoryPicker) return "unsupported";
  return picked(async () => {
    const directory = await pickers.showDirectoryPicker?.({ id: "videos" });
    return directory ? filesOfDirectory(directory) : NOTHING;
  });
}

async function picked(pick: () => Promise<Found>): Promise<Found | "unsupported"> {
  try {
    return await pick();
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    // closing the dialog chooses nothing
    if (name === "AbortError") return NOTHING;
    if (name === "SecurityError" || name === "NotAllowedError") return "unsupported";
    throw error;
  }
}
