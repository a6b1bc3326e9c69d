import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, it } from "vitest";
import { UploadStorage } from "./storage";
import type { StoredUpload } from "./types";

let storage: UploadStorage;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  storage = new UploadStorage("ada");
});

const upload = (id: string, addedAt = 1): StoredUpload => ({
  id,
  addedAt,
  name: "a.mp4",
  bytes: 5,
  lastModified: 1,
  contentType: "video/mp4",
  extraction: { every: 2 },
  idempotencyKey: `key of ${id}`,
});

it("keeps each user's uploads apart, in the order in which they were added", async () => {
  const other = new UploadStorage("bob");
  await storage.put(upload("2", 2));
  await storage.put(upload("1", 3));
  await storage.put(upload("3", 1));
  await other.put(upload("4"));
  await storage.put({ ...upload("2", 2), videoId: "v" });
  expect((await storage.all()).map(({ id, videoId }) => [id, videoId])).toEqual([
    ["3", undefined],
    ["2", "v"],
    ["1", undefined],
  ]);
  await storage.remove("4");
  expect(await other.find("4")).toEqual(upload("4"));
  await other.remove("4");
  expect(await other.find("4")).toBeUndefined();
});

it("stores an upload without its handle if the browser cannot store that", async () => {
  const handle = { getFile: () => undefined } as unknown as FileSystemFileHandle;
  await storage.put({ ...upload("1"), handle });
  expect(await storage.all()).toEqual([upload("1")]);
});

it("does nothing where there is no database", async () => {
  globalThis.indexedDB = {
    open: () => {
      throw new DOMException("no", "SecurityError");
    },
  } as unknown as IDBFactory;
  const none = new UploadStorage("ada");
  await none.put(upload("1"));
  await none.remove("1");
  expect(await none.all()).toEqual([]);
});
