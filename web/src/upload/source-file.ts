import { FileChangedError, FilePermissionError } from "./failures";
import type { StoredUpload } from "./types";

/** Adds the part of the File System Access API that TypeScript does not declare: not every browser has it. */
interface AskableHandle extends FileSystemFileHandle {
  queryPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(descriptor: { mode: "read" }): Promise<PermissionState>;
}

/** A file on this machine, as it was when it was chosen. */
export class SourceFile {
  constructor(
    readonly file: File,
    readonly handle?: FileSystemFileHandle,
  ) {}

  /** Opens a file again by its handle. Rejects with `FilePermissionError` or `FileChangedError`. */
  static async open(handle: FileSystemFileHandle, upload: StoredUpload): Promise<SourceFile> {
    const askable: AskableHandle = handle;
    if ((await askable.queryPermission?.({ mode: "read" })) !== "granted") throw new FilePermissionError();
    const file = await currentFile(handle);
    if (!isSameFile(file, upload)) throw new FileChangedError();
    return new SourceFile(file, handle);
  }

  /** Asks the user for the permission to read the file. Works only in a click. */
  static async askPermission(handle: FileSystemFileHandle): Promise<boolean> {
    const askable: AskableHandle = handle;
    const answer = await askable.requestPermission?.({ mode: "read" }).catch(() => "denied");
    return answer === "granted";
  }

  /**
   * Rejects with `FileChangedError` if the file on disk is not the one that was chosen any more. A `File` keeps the
   * size and the time at which it was chosen; reading it fails after a change.
   */
  async check(): Promise<void> {
    if (this.handle) {
      const { size, lastModified } = await currentFile(this.handle);
      if (size !== this.file.size || lastModified !== this.file.lastModified) throw new FileChangedError();
    }
    await this.file
      .slice(0, 1)
      .arrayBuffer()
      .catch(() => Promise.reject(new FileChangedError()));
  }
}

/** Whether a file is the one that an upload began with, as far as can be seen without reading it. */
export function isSameFile(file: File, upload: StoredUpload): boolean {
  return file.name === upload.name && file.size === upload.bytes && file.lastModified === upload.lastModified;
}

async function currentFile(handle: FileSystemFileHandle): Promise<File> {
  try {
    return await handle.getFile();
  } catch (error) {
    const isDenied = error instanceof DOMException && error.name === "NotAllowedError";
    throw isDenied ? new FilePermissionError() : new FileChangedError();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  mp4: "video/mp4",
  m4v: "video/x-m4v",
  mov: "video/quicktime",
  webm: "video/webm",
  mkv: "video/x-matroska",
  avi: "video/x-msvideo",
  ts: "video/mp2t",
  mts: "video/mp2t",
  m2ts: "video/mp2t",
  mpg: "video/mpeg",
  mpeg: "video/mpeg",
  wmv: "video/x-ms-wmv",
  flv: "video/x-flv",
  ogv: "video/ogg",
  "3gp": "video/3gpp",
};

/** The media type of a file: the browser's, or else by the extension of the name. */
export function contentTypeOf(file: File): string {
  if (/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(file.type)) return file.type;
  const extension = /[^.]\.(\w+)$/.exec(file.name)?.[1]?.toLowerCase();
  return TYPES[extension ?? ""] ?? "application/octet-stream";
}
