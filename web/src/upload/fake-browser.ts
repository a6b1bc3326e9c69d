import { IDBFactory } from "fake-indexeddb";
import { vi } from "vitest";
import type { Environment } from "./environment";
import { FakeServer } from "./fake-server";
import { browserLocks } from "./locks";
import type { Network } from "./network";
import { UploadStorage } from "./storage";
import { Tabs } from "./tabs";
import type { UploadItem } from "./types";
import { Uploads } from "./uploads";

/** Web Locks as far as uploads use them. All tabs of a test share one. */
export class FakeLockManager {
  readonly #queues = new Map<string, Promise<unknown>[]>();

  async request(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    callback: (lock: unknown) => Promise<void>,
  ): Promise<void> {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    if (options.ifAvailable && queue.length > 0) return callback(null);
    const before = Promise.allSettled(queue);
    const turn = before.then(() => (options.signal?.aborted ? undefined : callback({ name })));
    queue.push(turn);
    await turn.finally(() => queue.splice(queue.indexOf(turn), 1));
    options.signal?.throwIfAborted();
  }
}

/** A network that the test switches. */
export class FakeNetwork implements Network {
  readonly #listeners = new Set<() => void>();
  online = true;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  switch(online: boolean): void {
    this.online = online;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** One browser with a server: what survives when a page is closed. */
export class FakeBrowser {
  readonly server = new FakeServer();
  readonly network = new FakeNetwork();
  readonly wakeLock = { keep: vi.fn(), dispose: vi.fn() };
  readonly #locks = new FakeLockManager();

  constructor() {
    globalThis.indexedDB = new IDBFactory();
  }

  /** Finishes all requests of bytes, those that follow included. */
  async finishAll(): Promise<void> {
    this.server.isAutomatic = true;
    for (const put of [...this.server.pending]) put.finish();
    await settle();
  }

  /** Opens the page in a tab. */
  open(owner = "ada", environment: Partial<Environment> = {}): Uploads {
    return new Uploads(this.server, owner, {
      transport: this.server.transport,
      network: this.network,
      locks: browserLocks(this.#locks as unknown as LockManager),
      wakeLock: this.wakeLock,
      storage: new UploadStorage(owner),
      tabs: new Tabs(owner),
      random: () => 0.5,
      ...environment,
    });
  }
}

/** Replaces the timers and clocks, but not what IndexedDB in memory works with. */
export function useFakeTime(): void {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
}

/** Node's, which is not among the page's types. IndexedDB in memory uses it, so it is not faked. */
declare function setImmediate(callback: (value?: unknown) => void): void;

/** Lets everything happen that does not wait for time or for the test. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 60; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass. */
export async function pass(seconds: number): Promise<void> {
  await settle();
  await vi.advanceTimersByTimeAsync(seconds * 1_000);
  await settle();
}

/** A file of `bytes` bytes. Each byte is the number of its part of 10 bytes. */
export function file(name: string, bytes: number, lastModified = 1): File {
  const content = Uint8Array.from({ length: bytes }, (_, index) => Math.floor(index / 10) + 1);
  return new File([content], name, { type: "video/mp4", lastModified });
}

/** A file as reading it looks after it has changed on disk. */
export function breakFile(broken: File): void {
  const slice = vi.spyOn(broken, "slice");
  slice.mockImplementation(() => {
    const blob = new Blob(["x"]);
    blob.arrayBuffer = () => Promise.reject(new DOMException("changed", "NotReadableError"));
    return blob;
  });
}

/** The only upload. */
export function only(uploads: Uploads): UploadItem {
  const [item, other] = uploads.items.value;
  if (item === undefined || other !== undefined) throw new Error("There is not exactly one upload.");
  return item;
}

/** Chosen files with default options. */
export function chosen(...files: File[]): { file: File; extraction: { every: number } }[] {
  return files.map((one) => ({ file: one, extraction: { every: 2 } }));
}
