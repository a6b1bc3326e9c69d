import { looksLikeVideo } from "./file-kinds";

/** A file to send, with its handle where the browser gives one: with it, the upload survives a reload. */
export interface FoundFile {
  readonly file: File;
  readonly handle?: FileSystemFileHandle;
}

/** Files that were dropped, pasted or chosen, and the names of those that are left out. */
export interface Found {
  readonly files: readonly FoundFile[];
  /** Files of folders that are no videos. */
  readonly otherFiles: readonly string[];
  /** Whether there were more files than are taken at once. */
  readonly isCut: boolean;
}

/** The most files of folders that are looked at, so that a dropped disk does not stop the page. */
export const MOST_FILES = 500;

/** The answer of a dialog that was closed. Unlike an empty folder, it needs no message. */
export const NOTHING: Found = { files: [], otherFiles: [], isCut: false };

// a part of the File System API that TypeScript's own types do not have
interface HandleItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/** Collects files, leaving out those from folders that are no videos. */
class Collector {
  private readonly files: FoundFile[] = [];
  private readonly otherFiles: string[] = [];
  private seen = 0;

  /** Adds a file that the user named. */
  add(file: File, handle?: FileSystemFileHandle): void {
    this.files.push(handle ? { file, handle } : { file });
  }

  async addFromFolder(file: File, handle?: FileSystemFileHandle): Promise<void> {
    this.seen += 1;
    if (file.name.startsWith(".")) return;
    if (await looksLikeVideo(file)) this.add(file, handle);
    else this.otherFiles.push(file.name);
  }

  get isFull(): boolean {
    return this.seen >= MOST_FILES;
  }

  get found(): Found {
    return { files: this.files, otherFiles: this.otherFiles, isCut: this.isFull };
  }
}

/**
 * Reads what was dropped or pasted. The items are only readable during the event, so everything is asked for
 * before the first wait.
 */
export async function filesOfTransfer(transfer: DataTransfer): Promise<Found> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const asked = items.map((item) => ({
    handle: (item as unknown as HandleItem).getAsFileSystemHandle?.().catch(() => null),
    entry: item.webkitGetAsEntry?.(),
    file: item.getAsFile(),
  }));
  const collector = new Collector();
  for (const { handle: asking, entry, file } of asked) {
    const handle = await asking;
    if (handle?.kind === "directory") await walkHandle(handle as FileSystemDirectoryHandle, collector);
    else if (handle?.kind === "file" && file) collector.add(file, handle as FileSystemFileHandle);
    else if (entry?.isDirectory) await walkEntry(entry as FileSystemDirectoryEntry, collector);
    else if (file) collector.add(file);
  }
  return collector.found;
}

/** Reads what a file input holds. Files of a folder carry their path. */
export async function filesOfInput(files: Iterable<File>): Promise<Found> {
  const collector = new Collector();
  for (const file of files) {
    if (file.webkitRelativePath === "") collector.add(file);
    else if (!collector.isFull) await collector.addFromFolder(file);
  }
  return collector.found;
}

/** Reads chosen handles. */
export async function filesOfHandles(handles: Iterable<FileSystemFileHandle>): Promise<Found> {
  const collector = new Collector();
  for (const handle of handles) collector.add(await handle.getFile(), handle);
  return collector.found;
}

/** Reads a chosen folder with all folders in it. */
export async function filesOfDirectory(directory: FileSystemDirectoryHandle): Promise<Found> {
  const collector = new Collector();
  await walkHandle(directory, collector);
  return collector.found;
}

async function walkHandle(directory: FileSystemDirectoryHandle, collector: Collector): Promise<void> {
  for await (const handle of directory.values()) {
    if (collector.isFull) return;
    if (handle.kind === "directory") await walkHandle(handle as FileSystemDirectoryHandle, collector);
    else await addHandle(handle as FileSystemFileHandle, collector);
  }
}

async function addHandle(handle: FileSystemFileHandle, collector: Collector): Promise<void> {
  await collector.addFromFolder(await handle.getFile(), handle);
}

async function walkEntry(directory: FileSystemDirectoryEntry, collector: Collector): Promise<void> {
  const reader = directory.createReader();
  // each call gives some of the entries; an empty answer is the end
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (collector.isFull) return;
      if (entry.isDirectory) await walkEntry(entry as FileSystemDirectoryEntry, collector);
      else await collector.addFromFolder(await fileOf(entry as FileSystemFileEntry));
    }
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((done, failed) => entry.file(done, failed));
}
