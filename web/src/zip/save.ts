import { makeZip, predictLength } from "client-zip";
import type { FrameEntry } from "./archive";
import type { ReadOptions } from "./range-source";

/** How to save frames. */
export interface SaveOptions {
  /** Reads a frame. */
  read(entry: FrameEntry, options: ReadOptions): Promise<Blob>;
  /** The name of the zip without its extension. */
  name: string;
  signal?: AbortSignal | undefined;
  /** Is called with the number of frames that were read. */
  onProgress?(done: number): void;
}

/** Reads that run before the zip needs them. */
const AHEAD = 4;

type PickSaveFile = (options: {
  suggestedName: string;
  types: { description: string; accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle>;

/**
 * Saves one frame as an image or several as a zip. Where the browser can, the zip is streamed to the file;
 * else it is made in memory. Returns false if no file was chosen. Call it from a user's action.
 */
export async function saveFrames(entries: readonly FrameEntry[], options: SaveOptions): Promise<boolean> {
  const [first] = entries;
  if (!first) return false;
  if (entries.length === 1) {
    const image = await options.read(first, { signal: options.signal, urgent: true });
    options.onProgress?.(1);
    saveBlob(image, `${options.name}_${fileName(first)}`);
    return true;
  }
  const zipName = `${options.name}.zip`;
  // the picker has to open before the first await, while the user's action counts
  const pick = (globalThis as { showSaveFilePicker?: PickSaveFile }).showSaveFilePicker;
  if (!pick) {
    const zip = await new Response(zipOf(entries, options)).blob();
    options.signal?.throwIfAborted();
    saveBlob(new Blob([zip], { type: "application/zip" }), zipName);
    return true;
  }
  let file: FileSystemFileHandle;
  try {
    file = await pick({
      suggestedName: zipName,
      types: [{ description: "Zip", accept: { "application/zip": [".zip"] } }],
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return false;
    throw error;
  }
  const out = await file.createWritable();
  // an aborted pipe discards what was written
  await zipOf(entries, options).pipeTo(out, options.signal ? { signal: options.signal } : {});
  return true;
}

/** Returns the length of the zip of some frames. */
export function zipBytes(entries: readonly FrameEntry[]): number {
  return Number(predictLength(entries.map((entry) => ({ name: fileName(entry), size: entry.bytes }))));
}

/** Returns a stream of a zip of some frames. They are read a few at a time, in order. */
export function zipOf(entries: readonly FrameEntry[], options: SaveOptions): ReadableStream<Uint8Array> {
  return makeZip(files(entries, options));
}

async function* files(entries: readonly FrameEntry[], { read, signal, onProgress }: SaveOptions) {
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const ahead: Promise<Blob>[] = [];
  let next = 0;
  try {
    for (const [index, entry] of entries.entries()) {
      while (next < entries.length && ahead.length < AHEAD) {
        const image = read(entries[next++] as FrameEntry, { signal: stopped });
        // its error counts when it is this image's turn
        image.catch(() => undefined);
        ahead.push(image);
      }
      const input = (await ahead.shift()) as Blob;
      yield { name: fileName(entry), input };
      onProgress?.(index + 1);
    }
  } finally {
    stop.abort();
  }
}

/** Returns the name of a frame's file without its folder. */
export function fileName(entry: FrameEntry): string {
  return entry.name.slice(entry.name.lastIndexOf("/") + 1);
}

/** Lets the browser save a blob. */
function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // the browser has begun to read the blob long before
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
