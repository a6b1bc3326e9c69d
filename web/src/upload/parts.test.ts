import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Upload } from "../api/schema";
import { Parts } from "./parts";

beforeEach(() => vi.useFakeTimers({ now: 1_000_000_000 }));
afterEach(() => vi.useRealTimers());

/** A page with URLs for `urls`. */
function page(urls: number[], arrived: number[] = [], next?: number, lifetimeMs = 3_600_000): Upload {
  const expiresAt = new Date(Date.now() + lifetimeMs).toISOString();
  return {
    kind: "multipart",
    partBytes: 10,
    parts: 5,
    arrived: arrived.map((number) => ({ number, bytes: 10, eTag: "" })),
    urls: urls.map((number) => ({ number, url: `u${number}`, expiresAt })),
    ...(next !== undefined && { next }),
  };
}

const noRead = () => Promise.reject(new Error("read"));

it("hands out each part that has not arrived once, with its range", () => {
  const parts = new Parts(45, page([1, 3, 4, 5], [2]));
  expect([parts.take(), parts.take(), parts.take(), parts.take(), parts.take()]).toEqual([1, 3, 4, 5, undefined]);
  expect(parts.range(1)).toEqual({ start: 0, end: 10 });
  expect(parts.range(5)).toEqual({ start: 40, end: 45 });
});

it("counts each byte once", () => {
  const parts = new Parts(45, page([1, 3, 4, 5], [2]));
  expect(parts.progress(1, 4)).toBe(4);
  expect(parts.progress(1, 6)).toBe(2);
  expect(parts.progress(5, 7)).toBe(5);
  expect(parts.sent).toBe(10 + 6 + 5);
  parts.finish(5);
  parts.finish(5);
  expect(parts.progress(5, 3)).toBe(0);
  parts.forget(1);
  expect(parts.sent).toBe(15);
  for (const part of [1, 3, 4]) parts.finish(part);
  expect([parts.sent, parts.allArrived]).toEqual([45, true]);
});

it("reads one page for all parts that need one", async () => {
  const parts = new Parts(45, page([1], [], 1));
  const read = vi.fn(async () => page([2, 3], [4, 5]));
  const targets = await Promise.all([2, 3, 4].map((part) => parts.target(part, read)));
  expect(targets.map((target) => target?.url)).toEqual(["u2", "u3", undefined]);
  expect(read.mock.calls).toEqual([[1]]);
});

it("replaces URLs that expire soon, but trusts those that were just read", async () => {
  const parts = new Parts(45, page([1, 2]));
  expect((await parts.target(1, noRead))?.url).toBe("u1");
  vi.setSystemTime(Date.now() + 3_600_000 - 59_000);
  const read = vi.fn(async () => page([1, 2], [], undefined, -500_000));
  await parts.target(1, read);
  await parts.target(2, read);
  expect(read).toHaveBeenCalledTimes(1);
});

it("fails when the page cannot be read, and can read it later", async () => {
  const parts = new Parts(45, page([1], [], 1));
  await expect(Promise.all([parts.target(2, noRead), parts.target(3, noRead)])).rejects.toThrow("read");
  expect((await parts.target(2, async () => page([2])))?.url).toBe("u2");
});

it("takes a part without URL as arrived", async () => {
  const parts = new Parts(45, page([1], [], 1));
  expect(await parts.target(2, async () => page([3]))).toBeUndefined();
  expect(parts.sent).toBe(10);
});

it("reads all pages of an upload that goes on", async () => {
  const pages = new Map([
    [0, page([1], [2], 2)],
    [2, page([4], [3], 4)],
    [4, page([5])],
  ]);
  const parts = await Parts.readAll(45, async (after) => pages.get(after) ?? page([]));
  expect(parts.sent).toBe(20);
  expect((await parts.target(5, noRead))?.url).toBe("u5");
});

it("treats a single request as one part", async () => {
  const headers = { "content-type": "video/mp4" };
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const parts = new Parts(7, { kind: "single", method: "PUT", url: "u", headers, expiresAt });
  expect(await parts.target(1, noRead)).toMatchObject({ method: "PUT", url: "u", headers });
  expect([parts.take(), parts.take(), parts.range(1)]).toEqual([1, undefined, { start: 0, end: 7 }]);
});
