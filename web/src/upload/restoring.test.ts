import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chosen, FakeBrowser, file, only, settle, useFakeTime } from "./fake-browser";
import { FakeApiError } from "./fake-server";
import { UploadStorage } from "./storage";
import type { Uploads } from "./uploads";

let browser: FakeBrowser;
let open: Uploads[];

beforeEach(() => {
  useFakeTime();
  browser = new FakeBrowser();
  browser.server.isAutomatic = false;
  open = [];
});
afterEach(() => {
  for (const tab of open) tab.dispose();
  vi.useRealTimers();
});

function tab(owner?: string, storage?: UploadStorage): Uploads {
  const uploads = browser.open(owner, storage ? { storage } : {});
  open.push(uploads);
  return uploads;
}

/** Sends the first two of six parts in a tab that is then closed without a word. */
async function interrupted(): Promise<void> {
  const uploads = tab();
  uploads.add(chosen(file("a.mp4", 60)));
  await settle();
  browser.server.pending[0]?.finish();
  browser.server.pending[0]?.finish();
  await settle();
  uploads.dispose();
  expect(browser.server.pending).toEqual([]);
  browser.server.puts.length = 0;
  browser.server.calls.length = 0;
}

/** Storage in which every upload has this handle. The one in memory cannot store functions. */
function storageWith(handle: unknown): UploadStorage {
  const storage = new UploadStorage("ada");
  const all = storage.all.bind(storage);
  storage.all = async () =>
    (await all()).map((upload) => ({ ...upload, handle: handle as FileSystemFileHandle }));
  return storage;
}

function handleOf(source: File, permission: PermissionState, answer: PermissionState = "granted") {
  const handle = {
    permission,
    getFile: vi.fn(async () => source),
    queryPermission: async () => handle.permission,
    requestPermission: vi.fn(async () => (handle.permission = answer)),
  };
  return handle;
}

describe("after a reload", () => {
  it("the server says what has arrived before the file is there, and only the rest is sent", async () => {
    await interrupted();
    browser.server.pageUrls = 4;
    const uploads = tab();
    await uploads.restore();
    await settle();
    expect(only(uploads)).toMatchObject({ state: "needs_file", sent: 20, bytes: 60, name: "a.mp4", videoId: "v1" });
    expect(only(uploads)).not.toHaveProperty("handleNeedsPermission");
    expect(browser.server.calls).toEqual(["read v1 0", "read v1 4"]);
    uploads.giveFile(only(uploads).id, file("a.mp4", 60));
    await settle();
    await browser.finishAll();
    expect(only(uploads)).toMatchObject({ state: "arrived", sent: 60 });
    expect(browser.server.puts.toSorted()).toEqual(["v1/3", "v1/4", "v1/5", "v1/6"]);
    expect(browser.server.calls).not.toContain("create a.mp4");
  });

  it.each([
    ["name", file("b.mp4", 60)],
    ["size", file("a.mp4", 61)],
    ["time of change", file("a.mp4", 60, 2)],
  ])("a file with another %s is not taken", async (_, other) => {
    await interrupted();
    const uploads = tab();
    await uploads.restore();
    uploads.giveFile(only(uploads).id, other);
    await settle();
    expect(only(uploads).state).toBe("file_changed");
    expect(browser.server.puts).toEqual([]);
  });

  it("a crash while the record was created makes no second video", async () => {
    const first = tab();
    const { create } = browser.server;
    const lost = vi.spyOn(browser.server, "create").mockImplementation(async (...values) => {
      await create.apply(browser.server, values);
      return new Promise(() => undefined);
    });
    first.add(chosen(file("a.mp4", 60)));
    await settle();
    expect(browser.server.videos.size).toBe(1);
    first.dispose();
    lost.mockRestore();
    const uploads = tab();
    await uploads.restore();
    expect(only(uploads).state).toBe("needs_file");
    uploads.giveFile(only(uploads).id, file("a.mp4", 60));
    await settle();
    await browser.finishAll();
    expect([only(uploads).state, browser.server.videos.size]).toEqual(["arrived", 1]);
  });

  it("an upload whose parts have all arrived is completed without the file", async () => {
    await interrupted();
    for (const part of [3, 4, 5, 6]) browser.server.videos.get("v1")?.arrived.add(part);
    const uploads = tab();
    await uploads.restore();
    await settle();
    expect(only(uploads).state).toBe("arrived");
    expect(browser.server.calls.at(-1)).toBe("complete v1");
  });

  it("an upload that is over has arrived", async () => {
    await interrupted();
    Object.assign(browser.server.videos.get("v1") ?? {}, { isComplete: true });
    const uploads = tab();
    const arrived = vi.fn();
    uploads.onArrived = arrived;
    await uploads.restore();
    await settle();
    expect(arrived.mock.calls).toEqual([["v1"]]);
    const later = tab();
    await later.restore();
    expect(later.items.value).toEqual([]);
  });

  it("an upload whose video was deleted says so, and can be begun again", async () => {
    await interrupted();
    browser.server.errors.push(new FakeApiError(404, "not_found"));
    const uploads = tab();
    await uploads.restore();
    await settle();
    expect(only(uploads)).toMatchObject({ state: "refused", reason: { status: 404 } });
    uploads.retry(only(uploads).id);
    await settle();
    expect(only(uploads)).toMatchObject({ state: "needs_file", sent: 0 });
  });

  it("uploads keep their order", async () => {
    const names = ["f", "c", "a", "e", "b", "d"];
    const first = tab();
    first.add(chosen(...names.map((name) => file(name, 60))));
    await settle();
    first.dispose();
    const uploads = tab();
    await uploads.restore();
    expect(uploads.items.value.map(({ name }) => name)).toEqual(names);
  });

  it("other users see nothing of it", async () => {
    await interrupted();
    const uploads = tab("bob");
    await uploads.restore();
    expect(uploads.items.value).toEqual([]);
  });
});

describe("with a file handle", () => {
  it("whose permission is still granted, the upload goes on by itself", async () => {
    await interrupted();
    const uploads = tab("ada", storageWith(handleOf(file("a.mp4", 60), "granted")));
    await uploads.restore();
    await settle();
    expect(only(uploads).state).toBe("sending");
    expect(browser.server.pending.map(({ part }) => part)).toEqual([3, 4, 5, 6]);
  });

  it("that needs permission, `resume` asks for it", async () => {
    await interrupted();
    const handle = handleOf(file("a.mp4", 60), "prompt");
    const uploads = tab("ada", storageWith(handle));
    await uploads.restore();
    await settle();
    expect(only(uploads)).toMatchObject({ state: "needs_file", handleNeedsPermission: true, sent: 20 });
    expect(handle.requestPermission).not.toHaveBeenCalled();
    uploads.resume(only(uploads).id);
    await settle();
    expect(only(uploads).state).toBe("sending");
  });

  it("that the user refuses, the file can still be chosen", async () => {
    await interrupted();
    const uploads = tab("ada", storageWith(handleOf(file("a.mp4", 60), "prompt", "denied")));
    await uploads.restore();
    uploads.resume(only(uploads).id);
    await settle();
    expect(only(uploads).state).toBe("needs_file");
    uploads.giveFile(only(uploads).id, file("a.mp4", 60));
    await settle();
    expect(only(uploads).state).toBe("sending");
  });

  it("a file that has changed since then is noticed, also while sending", async () => {
    await interrupted();
    const handle = handleOf(file("a.mp4", 60, 2), "granted");
    const uploads = tab("ada", storageWith(handle));
    await uploads.restore();
    expect(only(uploads).state).toBe("file_changed");
    handle.getFile.mockImplementation(async () => file("a.mp4", 60));
    uploads.resume(only(uploads).id);
    await settle();
    expect(only(uploads).state).toBe("sending");
    handle.getFile.mockImplementation(async () => file("a.mp4", 70));
    browser.server.pending[0]?.fail();
    await settle();
    expect(only(uploads).state).toBe("file_changed");
  });

  it("a paused upload stays paused", async () => {
    const first = tab();
    first.add(chosen(file("a.mp4", 60)));
    await settle();
    first.pause(only(first).id);
    await settle();
    first.dispose();
    const uploads = tab("ada", storageWith(handleOf(file("a.mp4", 60), "granted")));
    await uploads.restore();
    await settle();
    expect(only(uploads).state).toBe("paused");
    uploads.resume(only(uploads).id);
    await settle();
    expect(only(uploads).state).toBe("sending");
  });
});
