import { expect, it } from "vitest";
import { FakeLockManager, settle } from "./fake-browser";
import { browserLocks } from "./locks";

const newLocks = () => browserLocks(new FakeLockManager() as unknown as LockManager);
const { signal } = new AbortController();

it("one owner at a time; the next one waits for its turn", async () => {
  const locks = newLocks();
  const release = await locks.tryAcquire("a");
  expect(await locks.tryAcquire("a")).toBeUndefined();
  expect(await locks.tryAcquire("b")).toBeDefined();
  let isNext = false;
  const next = locks.acquire("a", signal).then((lock) => {
    isNext = true;
    return lock;
  });
  await settle();
  expect(isNext).toBe(false);
  release?.();
  (await next)();
  await settle();
  expect(await locks.tryAcquire("a")).toBeDefined();
});

it("where there are no Web Locks, every lock is free", async () => {
  const locks = browserLocks(null);
  expect(await locks.tryAcquire("a")).toBeDefined();
  expect(await locks.tryAcquire("a")).toBeDefined();
  expect(await locks.acquire("a", signal)).toBeDefined();
});

it("a refusal of the browser is reported", async () => {
  const request = () => Promise.reject(new DOMException("no", "SecurityError"));
  const locks = browserLocks({ request } as unknown as LockManager);
  await expect(locks.tryAcquire("a")).rejects.toThrow("no");
});
