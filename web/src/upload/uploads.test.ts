import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chosen, FakeBrowser, file, only, pass, settle, useFakeTime } from "./fake-browser";
import { FakeApiError } from "./fake-server";
import type { Uploads } from "./uploads";

let browser: FakeBrowser;
let uploads: Uploads;

beforeEach(() => {
  useFakeTime();
  browser = new FakeBrowser();
  uploads = browser.open();
});
afterEach(() => {
  uploads.dispose();
  vi.useRealTimers();
});

const states = () => uploads.items.value.map(({ state }) => state);

describe("an upload", () => {
  it("creates the record, sends every part once and completes", async () => {
    const arrived = vi.fn();
    uploads.onArrived = arrived;
    uploads.add(chosen(file("a.mp4", 95)));
    await settle();
    const parts = Array.from({ length: 10 }, (_, index) => `v1/${index + 1}`);
    expect(browser.server.puts.toSorted()).toEqual(parts.toSorted());
    expect(browser.server.calls).toEqual(["create a.mp4", "complete v1"]);
    expect(browser.server.videos.get("v1")?.file).toEqual({
      fileName: "a.mp4",
      bytes: 95,
      contentType: "video/mp4",
      extraction: { every: 2 },
    });
    expect(only(uploads)).toMatchObject({ state: "arrived", sent: 95, videoId: "v1" });
    expect(arrived.mock.calls).toEqual([["v1"]]);
    uploads.dismiss(only(uploads).id);
    expect(uploads.items.value).toEqual([]);
  });

  it("sends the right bytes for each part, four at a time, and no content type", async () => {
    browser.server.isAutomatic = false;
    uploads.add(chosen(file("a.mp4", 95)));
    await settle();
    expect(browser.server.pending.map(({ part }) => part)).toEqual([1, 2, 3, 4]);
    browser.server.pending[1]?.finish();
    await settle();
    expect(browser.server.pending.map(({ part }) => part)).toEqual([1, 3, 4, 5]);
    for (const { request, part } of browser.server.pending) {
      expect([...new Uint8Array(await request.body.arrayBuffer())]).toEqual(Array(10).fill(part));
      expect([request.method, request.headers, request.body.type]).toEqual(["PUT", {}, ""]);
    }
    browser.server.pending[0]?.request.onProgress(4);
    await pass(0.25);
    expect(only(uploads)).toMatchObject({ state: "sending", sent: 14 });
  });

  it("sends the signed headers of a single request unchanged", async () => {
    browser.server.isAutomatic = false;
    uploads.add(chosen(file("a.mp4", 7)));
    await settle();
    const [put] = browser.server.pending;
    expect(put?.request.headers).toEqual({ "content-type": "video/mp4", "if-none-match": "*" });
    expect(put?.request.body.size).toBe(7);
    put?.finish();
    await settle();
    expect(states()).toEqual(["arrived"]);
  });

  it("reads further pages of URLs when they are needed, one call for all parts in flight", async () => {
    browser.server.pageUrls = 5;
    uploads.add(chosen(file("a.mp4", 120)));
    await settle();
    expect(browser.server.calls).toEqual(["create a.mp4", "read v1 5", "read v1 10", "complete v1"]);
    expect(states()).toEqual(["arrived"]);
  });

  it("lets three files be sent at once and the others wait", async () => {
    browser.server.isAutomatic = false;
    uploads.add(chosen(...["a", "b", "c", "d", "e"].map((name) => file(name, 5))));
    await settle();
    expect(states()).toEqual(["sending", "sending", "sending", "waiting", "waiting"]);
    expect(browser.server.calls).toHaveLength(3);
    browser.server.pending[1]?.finish();
    await settle();
    expect(states()).toEqual(["sending", "arrived", "sending", "sending", "waiting"]);
  });

  it("has at most five requests in flight, shared by the files", async () => {
    browser.server.isAutomatic = false;
    uploads.add(chosen(file("a", 60), file("b", 60), file("c", 60)));
    await settle();
    expect(browser.server.pending.map(({ videoId }) => videoId)).toEqual(["v1", "v1", "v1", "v1", "v2"]);
    for (let round = 0; round < 9; round += 1) {
      browser.server.pending[0]?.finish();
      await settle();
      expect(browser.server.pending).toHaveLength(5);
    }
    for (const id of ["v1", "v2", "v3"]) {
      expect(browser.server.puts.filter((put) => put.startsWith(id)).length).toBeGreaterThanOrEqual(4);
    }
    browser.server.isAutomatic = true;
    for (const put of [...browser.server.pending]) put.finish();
    await settle();
    expect(states()).toEqual(["arrived", "arrived", "arrived"]);
  });

  it("keeps the screen awake while it sends, and reports that it is busy", async () => {
    browser.server.isAutomatic = false;
    expect(uploads.busy.value).toBe(false);
    uploads.add(chosen(file("a.mp4", 5)));
    await settle();
    expect(browser.wakeLock.keep).toHaveBeenLastCalledWith(true);
    expect(uploads.busy.value).toBe(true);
    uploads.pause(only(uploads).id);
    expect(browser.wakeLock.keep).toHaveBeenLastCalledWith(false);
    expect(uploads.busy.value).toBe(false);
  });

  it("shows speed and time left once there is enough data, and forgets them in a pause", async () => {
    browser.server.isAutomatic = false;
    Object.assign(browser.server, { multipartAbove: 1_000, partBytes: 1_000 });
    uploads.add(chosen(file("a.mp4", 1_000)));
    await settle();
    const send = async (from: number, seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        browser.server.pending[0]?.request.onProgress(from + second * 10);
        await pass(1);
      }
    };
    await send(10, 2);
    expect(only(uploads).secondsLeft).toBeUndefined();
    await send(30, 8);
    const { bytesPerSecond = 0, secondsLeft = 0 } = only(uploads);
    expect(bytesPerSecond).toBeGreaterThan(9);
    expect(bytesPerSecond).toBeLessThan(11.5);
    expect(secondsLeft).toBeCloseTo(900 / bytesPerSecond, 5);
    uploads.pause(only(uploads).id);
    expect(only(uploads)).not.toHaveProperty("secondsLeft");
    uploads.resume(only(uploads).id);
    await pass(1);
    expect(only(uploads)).toMatchObject({ state: "sending" });
    expect(only(uploads)).not.toHaveProperty("secondsLeft");
  });
});

describe("an answer of the API", () => {
  it.each([
    [409, "too_many_videos"],
    [400, "invalid_request"],
    [413, "too_large"],
  ])("%i %s refuses the upload, and a retry uses a new key", async (status, code) => {
    browser.server.errors.push(new FakeApiError(status, code));
    uploads.add(chosen(file("a.mp4", 5)));
    await settle();
    expect(only(uploads)).toMatchObject({ state: "refused", reason: { status, code } });
    await pass(600);
    expect(browser.server.calls).toHaveLength(1);
    uploads.retry(only(uploads).id);
    await settle();
    expect(only(uploads)).toMatchObject({ state: "arrived", videoId: "v1" });
    expect(only(uploads)).not.toHaveProperty("reason");
  });

  it("401 makes it wait for the session, and `wake` ends the waiting", async () => {
    const expired = new FakeApiError(401, "unauthorized");
    browser.server.errors.push(expired, expired);
    uploads.add(chosen(file("a.mp4", 5)));
    await settle();
    expect(states()).toEqual(["waiting"]);
    await pass(10);
    expect([states(), browser.server.calls.length]).toEqual([["waiting"], 2]);
    uploads.wake();
    await settle();
    expect(states()).toEqual(["arrived"]);
  });

  it("that does not come, because the user must sign in again first, shows as waiting", async () => {
    let answer = () => {};
    const { complete } = browser.server;
    vi.spyOn(browser.server, "complete").mockImplementation(async (id) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return complete.call(browser.server, id);
    });
    uploads.add(chosen(file("a.mp4", 5)));
    await pass(4.9);
    expect(states()).toEqual(["sending"]);
    await pass(0.2);
    expect(states()).toEqual(["waiting"]);
    answer();
    await settle();
    expect(states()).toEqual(["arrived"]);
  });

  it("that is late for one part does not hide that the others are sent", async () => {
    Object.assign(browser.server, { isAutomatic: false, pageUrls: 4 });
    uploads.add(chosen(file("a.mp4", 60)));
    await settle();
    vi.spyOn(browser.server, "read").mockImplementation(() => new Promise(() => undefined));
    browser.server.pending[0]?.finish();
    await pass(6);
    expect(states()).toEqual(["sending"]);
  });

  it("429 is repeated after the time that the server asks for", async () => {
    browser.server.errors.push(new FakeApiError(429, "throttled", 20));
    uploads.add(chosen(file("a.mp4", 5)));
    await pass(19.9);
    expect([states(), browser.server.calls.length]).toEqual([["waiting"], 1]);
    await pass(1.2);
    expect(states()).toEqual(["arrived"]);
  });

  it("409 upload_incomplete makes it ask which parts are missing and send them", async () => {
    uploads.add(chosen(file("a.mp4", 45)));
    const complete = vi.spyOn(browser.server, "complete");
    complete.mockImplementationOnce(async () => {
      browser.server.videos.get("v1")?.arrived.delete(3);
      throw new FakeApiError(409, "upload_incomplete");
    });
    await settle();
    expect(states()).toEqual(["arrived"]);
    expect(browser.server.puts.filter((put) => put === "v1/3")).toHaveLength(2);
    expect(browser.server.puts).toHaveLength(6);
  });

  it("404 for a video that was deleted elsewhere refuses; a retry creates a new one", async () => {
    browser.server.isAutomatic = false;
    uploads.add(chosen(file("a.mp4", 45)));
    await settle();
    browser.server.videos.clear();
    browser.server.videos.set("other", { file: {} as never, key: "", arrived: new Set(), isComplete: true });
    browser.server.pending[0]?.answer({ status: 404 });
    await pass(2);
    expect(only(uploads)).toMatchObject({ state: "refused", reason: { status: 404 } });
    expect(browser.server.pending).toEqual([]);
    browser.server.isAutomatic = true;
    uploads.retry(only(uploads).id);
    await settle();
    expect(only(uploads)).toMatchObject({ state: "arrived", videoId: "v2" });
  });
});
