// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, OfflineError } from "../../api/errors";
import type { Status, VideoView } from "../../api/types";
import { ZipChangedError } from "../../zip";
import { VideoStore } from "./video-store";

let reads = 0;

function video(status: Status, linkHours = 1): VideoView {
  const expiresAt = new Date(Date.now() + linkHours * 3_600_000).toISOString();
  const download = { url: `https://storage.test/${reads}`, expiresAt, bytes: 9 };
  return { status, fileName: "clip.mp4", ...(status === "ready" ? { download } : {}) } as VideoView;
}

/** Answers with these in order, and with the last one from then on. An error is thrown. */
function storeOf(...answers: (() => VideoView)[]) {
  const read = vi.fn(() => {
    reads += 1;
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return answer ? Promise.resolve().then(answer) : Promise.reject(new Error("no answer"));
  });
  const store = new VideoStore("id", undefined, { read, remove: () => Promise.resolve() });
  return { store, read };
}

function fail(error: Error): () => VideoView {
  return () => {
    throw error;
  };
}

beforeEach(() => {
  reads = 0;
  vi.useFakeTimers();
});

afterEach(() => vi.useRealTimers());

describe("VideoStore", () => {
  it("keeps the link to the last result after a retry", async () => {
    const { store } = storeOf(() => video("ready"));
    store.start();
    await vi.advanceTimersByTimeAsync(0);
    const link = store.video.value?.download?.url;
    expect(link).toBeDefined();
    store.replace({ status: "queued", result: { bytes: 9, frames: 2 } } as VideoView);
    expect(store.video.value?.status).toBe("queued");
    expect(store.video.value?.download?.url).toBe(link);
    store.dispose();
  });

  it("follows a video until it is ready, less often while nothing happens", async () => {
    let status: Status = "queued";
    const { store, read } = storeOf(() => video(status));
    store.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(read.mock.calls.length).toBeGreaterThan(12);
    expect(read.mock.calls.length).toBeLessThan(20);
    status = "ready";
    await vi.advanceTimersByTimeAsync(5_100);
    expect(store.video.value?.status).toBe("ready");
    const before = read.mock.calls.length;
    await vi.advanceTimersByTimeAsync(50 * 60_000);
    expect(read).toHaveBeenCalledTimes(before);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(read).toHaveBeenCalledTimes(before + 1);
    store.dispose();
  });

  it("pauses while the page is hidden", async () => {
    const { store, read } = storeOf(() => video("processing"));
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    store.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(read).not.toHaveBeenCalled();
    hidden.mockReturnValue(false);
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(1);
    expect(read).toHaveBeenCalledTimes(1);
    hidden.mockRestore();
    store.dispose();
  });

  it("keeps the record while offline and goes on by itself", async () => {
    const { store } = storeOf(() => video("queued"), fail(new OfflineError()), () => video("ready"));
    store.start();
    await vi.advanceTimersByTimeAsync(1_400);
    expect(store.problem.value).toBeInstanceOf(OfflineError);
    expect(store.video.value?.status).toBe("queued");
    dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(1);
    expect(store.problem.value).toBeUndefined();
    expect(store.video.value?.status).toBe("ready");
    store.dispose();
  });

  it("stops for a video that is gone", async () => {
    const { store, read } = storeOf(() => video("queued"), fail(new ApiError(404, "not_found")));
    store.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.missing.value).toBe(true);
    expect(read).toHaveBeenCalledTimes(2);
    store.dispose();
  });

  it("hands out each link once, and none that is about to expire", async () => {
    const { store, read } = storeOf(() => video("ready"));
    store.start();
    await vi.advanceTimersByTimeAsync(1);
    const first = await store.link();
    expect(read).toHaveBeenCalledTimes(1);
    expect(await store.link()).not.toBe(first);
    expect(read).toHaveBeenCalledTimes(2);
    store.video.value = video("ready", 0.001);
    await store.downloadUrl();
    expect(read).toHaveBeenCalledTimes(3);
    store.dispose();
  });

  it("rejects a read that was asked for without a problem for the page", async () => {
    const { store } = storeOf(() => video("ready"), fail(new ApiError(500, "internal")));
    store.start();
    await vi.advanceTimersByTimeAsync(1);
    await expect(store.downloadUrl()).rejects.toThrow(ApiError);
    expect(store.problem.value).toBeUndefined();
    store.dispose();
  });

  it("follows a video again that was retried elsewhere", async () => {
    const { store } = storeOf(() => video("ready"), () => video("processing"), () => video("processing"), () => video("ready"));
    store.start();
    await vi.advanceTimersByTimeAsync(1);
    await store.downloadUrl();
    expect(store.video.value?.status).toBe("processing");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(store.video.value?.status).toBe("ready");
    store.dispose();
  });

  it("has no link while a video is extracted again", async () => {
    const { store } = storeOf(() => video("queued"));
    await expect(store.link()).rejects.toThrow(ZipChangedError);
    store.dispose();
  });
});
