import { createStore, del, entries, set } from "idb-keyval";
import type { StoredUpload } from "./types";

/**
 * The unfinished uploads of one user, in a database of their own. If the browser offers no database (some private
 * windows), uploads work but do not survive a reload.
 */
export class UploadStorage {
  readonly #store = createStore("framezip-uploads", "uploads");
  readonly #channel: BroadcastChannel | undefined;

  constructor(private readonly owner: string) {
    if (typeof BroadcastChannel !== "undefined") this.#channel = new BroadcastChannel(`framezip-uploads-${owner}`);
  }

  /** Calls `listener` after another tab has added an upload. */
  onAdded(listener: () => void): void {
    if (this.#channel) this.#channel.onmessage = listener;
  }

  /** Stores a new upload and reports it to the other tabs. */
  async add(upload: StoredUpload): Promise<void> {
    await this.put(upload);
    this.#channel?.postMessage("added");
  }

  /** Stores an upload, or replaces it. */
  async put(upload: StoredUpload): Promise<void> {
    const key = [this.owner, upload.id];
    try {
      await set(key, upload, this.#store);
    } catch {
      // some browsers cannot store a handle
      const { handle: _, ...rest } = upload;
      await set(key, rest, this.#store).catch(() => undefined);
    }
  }

  /** Removes an upload, if it is there. */
  async remove(id: string): Promise<void> {
    await del([this.owner, id], this.#store).catch(() => undefined);
  }

  /** Returns the user's uploads in the order in which they were added. */
  async all(): Promise<StoredUpload[]> {
    const all = await entries<[string, string], StoredUpload>(this.#store).catch(() => []);
    const own = all.filter(([[owner]]) => owner === this.owner).map(([, upload]) => upload);
    return own.sort((one, other) => one.addedAt - other.addedAt);
  }

  /** Returns one upload, unless it has been removed. */
  async find(id: string): Promise<StoredUpload | undefined> {
    return (await this.all()).find((upload) => upload.id === id);
  }

  dispose(): void {
    this.#channel?.close();
  }
}
