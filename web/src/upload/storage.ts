import { createStore, del, entries, set } from "idb-keyval";
import type { StoredUpload } from "./types";

/**
 * The unfinished uploads of one user, in a database of their own. If the browser offers no database (some private
 * windows), uploads work but do not survive a reload.
 */
export class UploadStorage {
  readonly #store = createStore("framezip-uploads", "uploads");

  constructor(private readonly owner: string) {}

  /** Stores an upload, or replaces it. */
  async put(upload: StoredUpload): Promise<void> {
    const key = [this.owner, upload.id];
    const store = async (value: StoredUpload) => {
      await set(key, value, this.#store);
      return true;
    };
    if (await orElse(false, () => store(upload))) return;
    // some browsers cannot store a handle
    const { handle: _, ...rest } = upload;
    await orElse(false, () => store(rest));
  }

  /** Removes an upload, if it is there. */
  async remove(id: string): Promise<void> {
    await orElse(undefined, () => del([this.owner, id], this.#store));
  }

  /** Returns the user's uploads in the order in which they were added. */
  async all(): Promise<StoredUpload[]> {
    const all = await orElse([], () => entries<[string, string], StoredUpload>(this.#store));
    const own = all.filter(([[owner]]) => owner === this.owner).map(([, upload]) => upload);
    return own.sort((one, other) => one.addedAt - other.addedAt);
  }

  /** Returns one upload, unless it has been removed. */
  async find(id: string): Promise<StoredUpload | undefined> {
    return (await this.all()).find((upload) => upload.id === id);
  }
}

/** Returns what `access` returns, or `otherwise` if there is no database or it fails, even synchronously. */
async function orElse<T>(otherwise: T, access: () => Promise<T>): Promise<T> {
  try {
    return await access();
  } catch {
    return otherwise;
  }
}
