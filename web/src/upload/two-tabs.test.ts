import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { chosen, FakeBrowser, file, only, pass, settle, useFakeTime } from "./fake-browser";
import { browserLocks } from "./locks";
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

function tab(): Uploads {
  const uploads = browser.open();
  open.push(uploads);
  return uploads;
}

it("have one owner; the other tab takes over when the owner is closed", async () => {
  const first = tab();
  first.add(chosen(file("a.mp4", 60)));
  await settle();
  const second = tab();
  await second.restore();
  expect(only(second).state).toBe("elsewhere");
  second.cancel(only(second).id);
  second.resume(only(second).id);
  second.pause(only(second).id);
  await pass(25);
  expect([only(second).state, only(first).state, browser.server.videos.size]).toEqual(["elsewhere", "sending", 1]);
  browser.server.pending[0]?.finish();
  await settle();
  first.dispose();
  await settle();
  expect(only(second)).toMatchObject({ state: "needs_file", sent: 10 });
});

it("show the progress of an upload that was added later, and forget it once it has arrived", async () => {
  const [first, second] = [tab(), tab()];
  await second.restore();
  first.add(chosen(file("a.mp4", 60)));
  await settle();
  expect(only(second)).toMatchObject({ state: "elsewhere", sent: 0 });
  browser.server.pending[0]?.finish();
  for (let second = 1; second <= 6; second += 1) {
    browser.server.pending[0]?.request.onProgress(second);
    await pass(1);
  }
  const { sent, bytesPerSecond, secondsLeft } = only(first);
  expect(bytesPerSecond).toBeGreaterThan(0);
  expect(only(second)).toMatchObject({ state: "elsewhere", sent, bytesPerSecond, secondsLeft });
  await browser.finishAll();
  expect([only(first).state, second.items.value]).toEqual(["arrived", []]);
});

it("forget an upload that the owner has cancelled", async () => {
  const [first, second] = [tab(), tab()];
  first.add(chosen(file("a.mp4", 60)));
  await settle();
  expect(only(second).state).toBe("elsewhere");
  first.cancel(only(first).id);
  await settle();
  expect(second.items.value).toEqual([]);
});

it("where there are no Web Locks, uploads work all the same", async () => {
  const uploads = browser.open("ada", { locks: browserLocks(null) });
  open.push(uploads);
  uploads.add(chosen(file("a.mp4", 60)));
  await settle();
  await browser.finishAll();
  expect(only(uploads).state).toBe("arrived");
});

it("where Web Locks refuse to work, uploads work all the same", async () => {
  const request = () => Promise.reject(new DOMException("no", "SecurityError"));
  const uploads = browser.open("ada", { locks: browserLocks({ request } as unknown as LockManager) });
  open.push(uploads);
  uploads.add(chosen(file("a.mp4", 60)));
  await settle();
  await browser.finishAll();
  expect(only(uploads).state).toBe("arrived");
});
